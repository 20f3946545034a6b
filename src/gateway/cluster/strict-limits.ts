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

export class StrictLimits {
  readonly #log: Logger;
  #place = '';
  #running: Promise<RunningStrictLimiter> | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A limiter over the connection; the parts of the first configuration with this Redis count. */
  limiter(parts: StrictParts): ScopeLimiter {
    const running = (): Promise<RunningStrictLimiter> => this.#connected(parts);
    return {
      prepare: (descriptors) => parts.local.prepare(descriptors),
      admit: async (scopes, call) => (await running()).limiter.admit(scopes, call),
      settle: (hold, usage) => void running().then(({ limiter }) => limiter.settle(hold, usage)),
      fail: (hold, partial) => void running().then(({ limiter }) => limiter.fail(hold, partial)),
    };
  }

  async close(): Promise<void> {
    const running = await this.#running;
    this.#running = null;
    await running?.stop();
  }

  #connected(parts: StrictParts): Promise<RunningStrictLimiter> {
    const place = JSON.stringify(parts.settings.place);
    if (this.#running !== null && this.#place === place) return this.#running;
    const before = this.#running;
    this.#place = place;
    this.#running = this.#connect(parts);
    void before?.then((old) => old.stop());
    return this.#running;
  }

  async #connect(parts: StrictParts): Promise<RunningStrictLimiter> {
    const { createStrictLimiter } = await import('../../store/redis/create-strict-limiter.ts');
    return await createStrictLimiter({
      ...parts,
      onError: (reason) => this.#log.debug({ reason }, 'the connection for strict limits failed'),
    });
  }
}
