/**
 * Holds a text that comes in pieces against the beginning that it must have. Exact, in UTF-16 units, so that a cut inside
 * a character changes nothing. O(length) over all pieces, no copy but of what lies behind the beginning.
 */
export class PrefixMatcher {
  readonly #beginning: string;
  #matched = 0;

  constructor(beginning: string) {
    this.#beginning = beginning;
  }

  /** The whole beginning has come. */
  get complete(): boolean {
    return this.#matched === this.#beginning.length;
  }

  /** @returns what of the piece lies behind the beginning; null: the text is another one, from here on for good */
  take(piece: string): string | null {
    const left = this.#beginning.length - this.#matched;
    if (piece.length <= left) {
      if (!this.#beginning.startsWith(piece, this.#matched)) return null;
      this.#matched += piece.length;
      return '';
    }
    if (!piece.startsWith(this.#beginning.slice(this.#matched))) return null;
    this.#matched = this.#beginning.length;
    return piece.slice(left);
  }
}
