/**
 * The reference of the tokenizer's tests: the published pattern as a regular expression, and byte-pair merging as it is
 * defined, over the ranks of `js-tiktoken`. Slow, and nothing of it is shared with what it checks.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const GPT2 = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+$|\s+(?!\S)|\s`;
const PATTERNS = {
  o200k_base: [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
    String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|'),
  // An optional possessive prefix: JavaScript has no such thing, so what it may not give back is looked for first.
  cl100k_base: [
    String.raw`'(?i:[sdmt]|ll|ve|re)|\p{L}+|[^\r\n\p{L}\p{N}]\p{L}+|\p{N}{1,3}`,
    String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s`,
  ].join('|'),
  p50k_base: GPT2,
  r50k_base: GPT2,
};

export type NaiveName = keyof typeof PATTERNS;

/** The reference's encoder of ordinary text. */
export function naiveEncoder(name: NaiveName): (text: string) => number[] {
  const ranks = readRanks(name);
  // `\s` of the reference is Unicode's White_Space; JavaScript's has U+FEFF and lacks U+0085.
  const source = PATTERNS[name]
    .replaceAll(String.raw`\s`, String.raw`\p{White_Space}`)
    .replaceAll(String.raw`\S`, String.raw`\P{White_Space}`);
  const pattern = new RegExp(source, 'gu');
  return (text) => {
    const ids: number[] = [];
    for (const [piece] of text.toWellFormed().matchAll(pattern)) {
      for (const part of merge(Buffer.from(piece).toString('latin1'), ranks)) ids.push(ranks.get(part) ?? -1);
    }
    return ids;
  };
}

function merge(bytes: string, ranks: ReadonlyMap<string, number>): string[] {
  if (ranks.has(bytes)) return [bytes];
  let parts = Array.from(bytes);
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i += 1) {
      const rank = ranks.get(`${parts[i] ?? ''}${parts[i + 1] ?? ''}`) ?? Infinity;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return parts;
    parts = [...parts.slice(0, at), `${parts[at] ?? ''}${parts[at + 1] ?? ''}`, ...parts.slice(at + 2)];
  }
}

function readRanks(name: NaiveName): Map<string, number> {
  const ranks = new Map<string, number>();
  const { bpe_ranks: text } = require(`js-tiktoken/ranks/${name}`) as { bpe_ranks: string };
  for (const line of text.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    tokens.forEach((token, i) => ranks.set(Buffer.from(token, 'base64').toString('latin1'), Number(first) + i));
  }
  return ranks;
}
