/**
 * Counts large JSON bodies in a thread of their own, from the raw bytes on: parsing and counting a wide body take as long
 * as 70 ms per MB (see `LARGE_BODY`), which no other request waits for here.
 *
 * A body is opened first (parsed and checked by its route's rules), so that the caller learns the model's name and can
 * say what is known of it; then it is counted or dropped.
 * Promises: one thread, started by the first body and ended when none was there for a minute; it never holds the process.
 * A thread that dies fails the bodies it had, with a retryable error, and the next body starts another. Beyond
 * `MOST_WAITING_BYTES` a body is refused, unless it is the only one.
 */
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../errors/codes.ts';
import { GatewayError, type GatewayErrorOptions } from '../../errors/gateway-error.ts';
import type { EncodingName } from '../../tokenizer/contract.ts';
import type { BodyKind } from './counted-body.ts';

/** What is known here about a model's name. */
export interface FamilyAnswers {
  readonly openai: boolean;
  readonly anthropic: boolean;
  readonly cohere: boolean;
}

export interface OpenCall {
  readonly id: number;
  readonly kind: BodyKind;
  readonly bytes: ArrayBuffer;
  /** The members whose JSON values lie one after the other in `bytes`; null: a whole document does. */
  readonly members: readonly BodyMember[] | null;
  /** Asks for the document without its prompt. */
  readonly wantsHead: boolean;
}

export interface BodyMember {
  readonly name: string;
  readonly bytes: number;
}

export interface CountCall {
  readonly id: number;
  readonly body: number;
  readonly model: string;
  readonly families: FamilyAnswers;
  readonly encoding: EncodingName;
  /** Its table in shared memory; null: the thread builds it. */
  readonly table: SharedArrayBuffer | null;
}

/** A GatewayError by its parts; code null: some other error, which is a bug. */
export interface Failure {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly options: GatewayErrorOptions;
  readonly stack: string;
}

export interface Opened {
  readonly model: string;
  /** JSON text, where it was asked for. */
  readonly head: string | null;
  /** What the route answers instead of a count; for where the head has something to say before. */
  readonly refusal: Failure | null;
}

export type ThreadAnswer =
  | { readonly id: number; readonly opened: Opened }
  | { readonly id: number; readonly tokens: number }
  | { readonly id: number; readonly failure: Failure };

/** A body to open, as views of what arrived. */
export interface BodySource extends Omit<OpenCall, 'id' | 'bytes'> {
  readonly views: readonly Buffer[];
}

export interface CountingThreadOptions {
  readonly idleMs?: number;
  readonly mostWaitingBytes?: number;
  /** Default: `startBodyThread`. */
  readonly startWorker?: () => Worker;
}

/** The file has the ending of this one: `.ts` in the sources, `.js` when built. */
const THREAD = new URL(`body-thread${path.extname(import.meta.url)}`, import.meta.url);

export const startBodyThread = (): Worker => new Worker(THREAD, { execArgv: [] });

const IDLE_MS = 60_000;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Copied in one turn of the loop: 0.2 to 0.5 ms, most of it for new pages of memory. */
const COPIED_AT_ONCE = 1024 * 1024;

export class CountingThread {
  readonly #idleMs: number;
  readonly #mostWaitingBytes: number;
  readonly #startWorker: () => Worker;
  #run: ThreadRun | null = null;
  #waitingBytes = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor(options: CountingThreadOptions = {}) {
    const { idleMs = IDLE_MS, mostWaitingBytes = MOST_WAITING_BYTES, startWorker = startBodyThread } = options;
    this.#idleMs = idleMs;
    this.#mostWaitingBytes = mostWaitingBytes;
    this.#startWorker = startWorker;
  }

  /** Id of the thread that runs; null: none does. */
  get threadId(): number | null {
    return this.#run?.threadId ?? null;
  }

  /** @throws GatewayError `service_unavailable` when too much waits or the thread dies; else as the route of the body */
  async open(source: BodySource): Promise<OpenBody> {
    const size = lengthOf(source.views);
    if (this.#waitingBytes > 0 && this.#waitingBytes + size > this.#mostWaitingBytes) throw tooMuchWaits();
    this.#take(size);
    try {
      const bytes = await copyInTurns(source.views, size);
      const { kind, members, wantsHead } = source;
      const run = this.#running();
      const id = run.newId();
      const answer = await run.ask({ id, kind, bytes, members, wantsHead }, [bytes]);
      if (!('opened' in answer)) throw unexpected();
      return new OpenBody(run, id, answer.opened, () => this.#release(size));
    } catch (error) {
      this.#release(size);
      throw error;
    }
  }

  /** Ends the thread; bodies that are open fail. */
  async close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    if (this.#idle !== null) clearTimeout(this.#idle);
    await run?.close();
  }

  #running(): ThreadRun {
    if (this.#run === null || this.#run.ended) this.#run = new ThreadRun(this.#startWorker());
    return this.#run;
  }

  #take(bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }

  #release(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes === 0) this.#idle = setTimeout(() => void this.close(), this.#idleMs).unref();
  }
}

