/**
 * Hugging Face tokenizers in a thread of their own: opening one takes as long as parsing megabytes of JSON, and counting
 * is slow, so that neither belongs into the event loop of a server.
 *
 * Promises: calls are answered in order; a thread that ends takes its calls and tokenizers with it and says so once; a
 * token for the hub goes into the thread and nowhere else. Costs a thread (about 10 MB) from the first `load` on.
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../errors/codes.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { BackgroundCounter } from './contract.ts';
import type { HuggingFaceSource } from './hugging-face.ts';

/** What the thread is asked: to load a tokenizer, which is then known by the call's id, or to count with one. */
export type ThreadCall =
  | { readonly id: number; readonly source: HuggingFaceSource }
  | { readonly id: number; readonly tokenizer: number; readonly texts: readonly string[] };

export type ThreadAnswer =
  | { readonly id: number; readonly counts: readonly number[] }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

interface Waiting {
  readonly resolve: (counts: readonly number[]) => void;
  readonly reject: (error: Error) => void;
}

/** The file has the ending of this one: `.ts` in the sources, `.js` when built. */
const THREAD = new URL(`hugging-face-thread${path.extname(import.meta.url)}`, import.meta.url);

/** A tokenizer in the thread. */
export interface ThreadTokenizer extends BackgroundCounter {
  /** Frees its memory; counts that come later reject. */
  drop(): void;
}

export class TokenizerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  /** @param onLost the thread ended by itself, and with it every tokenizer */
  constructor(onLost: () => void) {
    const worker = new Worker(THREAD, { execArgv: [] });
    // The process lives by its sockets, not by this.
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    // The exit follows.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      const wasClosed = this.#closed;
      this.#end();
      if (!wasClosed) onLost();
    });
    // Behind `on('message')`, which would hold the process again.
    worker.unref();
    this.#worker = worker;
  }

  /** @throws GatewayError as `loadHuggingFaceTokenizer` */
  async load(name: string, source: HuggingFaceSource): Promise<ThreadTokenizer> {
    const id = ++this.#lastId;
    await this.#ask({ id, source });
    return {
      name,
      counts: (texts) => this.#ask({ id: ++this.#lastId, tokenizer: id, texts }),
      drop: () => this.#worker.postMessage({ drop: id }),
    };
  }

  async close(): Promise<void> {
    this.#end();
    await this.#worker.terminate();
  }

  #ask(call: ThreadCall): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(ended());
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      this.#worker.postMessage(call);
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('counts' in answer) waiting?.resolve(answer.counts);
    else waiting?.reject(new GatewayError(answer.code, answer.message));
  }

  #end(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(ended());
    this.#waiting.clear();
  }
}

const ended = (): Error => new GatewayError('internal', 'The thread of the Hugging Face tokenizers has ended.');
