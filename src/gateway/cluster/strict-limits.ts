/**
 * `router_settings.cluster_limits: strict`: every call of a limited caller asks Redis. One connection per thread, made at
 * the first call and kept over reloads; while there is none, the thread's slices decide.
 */
import type { Logger } from 'pino';
import type { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import type { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import type { RunningStrictLimiter } from '../../store/redis/create-strict-limiter.ts';
import type { RedisSettings } from '../../store/redis/redis-settings.ts';
import type { ScopeLimiter } from '../limits/caller-limiter.ts';

export interface StrictParts {
  readonly settings: RedisSettings;
  readonly slices: SliceSet;
  readonly local: SlicedLimiter;
  readonly now: () => number;
}

/** A connection, or null where none could be made; where it is. */
interface Connected {
  readonly place: string;
  readonly running: Promise<RunningStrictLimiter | null>;
}

export class StrictLimits {
  readonly #log: Logger;
  #connected: Connected | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A limiter over the connection; the parts of the first configuration that has the same Redis and counts the same way. */
  limiter(parts: StrictParts): ScopeLimiter {
    const { settings, slices, local } = parts;
    const place = JSON.stringify([settings, slices.seed, local.tokenKind, local.reservesTokens]);
    // Kept, so that a call ends where it began when a reload has moved the limits.
    let found: Promise<ScopeLimiter> | null = null;
    const limiter = (): Promise<ScopeLimiter> =>
      (found ??= this.#at(place, parts).then((running) => running?.limiter ?? parts.local));
    return {
      prepare: (descriptors) => parts.local.prepare(descriptors),
      admit: async (scopes, call) => (await limiter()).admit(scopes, call),
      settle: (hold, usage) => void limiter().then((one) => one.settle(hold, usage)),
      fail: (hold, partial) => void limiter().then((one) => one.fail(hold, partial)),
    };
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = null;
    await (await connected?.running)?.stop();
  }

  #at(place: string, parts: StrictParts): Promise<RunningStrictLimiter | null> {
    if (this.#connected?.place === place) return this.#connected.running;
    const before = this.#connected;
    const running = this.#connect(parts);
    this.#connected = { place, running };
    void before?.running.then((old) => old?.stop());
    return running;
  }

  async #connect(parts: StrictParts): Promise<RunningStrictLimiter | null> {
    try {
      const { createStrictLimiter } = await import('../../store/redis/create-strict-limiter.ts');
      return await createStrictLimiter({
        ...parts,
        onError: (reason) => this.#log.debug({ reason }, 'the connection for strict limits failed'),
      });
    } catch (err) {
      this.#log.error({ err }, 'Strict limits cannot ask Redis; the part of each limit that is held here decides.');
      return null;
    }
  }
}
