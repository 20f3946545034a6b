/**
 * The body of an answer: a readable stream, or whole. Pieces wait here until it is known which of the two it becomes, so
 * that a body which is taken whole never goes through a stream's buffers.
 *
 * Promises: at most `HELD_BYTES` and one more piece wait for a reader; after that the answer is paused. It ends as it
 * was sent: a failure is the stream's error, or what `bytes` throws.
 */
import { Readable } from 'node:stream';
import type { PoolBody } from './contract.ts';
import type { BodySink, BodySource } from './pool-exchange.ts';

const HELD_BYTES = 64 * 1024;
const UTF8 = new TextDecoder();

interface Taker {
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

export class AnswerBody extends Readable implements PoolBody, BodySink {
  readonly #source: BodySource;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #hasEnded = false;
  #isStream = false;
  #isTaken = false;
  #taker: Taker | null = null;

  constructor(source: BodySource) {
    super();
    this.#source = source;
    // Who reads is told; a body that nobody reads must not end the process.
    this.on('error', ignore);
  }

  chunk(bytes: Buffer): boolean {
    if (this.#isStream) return this.push(bytes);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    return this.#isTaken || this.#heldBytes < HELD_BYTES;
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#isStream) this.push(null);
    else if (this.#isTaken) this.#give();
  }

  fail(reason: unknown): void {
    this.destroy(reason instanceof Error ? reason : new Error('the call was ended', { cause: reason }));
  }

  override _read(): void {
    if (this.#isTaken) return;
    if (!this.#isStream) {
      this.#isStream = true;
      for (const bytes of this.#held) this.push(bytes);
      this.#held = [];
      if (this.#hasEnded) this.push(null);
    }
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source.abort();
    this.#held = [];
    this.#taker?.reject(error ?? new Error('the body was destroyed before its end'));
    this.#taker = null;
    done(error);
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#isTaken) throw new TypeError('This body has been read already.');
    if (this.#isStream || this.destroyed) return await this.#rest();
    this.#isTaken = true;
    return await new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
      if (this.#hasEnded) this.#give();
      else this.#source.resume();
    });
  }

  async text(): Promise<string> {
    return UTF8.decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  #give(): void {
    const [first, ...more] = this.#held;
    this.#taker?.resolve(more.length === 0 && first !== undefined ? first : Buffer.concat(this.#held));
    this.#taker = null;
    this.destroy();
  }

  /** What a stream that somebody has begun to read still holds. */
  async #rest(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}

function ignore(): void {
  // An error has been told to who reads.
}
