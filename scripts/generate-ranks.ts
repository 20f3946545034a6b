/**
 * Writes the rank files of `src/tokenizer/ranks/` from npm data (`js-tiktoken`, `@anthropic-ai/tokenizer`):
 * `node scripts/generate-ranks.ts`. With `--check` it writes nothing and fails when a file is not what it would write.
 *
 * A rank file, little endian: uint32 `size` (highest id + 1), then `size` token lengths (uint16, 0: no such id), then
 * `size` left and `size` right ids (24 bits each), then the bytes of all tokens in id order. Left and right are the two
 * tokens that byte-pair merging joins into this one, or the token itself for single bytes: the loader would have to run
 * the merges of 200,000 tokens to find them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const RANKS_FOLDER = new URL('../src/tokenizer/ranks/', import.meta.url);

/** The tokens of an encoding by id, as latin1 strings (one character per byte). */
type TokensById = Map<number, string>;

function main(): void {
  const check = process.argv.includes('--check');
  let stale = 0;
  for (const name of ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base', 'claude']) {
    const file = new URL(`${name}.bin`, RANKS_FOLDER);
    const tokens = parseRanks(name === 'claude' ? claudeRanks() : tiktokenRanks(name));
    const bytes = rankFile(tokens);
    if (!check) {
      writeFileSync(file, bytes);
      process.stdout.write(`${fileURLToPath(file)}: ${String(tokens.size)} tokens, ${String(bytes.length)} bytes\n`);
    } else if (!bytes.equals(readFileSync(file))) {
      stale += 1;
      process.stderr.write(`${name}.bin is not what scripts/generate-ranks.ts writes; run it without --check\n`);
    }
  }
  if (check)
    process.stdout.write(`${stale === 0 ? 'rank files: current' : `rank files: ${String(stale)} out of date`}\n`);
  process.exitCode = stale === 0 ? 0 : 1;
}

function tiktokenRanks(name: string): string {
  return (require(`js-tiktoken/ranks/${name}`) as { bpe_ranks: string }).bpe_ranks;
}

function claudeRanks(): string {
  return (require('@anthropic-ai/tokenizer/claude.json') as { bpe_ranks: string }).bpe_ranks;
}

/** Lines of `! FIRST_ID base64 base64 …`. */
function parseRanks(text: string): TokensById {
  const tokens: TokensById = new Map();
  for (const line of text.split('\n')) {
    const [, first, ...encoded] = line.split(' ');
    let id = Number(first);
    for (const token of encoded) {
      tokens.set(id, Buffer.from(token, 'base64').toString('latin1'));
      id += 1;
    }
  }
  return tokens;
}

function rankFile(tokens: TokensById): Buffer {
  const size = [...tokens.keys()].reduce((highest, id) => Math.max(highest, id), 0) + 1;
  const ids = new Map([...tokens].map(([id, token]) => [token, id]));
  const lengths = new Uint16Array(size);
  const left = Buffer.alloc(size * 3);
  const right = Buffer.alloc(size * 3);
  const bytes: Buffer[] = [];
  for (let id = 0; id < size; id += 1) {
    const token = tokens.get(id) ?? '';
    const split = splitLength(token, ids);
    lengths[id] = token.length;
    left.writeUIntLE(split === 0 ? id : (ids.get(token.slice(0, split)) ?? id), id * 3, 3);
    right.writeUIntLE(split === 0 ? id : (ids.get(token.slice(split)) ?? id), id * 3, 3);
    bytes.push(Buffer.from(token, 'latin1'));
  }
  const head = Buffer.alloc(4);
  head.writeUInt32LE(size);
  return Buffer.concat([head, Buffer.from(lengths.buffer), left, right, ...bytes]);
}

/** Runs byte-pair merging on the bytes of `token` until two parts are left: the length of the first. */
function splitLength(token: string, ids: ReadonlyMap<string, number>): number {
  let parts = Array.from(token);
  while (parts.length > 2) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i += 1) {
      const rank = ids.get(`${parts[i] ?? ''}${parts[i + 1] ?? ''}`);
      if (rank !== undefined && rank < best) [best, at] = [rank, i];
    }
    if (at < 0) throw new Error(`merging does not reach ${JSON.stringify(token)}`);
    parts = [...parts.slice(0, at), `${parts[at] ?? ''}${parts[at + 1] ?? ''}`, ...parts.slice(at + 2)];
  }
  return parts.length === 2 ? (parts[0]?.length ?? 0) : 0;
}

main();
