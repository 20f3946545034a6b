/**
 * Byte-pair encoding of a long piece in linear time: from left to right, always the longest token that may stand behind
 * the one before, taking back the last one where nothing may. A sequence of tokens is what merging gives exactly when
 * each two neighbours are what merging gives for the two alone (Antwerpen and Neubeck's observation, GitHub 2024), and
 * that is found by undoing merges at the seam. A place that was taken back is never tried again: hence linear.
 *
 * Memory: one bit per byte and one int32 per token. Can be interrupted: `advance` does a given number of steps.
 */
import type { EncodingWork } from './encoding-work.ts';
import type { PrefixTree } from './prefix-tree.ts';
import type { TokenTable } from './token-table.ts';

const INITIAL_TOKENS = 1024;
const KNOWN_BITS = 14;

export class LongMerger {
  readonly #table: TokenTable;
  readonly #tree: PrefixTree;
  readonly #work: EncodingWork;
  /** The tokens so far. */
  ids = new Int32Array(INITIAL_TOKENS);
  count = 0;
  /** One bit per place: nothing that ends the piece starts there. */
  #dead = new Int32Array(0);
  /** Pairs `[first, second << 1 | whether second may follow]`, direct-mapped. */
  readonly #known = new Int32Array(2 << KNOWN_BITS).fill(-1);
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #at = 0;
  /** The token to try at `#at`; -1: none that is left may stand there. */
  #candidate = -1;

  constructor(table: TokenTable, tree: PrefixTree, work: EncodingWork) {
    this.#table = table;
    this.#tree = tree;
    this.#work = work;
  }

  /** Encodes the bytes from `start` to `end`; returns the number of tokens, which are in `ids`. */
  merge(bytes: Uint8Array, start: number, end: number): number {
    this.begin(bytes, start, end);
    this.advance(Infinity);
    return this.count;
  }

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start;
    this.count = 0;
    const words = ((end - start) >> 5) + 1;
    if (this.#dead.length < words) this.#dead = new Int32Array(words);
    else this.#dead.fill(0, 0, words);
    this.#candidate = this.#tree.longest(bytes, start, end);
  }

  /** Does at most `steps` steps; true when the piece is done. */
  advance(steps: number): boolean {
    let done = 0;
    while (this.#at < this.#end && done < steps) {
      this.#step();
      done += 1;
    }
    this.#work.searchSteps += done;
    return this.#at >= this.#end;
  }

  /** Forgets the piece and what was allocated for it. */
  release(): void {
    this.#bytes = new Uint8Array(0);
    this.#dead = new Int32Array(0);
    if (this.ids.length > INITIAL_TOKENS * 64) this.ids = new Int32Array(INITIAL_TOKENS);
  }

  #step(): void {
    const before = this.count > 0 ? (this.ids[this.count - 1] as number) : -1;
    let token = this.#candidate;
    while (token >= 0) {
      const behind = this.#at + this.#table.lengthOf(token);
      if (!this.#isDead(behind) && (before < 0 || this.#mayFollow(before, token))) {
        this.#push(token);
        this.#at = behind;
        if (behind < this.#end) this.#candidate = this.#tree.longest(this.#bytes, behind, this.#end);
        return;
      }
      token = this.#tree.shorter(token);
    }
    this.#takeBack(before);
  }

  #takeBack(last: number): void {
    const place = this.#at - this.#start;
    this.#dead[place >> 5] = (this.#dead[place >> 5] as number) | (1 << (place & 31));
    this.count -= 1;
    this.#at -= this.#table.lengthOf(last);
    this.#candidate = this.#tree.shorter(last);
  }

  #isDead(at: number): boolean {
    const place = at - this.#start;
    return ((this.#dead[place >> 5] as number) & (1 << (place & 31))) !== 0;
  }

  #push(token: number): void {
    if (this.count === this.ids.length) {
      const grown = new Int32Array(this.ids.length * 2);
      grown.set(this.ids);
      this.ids = grown;
    }
    this.ids[this.count] = token;
    this.count += 1;
  }

  /** `#mergesToPair`, remembered: in long pieces the same neighbours come again and again. */
  #mayFollow(first: number, second: number): boolean {
    const known = this.#known;
    const at = ((Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77)) >>> (32 - KNOWN_BITS)) << 1;
    if (known[at] === first && (known[at + 1] as number) >> 1 === second) return ((known[at + 1] as number) & 1) === 1;
    const may = this.#mergesToPair(first, second);
    known[at] = first;
    known[at + 1] = (second << 1) | (may ? 1 : 0);
    return may;
  }

  /** Whether merging the bytes of both tokens gives these two: undoes merges at the seam, the latest first. */
  #mergesToPair(first: number, second: number): boolean {
    const { left: leftOf, right: rightOf } = this.#table;
    let left = first;
    let right = second;
    // Merges of a rank from here on happened after what has been undone: they could not have come first.
    let limit = Infinity;
    for (;;) {
      const merged = this.#table.merged(left, right);
      if (merged >= 0 && merged < limit) return false;
      if (left > right) {
        limit = left;
        left = rightOf[left] as number;
        if (left !== limit) continue;
        // A single byte on the left: only the right side can be undone.
        limit = right + 1;
        right = leftOf[right] as number;
        if (right + 1 === limit) return true;
      } else {
        limit = right + 1;
        right = leftOf[right] as number;
        if (right + 1 !== limit) continue;
        limit = left;
        left = rightOf[left] as number;
        if (left === limit) return true;
      }
    }
  }
}
