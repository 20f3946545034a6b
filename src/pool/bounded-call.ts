/**
 * One upstream call under its four bounds: a state machine between the transport and the receiver.
 *
 * One deadline on the shared wheel serves all bounds, since only the nearest can expire first; content costs one clock
 * reading, and the gap since it is looked at when the deadline expires. Promises: the receiver
 * hears exactly one of `onEnd`, `onError`, `onDeadline`, last; after `abort` it hears nothing. O(1) per event.
 */
import { Deadline, type TimerWheel } from '../primitives/timer-wheel.ts';
import type { HeaderList, Transport, TransportError, UpstreamCall, UpstreamRequest } from '../wire/contract.ts';
import type { DeadlineKind, PooledCall, PooledReceiver } from './contract.ts';
import type { Deadlines } from './deadlines.ts';

export interface BoundedCallOptions {
  readonly wheel: TimerWheel;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export class BoundedCall implements PooledCall, PooledReceiver {
  readonly #options: BoundedCallOptions;
  readonly #deadlines: Deadlines;
  readonly #receiver: PooledReceiver;
  readonly #deadline: Deadline;
  readonly #startedAtMs: number;
  #call: UpstreamCall | null = null;
  #lastContentAtMs = 0;
  #phase: DeadlineKind = 'connect';
  #over = false;

  constructor(options: BoundedCallOptions, deadlines: Deadlines, receiver: PooledReceiver) {
    this.#options = options;
    this.#deadlines = deadlines;
    this.#receiver = receiver;
    this.#startedAtMs = options.now();
    this.#deadline = new Deadline(() => this.#expired());
  }

  start(transport: Transport, request: UpstreamRequest): void {
    this.#armFromStart(Math.min(this.#deadlines.connectMs, this.#deadlines.firstByteMs));
    this.#call = transport.send(request, this);
  }

  abort(): void {
    if (this.#finish()) this.#call?.abort();
  }

  pause(): void {
    if (!this.#over) this.#call?.pause();
  }

  resume(): void {
    if (!this.#over) this.#call?.resume();
  }

  contentSeen(): void {
    const { gapMs } = this.#deadlines;
    if (this.#over || gapMs === Number.POSITIVE_INFINITY) return;
    this.#lastContentAtMs = this.#options.now();
    if (this.#phase === 'gap') return; // the deadline finds out when it expires
    this.#phase = 'gap';
    this.#armGap(this.#lastContentAtMs);
  }

  onSent(): void {
    if (this.#over) return;
    this.#phase = 'first-byte';
    this.#armFromStart(this.#deadlines.firstByteMs);
    this.#receiver.onSent?.();
  }

  onHead(status: number, headers: HeaderList): void {
    if (this.#over) return;
    // The head of a stream is no content: its bound runs on. What comes whole is bounded by the total from here.
    if (this.#deadlines.gapMs === Number.POSITIVE_INFINITY) {
      this.#phase = 'total';
      this.#armFromStart(this.#deadlines.totalMs);
    }
    this.#receiver.onHead(status, headers);
  }

  onData(chunk: Buffer): void {
    if (!this.#over) this.#receiver.onData(chunk);
  }

  onEnd(): void {
    if (this.#finish()) this.#receiver.onEnd();
  }

  onError(error: TransportError): void {
    if (this.#finish()) this.#receiver.onError(error);
  }

  onDeadline(kind: DeadlineKind, limitMs: number, elapsedMs: number): void {
    if (!this.#finish()) return;
    this.#call?.abort();
    this.#receiver.onDeadline(kind, limitMs, elapsedMs);
  }

  /** Arms what is left of the gap since the last content, or of the total when that is shorter. */
  #armGap(nowMs: number): void {
    const { gapMs, totalMs } = this.#deadlines;
    const leftMs = Math.min(gapMs - (nowMs - this.#lastContentAtMs), totalMs - (nowMs - this.#startedAtMs));
    this.#options.wheel.arm(this.#deadline, leftMs);
  }

  /** Arms a bound that is counted from the request, or the total when that is shorter. */
  #armFromStart(limitMs: number): void {
    const bound = Math.min(limitMs, this.#deadlines.totalMs);
    if (bound === Number.POSITIVE_INFINITY) this.#options.wheel.cancel(this.#deadline);
    else this.#options.wheel.arm(this.#deadline, bound - (this.#options.now() - this.#startedAtMs));
  }

  #expired(): void {
    const nowMs = this.#options.now();
    const elapsedMs = nowMs - this.#startedAtMs;
    const { connectMs, firstByteMs, gapMs, totalMs } = this.#deadlines;
    if (elapsedMs >= totalMs) this.onDeadline('total', totalMs, elapsedMs);
    else if (this.#phase === 'gap') {
      if (nowMs - this.#lastContentAtMs < gapMs) this.#armGap(nowMs);
      else this.onDeadline('gap', gapMs, elapsedMs);
    } else if (this.#phase === 'connect' && elapsedMs < firstByteMs) this.onDeadline('connect', connectMs, elapsedMs);
    else this.onDeadline('first-byte', firstByteMs, elapsedMs);
  }

  /** @returns false when the call was over already */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#options.wheel.cancel(this.#deadline);
    return true;
  }
}
