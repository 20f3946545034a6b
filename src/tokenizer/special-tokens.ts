/** Special tokens in a text: where they stand, and whether they may. The rules and the defaults are tiktoken's. */
import { GatewayError } from '../errors/gateway-error.ts';
import type { SpecialTokenRules, SpecialTokenSet } from './contract.ts';

export class SpecialTokens {
  readonly #encoding: string;
  readonly #ids: ReadonlyMap<string, number>;

  constructor(encoding: string, ids: ReadonlyMap<string, number>) {
    this.#encoding = encoding;
    this.#ids = ids;
  }

  /** Finds the allowed special tokens of a text; null when none is allowed.
   *  @throws `bad_request` when the text holds one that is disallowed. */
  finder(text: string, { allowedSpecial = [], disallowedSpecial = 'all' }: SpecialTokenRules): RegExp | null {
    const allowed = this.#members(allowedSpecial);
    const disallowed = this.#members(disallowedSpecial);
    if (disallowedSpecial === 'all') for (const token of allowed) disallowed.delete(token);
    const refused = matcherOf(disallowed)?.exec(text)?.[0];
    if (refused !== undefined) {
      throw new GatewayError(
        'bad_request',
        `The text holds the special token ${JSON.stringify(refused)} of ${this.#encoding}. Pass it in allowedSpecial to ` +
          'encode it as such, or pass disallowedSpecial: [] to encode it as ordinary text.',
      );
    }
    return matcherOf(allowed);
  }

  #members(tokens: SpecialTokenSet): Set<string> {
    if (tokens === 'all') return new Set(this.#ids.keys());
    const members = new Set<string>();
    for (const token of tokens) if (token !== '') members.add(token);
    return members;
  }
}

/** `RegExp.escape`, which Node 22 lacks. */
function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** Matches any of `tokens`, the longest first. */
function matcherOf(tokens: ReadonlySet<string>): RegExp | null {
  if (tokens.size === 0) return null;
  const sources = [...tokens].toSorted((a, b) => b.length - a.length).map(escapePattern);
  return new RegExp(sources.join('|'), 'g');
}
