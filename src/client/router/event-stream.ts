/**
 * A streamed answer as an async iterable of parsed events.
 *
 * Promises: nobody gets the stream before its first content, so that a failure before that leaves another attempt free; a
 * slow reader pauses the provider (at most `QUEUED_EVENTS` and what one read of the socket held wait in memory); the time
 * limit runs only while the provider is waited for; a stream that is cut, stalls or reports an error throws after the
 * events that came before, and never ends as success; leaving the loop ends the provider's call. No promise is made that
 * nobody waits for.
 * Cost per event: one parse, one object; no timer, no promise where events are there already.
 */
import { Deadline, type TimerWheel } from '../../primitives/timer-wheel.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { SseEventTooLargeError, SseSplitter, type SseEvent, type SseSink } from '../../protocol/sse-event-splitter.ts';
import type { AttemptFailure, AttemptSuccess } from '../../router/contract.ts';
import type { AttemptFailures } from './attempt-failures.ts';
import type { CountedUsage } from './counted-usage.ts';
import type { CallScope } from './call-scope.ts';
import type { EventShape } from './event-shape.ts';
import type { ReplyControl, ReplySink } from './provider-call.ts';
import { usedTokens } from './usage.ts';

/** How an attempt of a stream ended. `opened` or `notOpened` first; after `opened` one of the others, once. */
export interface StreamOwner {
  /** The first content is there, or the end of an empty answer, or more events without content than are kept. */
  opened(): void;
  notOpened(failure: AttemptFailure): void;
  /** @param usage as the provider told it; null: it did not */
  succeeded(success: AttemptSuccess, usage: JsonObject | null): void;
  broke(failure: AttemptFailure): void;
  abandoned(): void;
}

export interface EventStreamOptions {
  readonly owner: StreamOwner;
  readonly scope: CallScope;
  readonly shape: EventShape;
  readonly includeUsage: boolean;
  /** Rewrites events where the provider's shape is another one; null from it leaves the event out. */
  readonly convert: ((event: JsonObject) => JsonObject | null) | null;
  /** Hears of every event as the reader gets it; null: nobody listens. */
  readonly onEvent: ((event: JsonObject) => void) | null;
  /** Counts what the provider does not tell; null: nobody asked. */
  readonly counted: CountedUsage | null;
  readonly failures: AttemptFailures;
  /** From the request to the first content, and then from event to event, as far as the reader waits. */
  readonly silenceMs: number;
  readonly wheel: TimerWheel;
  readonly monotonicMs: () => number;
}

type Result = IteratorResult<JsonObject, undefined>;

interface Waiter {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const QUEUED_EVENTS = 32;
/** As much as the gateway keeps. */
const MOST_UNOPENED_BYTES = 256 * 1024;
/** A provider that said `[DONE]` may take this long to end its answer before its connection is given up. */
const CLOSING_MS = 1000;
const DONE: Result = { done: true, value: undefined };

export class EventStream implements AsyncIterableIterator<JsonObject, undefined>, ReplySink, SseSink {
  readonly #options: EventStreamOptions;
  readonly #splitter = new SseSplitter();
  readonly #startedAtMs: number;
  readonly #deadline = new Deadline(() => this.#silent());
  #control: ReplyControl | null = null;
  #queue: JsonObject[] = [];
  #waiters: Waiter[] = [];
  #paused = false;
  #opened = false;
  #terminal = false;
  #firstContentAtMs: number | null = null;
  /** Bytes that came before the first content. */
  #unopenedBytes = 0;
  #usage: JsonObject | null = null;
  #last: JsonObject | null = null;
  /** What a terminal event said of a failure. */
  #failed: AttemptFailure | null = null;
  /** The provider's part is over. */
  #settled = false;
  #error: { readonly value: unknown } | null = null;
  /** The reader left, or was told of the failure. */
  #closed = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#startedAtMs = options.monotonicMs();
  }

  /** @param control of the call that feeds this stream; once, before its first event */
  readFrom(control: ReplyControl): void {
    this.#control = control;
    this.#arm();
  }

  // --- for the reader

