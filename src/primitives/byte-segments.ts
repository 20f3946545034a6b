/**
 * The bytes of a body in the order they arrived, never joined unless somebody asks.
 *
 * Promises: `append` is O(1); `slice` and `splice` return views of the chunks (O(log chunks) to find the place, plus the
 * chunks touched); no byte is copied, except by `toBuffer`, `text` over a border, and where a small result is coalesced.
 * Gives up: the chunks must not be written to after they were appended.
 */
export class ByteSegments {
  readonly #chunks: Buffer[] = [];
  /** `#starts[i]` is the offset of chunk i. */
  readonly #starts: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  append(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#starts.push(this.#length);
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Views of the bytes in `[start, end)`, clamped to what is there. */
  slice(start: number, end: number = this.#length): Buffer[] {
    const views: Buffer[] = [];
    this.#collect(start, end, views);
    return views;
  }

  /** All bytes in one buffer: the chunk itself when there is only one. */
  toBuffer(): Buffer {
    const [first] = this.#chunks;
    if (first === undefined) return Buffer.alloc(0);
    return this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#length);
  }

  /** The bytes of `[start, end)` as UTF-8 text; characters that span chunks come out whole. */
  text(start = 0, end: number = this.#length): string {
    const views = this.slice(start, end);
    const [first] = views;
    if (first === undefined) return '';
    return (views.length === 1 ? first : Buffer.concat(views)).toString('utf8');
  }

  /**
   * The bytes with each edit's range replaced. Edits are sorted by start and do not overlap; an edit with `start === end`
   * inserts. A result of at most `coalesceBytes` (default 64 KiB, 0 = never) comes back as one buffer, because one small
   * copy costs less than several writes.
   * @throws RangeError when an edit is out of order or out of range.
   */
  splice(edits: readonly SpliceEdit[], coalesceBytes: number = DEFAULT_COALESCE_BYTES): Buffer[] {
    const pieces: Buffer[] = [];
    let at = 0;
    for (const edit of edits) {
      if (edit.start < at || edit.end < edit.start || edit.end > this.#length)
        throw new RangeError(
          `splice edit [${edit.start}, ${edit.end}) is out of order or outside of ${this.#length} bytes`,
        );
      this.#collect(at, edit.start, pieces);
      if (edit.bytes.length > 0) pieces.push(edit.bytes);
      at = edit.end;
    }
    this.#collect(at, this.#length, pieces);
    if (pieces.length < 2) return pieces;
    const total = byteLength(pieces);
    return total <= coalesceBytes ? [Buffer.concat(pieces, total)] : pieces;
  }

  #collect(start: number, end: number, into: Buffer[]): void {
    const from = Math.max(0, start);
    const to = Math.min(this.#length, end);
    if (from >= to) return;
    for (let i = this.#indexAt(from); i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i];
      const chunkStart = this.#starts[i];
      if (chunk === undefined || chunkStart === undefined || chunkStart >= to) return;
      const first = Math.max(0, from - chunkStart);
      const last = Math.min(chunk.length, to - chunkStart);
      into.push(first === 0 && last === chunk.length ? chunk : chunk.subarray(first, last));
    }
  }

  /** Index of the chunk that holds the byte at `offset`, which must be inside. */
  #indexAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export interface SpliceEdit {
  readonly start: number;
  /** One past the last byte that is replaced. */
  readonly end: number;
  readonly bytes: Buffer;
}

const DEFAULT_COALESCE_BYTES = 64 * 1024;

/** Sum of the lengths, for a `content-length`. */
export function byteLength(buffers: readonly Uint8Array[]): number {
  let total = 0;
  for (const buffer of buffers) total += buffer.length;
  return total;
}