/** A body that lies parsed in the thread, until it is counted or dropped. */
export class OpenBody implements Opened {
  readonly model: string;
  readonly head: string | null;
  readonly refusal: Failure | null;
  readonly #run: ThreadRun;
  readonly #id: number;
  readonly #release: () => void;
  #isOver = false;

  constructor(run: ThreadRun, id: number, opened: Opened, release: () => void) {
    this.model = opened.model;
    this.head = opened.head;
    this.refusal = opened.refusal;
    this.#run = run;
    this.#id = id;
    this.#release = release;
  }

  /** Once. @throws GatewayError as the counter, or `service_unavailable` when the thread dies */
  async count(how: Omit<CountCall, 'id' | 'body'>): Promise<number> {
    try {
      const answer = await this.#run.ask({ ...how, id: this.#run.newId(), body: this.#id });
      if (!('tokens' in answer)) throw unexpected();
      return answer.tokens;
    } finally {
      this.drop();
    }
  }

  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#run.drop(this.#id);
    this.#release();
  }
}

interface Waiting {
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread from its start to its end. */
class ThreadRun {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  ended = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    // The process lives by its sockets, not by this. Listening to messages refers to the thread again, so not before.
    worker.unref();
    // The exit follows.
    worker.on('error', () => undefined);
    worker.once('exit', () => this.#end());
  }

  get threadId(): number | null {
    return this.ended ? null : this.#worker.threadId;
  }

  newId(): number {
    return ++this.#lastId;
  }

  ask(call: OpenCall | CountCall, transferred: readonly ArrayBuffer[] = []): Promise<ThreadAnswer> {
    if (this.ended) return Promise.reject(threadEnded());
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      this.#worker.postMessage(call, transferred);
    });
  }

  drop(body: number): void {
    if (!this.ended) this.#worker.postMessage({ drop: body });
  }

  async close(): Promise<void> {
    this.#end();
    await this.#worker.terminate();
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer);
  }

  #end(): void {
    this.ended = true;
    for (const { reject } of this.#waiting.values()) reject(threadEnded());
    this.#waiting.clear();
  }
}

/** The error that a failure of the thread stands for. */
export function errorOf({ code, message, options, stack }: Failure): Error {
  if (code !== null) return new GatewayError(code, message, options);
  return Object.assign(new Error(message), { stack });
}

const threadEnded = (): Error =>
  new GatewayError('service_unavailable', 'The thread that counts large bodies has ended. Send the request again.', {
    retryAfterSeconds: 1,
  });

const tooMuchWaits = (): Error =>
  new GatewayError('service_unavailable', 'Too many large bodies wait to be counted. Send the request again later.', {
    retryAfterSeconds: 1,
  });

const unexpected = (): Error => new GatewayError('internal', 'The thread that counts large bodies answered otherwise.');

const lengthOf = (views: readonly Buffer[]): number => views.reduce((sum, view) => sum + view.length, 0);

async function copyInTurns(views: readonly Buffer[], size: number): Promise<ArrayBuffer> {
  const copy = new Uint8Array(size);
  let at = 0;
  let left = COPIED_AT_ONCE;
  for (const view of views) {
    for (let start = 0; start < view.length; start += COPIED_AT_ONCE) {
      const part = view.subarray(start, start + COPIED_AT_ONCE);
      if (part.length > left) {
        await nextTurn();
        left = COPIED_AT_ONCE;
      }
      copy.set(part, at);
      at += part.length;
      left -= part.length;
    }
  }
  return copy.buffer;
}
