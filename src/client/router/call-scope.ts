/**
 * What can end a call from outside: the caller's signal, and a router that is closed. One listener per call, whatever
 * the number of attempts; gone when the call is over. Whoever works for the call says how to stop it.
 */
import type { RunningCalls } from './running-calls.ts';

export class CallScope {
  readonly signal: AbortSignal | null;
  readonly #running: RunningCalls;
  #stop: ((reason: unknown) => void) | null = null;
  #reason: { readonly value: unknown } | null = null;
  readonly #onAbort = (): void => this.abort(this.signal?.reason);

  /** @throws the signal's reason when it is aborted already */
  constructor(signal: AbortSignal | null, running: RunningCalls) {
    signal?.throwIfAborted();
    this.signal = signal;
    this.#running = running;
    running.add(this);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ends whatever is under way; it fails with the reason. */
  abort(reason: unknown): void {
    this.#reason ??= { value: reason };
    const stop = this.#stop;
    this.#stop = null;
    stop?.(this.#reason.value);
  }

  throwIfAborted(): void {
    if (this.#reason !== null) throw this.#reason.value as Error;
  }

  /** @param stop called at most once, with the reason; null: nothing is under way */
  onAbort(stop: ((reason: unknown) => void) | null): void {
    this.#stop = stop;
    if (stop !== null && this.#reason !== null) this.abort(this.#reason.value);
  }

  /** One timer, gone at once when the call is ended. */
  sleep(seconds: number): Promise<void> {
    this.throwIfAborted();
    if (seconds <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#stop = null;
        resolve();
      }, seconds * 1000);
      this.#stop = (reason) => {
        clearTimeout(timer);
        reject(reason);
      };
    });
  }

  /** The call is over. */
  end(): void {
    this.#stop = null;
    this.#running.remove(this);
    this.signal?.removeEventListener('abort', this.#onAbort);
  }
}
