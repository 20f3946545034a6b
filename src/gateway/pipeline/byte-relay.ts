/**
 * Collects byte ranges for one write. Ranges that follow each other in the same buffer grow together, so that a chunk
 * that needs no edit is written as it came, without a copy; otherwise the pieces are copied once into one buffer.
 */
export class ByteRelay {
  #buffer: Buffer | null = null;
  #start = 0;
  #end = 0;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** How much waits. */
  get bytes(): number {
    return this.#bytes + (this.#buffer === null ? 0 : this.#end - this.#start);
  }

  add(buffer: Buffer, start: number, end: number): void {
    if (end <= start) return;
    if (this.#buffer === buffer && this.#end === start) {
      this.#end = end;
      return;
    }
    this.#close();
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
  }

  /** Everything since the last call, or null when there is nothing. */
  take(): Buffer | null {
    this.#close();
    const pieces = this.#pieces;
    const [first] = pieces;
    if (first === undefined) return null;
    const bytes = pieces.length === 1 ? first : Buffer.concat(pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    return bytes;
  }

  #close(): void {
    if (this.#buffer === null) return;
    this.#pieces.push(this.#buffer.subarray(this.#start, this.#end));
    this.#bytes += this.#end - this.#start;
    this.#buffer = null;
  }
}
