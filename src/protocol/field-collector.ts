import { InvalidJsonError, locate } from './invalid-json-error.ts';
import { decodeKey } from './known-keys.ts';
import type { JsonKind, ShallowScan, SlowReason, TopLevelField } from './shallow-scan.ts';
import type { TopLevelSink } from './top-level-sink.ts';

/** Up to here a duplicate is looked for by comparing with each key; beyond it in a set, so that many keys stay linear. */
const COMPARED_KEYS = 16;

/**
 * Turns the machine's reports, which count from the start of a chunk, into members that count from the start of the
 * document. `base` is the document offset of the current chunk.
 */
export class FieldCollector implements TopLevelSink {
  base = 0;
  /** Chunks up to the current one, kept for the position in an error. */
  readonly chunks: Buffer[];
  /** Where the document begins in the first chunk. */
  readonly #documentStart: number;
  readonly #fields: TopLevelField[] = [];
  #keys: Set<string> | null = null;
  #slow: SlowReason | null = null;
  #closeOffset = -1;
  #isObject = false;
  #keyStart = 0;
  #key = '';
  #keyParts: Buffer[] | null = null;
  #valueStart = 0;
  #kind: JsonKind = 'null';

  constructor(chunks: Buffer[], documentStart: number) {
    this.chunks = chunks;
    this.#documentStart = documentStart;
  }

  keyStarts(at: number): void {
    this.#isObject = true;
    this.#keyStart = this.base + at;
  }

  /** The chunk ended inside a key: keeps its part of the text. Keys that span chunks are rare. */
  keepKeyPart(chunk: Buffer): void {
    (this.#keyParts ??= []).push(chunk.subarray(Math.max(0, this.#keyStart - this.base + 1)));
  }

  keyEnds(chunk: Buffer, at: number): void {
    if (this.#keyParts === null) {
      this.#key = decodeKey(chunk, this.#keyStart - this.base + 1, at);
    } else {
      const whole = Buffer.concat([...this.#keyParts, chunk.subarray(0, at)]);
      this.#keyParts = null;
      this.#key = decodeKey(whole, 0, whole.length);
    }
    if (this.#alreadySeen(this.#key)) this.#slow ??= 'duplicate-key';
  }

  keyHasEscape(): void {
    this.#slow ??= 'escaped-key';
  }

  valueStarts(at: number, kind: JsonKind): void {
    this.#valueStart = this.base + at;
    this.#kind = kind;
  }

  valueEnds(at: number): void {
    this.#fields.push({
      key: this.#key,
      keyStart: this.#keyStart,
      valueStart: this.#valueStart,
      valueEnd: this.base + at,
      kind: this.#kind,
    });
  }

  documentCloses(at: number, isObject: boolean): void {
    this.#isObject = isObject;
    if (isObject) this.#closeOffset = this.base + at;
  }

  refuse(reason: string, at: number): never {
    const offset = this.base + at - this.#documentStart;
    const [first, ...others] = this.chunks;
    const document = first === undefined ? [] : [first.subarray(this.#documentStart), ...others];
    throw new InvalidJsonError(reason, locate(document, offset));
  }

  result(): ShallowScan {
    const slow = this.#isObject ? this.#slow : 'not-object';
    return { fields: this.#fields, closeOffset: this.#closeOffset, slow };
  }

  #alreadySeen(key: string): boolean {
    const fields = this.#fields;
    if (fields.length < COMPARED_KEYS) {
      for (let i = 0; i < fields.length; i++) if (fields[i]?.key === key) return true;
      return false;
    }
    const keys = (this.#keys ??= new Set(fields.map((field) => field.key)));
    if (keys.has(key)) return true;
    keys.add(key);
    return false;
  }
}
