/**
 * Asks one address again and again and says how it does. A LiteLLM that works may be slow to answer, so that silence is
 * told and changes nothing; a connection that nobody takes does. Whoever is new there is asked first whether it guards
 * what it serves.
 */
import type { FallbackHealth } from './contract.ts';
import type { Probe } from './probe-litellm.ts';

const UP_EVERY_MS = 5_000;
const ELSE_EVERY_MS = 1_000;
const SILENT_SHOWS = 3;
/** Of a process of our own: it hangs. */
const SILENT_MEANS_HUNG = 12;

export interface WatchOptions {
  readonly origin: string;
  readonly probe: Probe;
  readonly verifyTls: () => boolean;
  /** Whether this gateway asks for a key. */
  readonly asksForKey: () => boolean;
  /** Resolves after the time, or when the signal comes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** After each look. */
  readonly onHealth: (health: FallbackHealth, reason: string | null) => void;
  /** It has been silent for about a minute. */
  readonly onHung?: () => void;
}

export class HealthWatch {
  readonly #options: WatchOptions;
  readonly #stopping = new AbortController();
  #health: FallbackHealth = 'starting';
  /** It refused somebody without a key since it was away last. */
  #guards = false;
  #silent = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get health(): FallbackHealth {
    return this.#health;
  }

  /** Asks once. */
  async look(): Promise<void> {
    const { origin, probe, verifyTls, asksForKey, onHealth, onHung } = this.#options;
    const mustRefuse = asksForKey() && !this.#guards;
    const verdict = await probe({ origin, mustRefuse, verifyTls: verifyTls() });
    if (this.#stopping.signal.aborted) return;
    this.#silent = verdict.kind === 'silent' ? this.#silent + 1 : 0;
    switch (verdict.kind) {
      case 'up':
        this.#guards ||= mustRefuse;
        this.#health = 'up';
        onHealth('up', null);
        return;
      case 'open':
        this.#health = 'open';
        onHealth('open', `${origin} answers without a key, although this gateway asks for one`);
        return;
      case 'silent':
        if (this.#silent === SILENT_MEANS_HUNG) onHung?.();
        if (this.#silent < SILENT_SHOWS) return;
        if (this.#health === 'up') this.#health = 'silent';
        onHealth(this.#health, verdict.reason);
        return;
      case 'gone':
        this.#guards = false;
        if (this.#health !== 'starting') this.#health = 'down';
        onHealth(this.#health, verdict.reason);
    }
  }

  /** What was found out holds no more. */
  forget(): void {
    this.#guards = false;
  }

  /** Looks until it is stopped. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await this.#options.pause(this.#health === 'up' ? UP_EVERY_MS : ELSE_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.look();
    }
  }

  stop(): void {
    this.#stopping.abort();
  }
}