  next(): Promise<Result> {
    const { signal } = this.#options.scope;
    if (this.#closed) return Promise.resolve(DONE);
    if (signal?.aborted === true && this.#error === null) this.abort(signal.reason);
    const event = this.#queue.shift();
    if (event !== undefined) {
      if (this.#paused && this.#queue.length === 0) this.#resume();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#error !== null) {
      const { value } = this.#error;
      this.#closed = true;
      return Promise.reject(value);
    }
    if (this.#settled) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Leaving the loop: the provider's call ends. */
  return(): Promise<Result> {
    this.#abandon();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<Result> {
    this.#abandon();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Ends the call; the reader gets the reason. */
  abort(reason: unknown): void {
    this.#queue = [];
    const running = !this.#settled;
    this.#end();
    if (running && this.#opened) this.#options.owner.abandoned();
    this.#raise(reason);
  }

  #abandon(): void {
    this.#queue = [];
    this.#closed = true;
    const running = !this.#settled;
    this.#end();
    if (running) this.#options.owner.abandoned();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
  }

  // --- for the provider's call

  onHead(): void {
    // Nothing is known before the first event.
  }

  onData(chunk: Buffer): void {
    if (this.#settled) return;
    try {
      this.#splitter.push(chunk, this);
    } catch (error) {
      if (!(error instanceof SseEventTooLargeError)) throw error;
      this.#break(this.#options.failures.malformed(error.message));
    }
  }

  onEnd(): void {
    if (this.#settled) {
      this.#options.wheel.cancel(this.#deadline);
      return;
    }
    this.#splitter.finish(this);
    if (this.#settled) return;
    if (this.#terminal) {
      this.complete();
      this.#options.wheel.cancel(this.#deadline);
    } else this.#break(this.#options.failures.cut('the stream ended before its last event'));
  }

  onFailure(failure: AttemptFailure): void {
    if (this.#settled) this.#options.wheel.cancel(this.#deadline);
    else this.#break(failure);
  }

  onComment(): void {
    // Comments are no content: the time limit runs on.
  }

  onEvent(event: SseEvent): void {
    if (this.#settled || event.dataLines === 0) return;
    if (event.isDone) {
      this.complete();
      return;
    }
    let parsed: JsonValue;
    try {
      parsed = JSON.parse(event.data().toString()) as JsonValue;
    } catch {
      // An event that is damaged; the events around it may still make a whole answer.
      return;
    }
    if (!isJsonObject(parsed)) return;
    const queued = this.#queue.length;
    this.add(parsed);
    if (!this.#opened && this.#queue.length > queued) this.#keep(event.end - event.start);
  }

  /** What waits for the first content is bounded, in bytes and by the length of the queue. */
  #keep(bytes: number): void {
    this.#unopenedBytes += bytes;
    if (this.#unopenedBytes > MOST_UNOPENED_BYTES || this.#queue.length >= QUEUED_EVENTS) this.#begin();
  }

  /** One event of the answer. Those before the first content wait in the queue. */
  add(event: JsonObject): void {
    const { shape, includeUsage, convert, failures } = this.#options;
    const failure = shape.failure(event);
    if (failure !== null) {
      this.#break(failures.reported(failure));
      return;
    }
    const answer = shape.failedAnswer(event);
    if (answer !== null && !this.#opened) {
      this.#break(failures.reported(answer));
      return;
    }
    if (answer !== null) this.#failed = failures.reported(answer);
    if (shape.isTerminal(event)) this.#terminal = true;
    this.#usage = shape.usage(event) ?? this.#usage;
    if (!this.#opened && shape.hasContent(event)) this.#begin();
    if (includeUsage || !shape.onlyForUsage(event)) {
      const converted = convert === null ? event : convert(event);
      if (converted !== null) {
        this.#options.counted?.add(converted);
        this.#deliver(converted);
      }
    }
    if (this.#opened) this.#arm();
  }

  #begin(): void {
    this.#firstContentAtMs = this.#options.monotonicMs();
    this.#open();
    this.#pauseIfFull();
    this.#arm();
  }

  /** The answer is whole. */
  complete(): void {
    const { owner, wheel, counted } = this.#options;
    if (counted !== null && this.#usage === null) {
      const { usage, chunk } = counted.chunk();
      this.#usage = usage;
      this.#deliver(chunk);
    }
    this.#open();
    this.#settled = true;
    this.#showUsage();
    if (this.#failed === null) owner.succeeded(this.#success(), this.#usage);
    else owner.broke(this.#failed);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
    // What follows is the end of the answer, which frees the connection for another call.
    if (this.#control === null) return;
    wheel.arm(this.#deadline, CLOSING_MS);
    this.#control.resume();
  }

  /**
   * LiteLLM-compat: who did not ask for usage finds it in the `_hidden_params` of the last chunk, which JSON does not show;
   * `streamChunkBuilder` looks there.
   */
  #showUsage(): void {
    if (this.#usage === null || this.#last === null || this.#options.includeUsage) return;
    Object.defineProperty(this.#last, '_hidden_params', { value: { usage: this.#usage }, configurable: true });
  }

  #success(): AttemptSuccess {
    const nowMs = this.#options.monotonicMs();
    const firstAtMs = this.#firstContentAtMs;
    return {
      seconds: (nowMs - this.#startedAtMs) / 1000,
      firstTokenSeconds: firstAtMs === null ? null : (firstAtMs - this.#startedAtMs) / 1000,
      ...usedTokens(this.#usage ?? undefined),
    };
  }

  #deliver(event: JsonObject): void {
    this.#last = event;
    this.#options.onEvent?.(event);
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: event });
      return;
    }
    this.#queue.push(event);
    this.#pauseIfFull();
  }

  #pauseIfFull(): void {
    if (this.#queue.length < QUEUED_EVENTS || this.#paused || !this.#opened) return;
    this.#paused = true;
    this.#control?.pause();
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#options.owner.opened();
  }

  #resume(): void {
    this.#paused = false;
    if (this.#settled) return;
    this.#arm();
    this.#control?.resume();
  }

  /** The limit for the next event; none while the reader is slower than the provider. */
  #arm(): void {
    if (this.#settled) return;
    const { wheel, silenceMs } = this.#options;
    if (this.#paused || silenceMs === Number.POSITIVE_INFINITY) wheel.cancel(this.#deadline);
    else wheel.arm(this.#deadline, silenceMs);
  }

  #silent(): void {
    this.#control?.abort();
    if (this.#settled) return;
    const { failures, silenceMs, monotonicMs } = this.#options;
    if (this.#opened) this.#break(failures.cut(`no content for ${silenceMs / 1000} s`));
    else this.#break(failures.timedOut(silenceMs, monotonicMs() - this.#startedAtMs));
  }

  #break(failure: AttemptFailure): void {
    const { owner } = this.#options;
    this.#end();
    if (!this.#opened) owner.notOpened(failure);
    else {
      owner.broke(failure);
      this.#raise(failure.error);
    }
  }

  #end(): void {
    this.#settled = true;
    this.#options.wheel.cancel(this.#deadline);
    this.#control?.abort();
  }

  /** The first who waits gets it, else the next who asks behind the events that came before. */
  #raise(reason: unknown): void {
    const first = this.#waiters.shift();
    if (first === undefined) this.#error = { value: reason };
    else {
      this.#closed = true;
      first.reject(reason);
    }
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
  }
}
