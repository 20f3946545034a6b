/**
 * Special tokens in a text by tiktoken's rules, as `js-tiktoken` and `tiktoken` have them. All of their own begin with
 * `<|`, so that one search tells of most texts that they hold none.
 */
import type { NpmEncoding } from './npm-encoding.ts';

const MARK = '<|';

/** `'all'`, or a list; anything else that the packages would take is for the original. */
export type TokenChoice = 'all' | readonly string[];

export class SpecialSplit {
  readonly encoding: NpmEncoding;
  readonly #ids: ReadonlyMap<string, number>;

  /** @param ids of tokens of which none is the beginning of another; see `SpecialSplit.of` */
  private constructor(encoding: NpmEncoding, ids: ReadonlyMap<string, number>) {
    this.encoding = encoding;
    this.#ids = ids;
  }

  /** Null when the tokens are no plain ones: then it matters in which order the package looks for them. */
  static of(encoding: NpmEncoding, ids: ReadonlyMap<string, number>): SpecialSplit | null {
    const tokens = [...ids.keys()].sort();
    const isPlain = tokens.every((token, i) => token.startsWith(MARK) && tokens[i + 1]?.startsWith(token) !== true);
    return isPlain && [...ids.values()].every(isId) ? new SpecialSplit(encoding, ids) : null;
  }

  /**
   * Whether a text can be encoded here. Not when the package would refuse it: its own error is the one to throw.
   * Arguments are as the program gave them.
   */
  accepts(text: unknown, allowed?: unknown, disallowed?: unknown): text is string {
    if (typeof text !== 'string' || !isChoice(allowed) || !isChoice(disallowed)) return false;
    if (text.includes(MARK)) {
      if (this.#refused(allowed ?? [], disallowed ?? 'all').some((token) => text.includes(token))) return false;
    } else if (Array.isArray(disallowed) && disallowed.some((token) => text.includes(token))) return false;
    return this.encoding.accepts(text);
  }

  /** Ids of a text that was accepted. */
  encode(text: string, allowed: TokenChoice = []): number[] {
    if (allowed.length === 0 || !text.includes(MARK)) return this.encoding.encode(text);
    const tokens = this.#allowed(allowed);
    let ids: number[] = [];
    let start = 0;
    for (let next = nextOf(text, tokens, 0); next !== null; next = nextOf(text, tokens, start)) {
      if (next.at > start) ids = ids.concat(this.encoding.encode(text.slice(start, next.at)));
      ids.push(this.#ids.get(next.token) as number);
      start = next.at + next.token.length;
    }
    return start === 0 ? this.encoding.encode(text) : ids.concat(this.encoding.encode(text.slice(start)));
  }

  #allowed(choice: TokenChoice): readonly string[] {
    const tokens = [...this.#ids.keys()];
    return choice === 'all' ? tokens : tokens.filter((token) => choice.includes(token));
  }

  #refused(allowed: TokenChoice, disallowed: TokenChoice): readonly string[] {
    if (disallowed !== 'all') return disallowed;
    if (allowed === 'all') return [];
    return [...this.#ids.keys()].filter((token) => !allowed.includes(token));
  }
}

function nextOf(text: string, tokens: readonly string[], from: number): { at: number; token: string } | null {
  let found: { at: number; token: string } | null = null;
  for (const token of tokens) {
    const at = text.indexOf(token, from);
    if (at >= 0 && (found === null || at < found.at)) found = { at, token };
  }
  return found;
}

function isChoice(value: unknown): value is TokenChoice | undefined {
  if (value === undefined || value === 'all') return true;
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
