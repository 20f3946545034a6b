import { isUtf8 } from 'node:buffer';
import { firstInvalidUtf8, Utf8Validator } from '../primitives/utf8-validator.ts';
import { FieldCollector } from './field-collector.ts';
import { InvalidJsonError } from './invalid-json-error.ts';
import { JsonMachine } from './json-machine.ts';
import type { ShallowScan } from './shallow-scan.ts';

export { fieldOf } from './shallow-scan.ts';
export type { JsonKind, ShallowScan, TopLevelField } from './shallow-scan.ts';

const NOT_UTF8 = 'not valid UTF-8';

/**
 * Finds the members of a JSON document's top-level object, with byte offsets, without parsing what is in them.
 *
 * Promises: a document is accepted exactly when `JSON.parse` accepts its text, but for what is listed below; resumable at
 * any byte; O(bytes), one object per member; chunks are neither copied nor joined.
 * Stricter than JSON.parse: nesting deeper than 1,024, bytes that are not UTF-8 (also overlong forms and surrogates), a
 * byte order mark. Looser: raw control characters other than the line feed in a string after its first 48 bytes pass; the
 * receiver of the document refuses those. Lone surrogate escapes and numbers beyond a double are valid JSON text.
 * Holds references to the chunks until it is dropped, for the position in an error.
 */
export class ShallowJsonScanner {
  readonly #chunks: Buffer[] = [];
  readonly #collector = new FieldCollector(this.#chunks, 0);
  readonly #machine = new JsonMachine(this.#collector);
  readonly #utf8 = new Utf8Validator();
  #failure: Error | null = null;

  /** @throws InvalidJsonError as soon as the bytes cannot be the beginning of a document; then always the same one. */
  push(chunk: Buffer): void {
    if (this.#failure !== null) throw this.#failure;
    if (chunk.length === 0) return;
    this.#collector.base += this.#chunks.at(-1)?.length ?? 0;
    this.#chunks.push(chunk);
    try {
      this.#advance(chunk);
    } catch (error) {
      if (error instanceof Error) this.#failure = error;
      throw error;
    }
  }

  /** @throws InvalidJsonError when the document is not complete. */
  finish(): ShallowScan {
    if (this.#failure !== null) throw this.#failure;
    const last = this.#chunks.at(-1)?.length ?? 0;
    if (!this.#utf8.finish()) this.#collector.refuse(NOT_UTF8, last);
    this.#machine.finish(last);
    return this.#collector.result();
  }

  #advance(chunk: Buffer): void {
    const machine = this.#machine;
    machine.sawNonAscii = this.#utf8.incomplete;
    machine.run(chunk, 0, chunk.length);
    if (machine.sawNonAscii && !this.#utf8.push(chunk)) refuseUtf8(this.#collector, chunk, 0);
    if (machine.insideTopLevelKey) this.#collector.keepKeyPart(chunk);
  }
}

/**
 * The same for a document that lies in `buffer[start, end)`: offsets count from the start of the buffer, positions in
 * errors from `start`. For whole small bodies and for the data of each server-sent event.
 * @throws InvalidJsonError
 */
export function scanShallow(buffer: Buffer, start = 0, end = buffer.length): ShallowScan {
  const chunk = end === buffer.length ? buffer : buffer.subarray(0, end);
  const collector = new FieldCollector([chunk], start);
  const machine = new JsonMachine(collector);
  machine.run(chunk, start, end);
  if (machine.sawNonAscii && !isUtf8(start === 0 ? chunk : chunk.subarray(start))) refuseUtf8(collector, chunk, start);
  machine.finish(end);
  return collector.result();
}

/** Same as `scanShallow`, with null instead of an error: for replies, where what is not JSON is passed on unread. */
export function tryScanShallow(buffer: Buffer, start = 0, end = buffer.length): ShallowScan | null {
  try {
    return scanShallow(buffer, start, end);
  } catch (error) {
    if (error instanceof InvalidJsonError) return null;
    throw error;
  }
}

function refuseUtf8(collector: FieldCollector, chunk: Buffer, start: number): never {
  // The character before may have begun in the chunk before; then the first byte here is where it goes wrong.
  return collector.refuse(NOT_UTF8, start + Math.max(0, firstInvalidUtf8(chunk.subarray(start))));
}
