/** Strict mode for one thread: a connection of its own, and the thread's slices for when Redis does not answer. */
import type { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import type { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import { startTimer } from '../start-timer.ts';
import { connectRedis, type RedisConnection } from './connect-redis.ts';
import type { RedisSettings } from './redis-settings.ts';
import { StrictLimiter } from './strict-limiter.ts';

export interface CreateStrictLimiterOptions {
  readonly settings: RedisSettings;
  readonly slices: SliceSet;
  readonly local: SlicedLimiter;
  readonly now: () => number;
  /** Told what went wrong with the connection, without secrets; the control thread's sync raises the alarm. */
  readonly onError?: (reason: string) => void;
}

export interface RunningStrictLimiter {
  readonly limiter: StrictLimiter;
  readonly connection: RedisConnection;
  stop(): Promise<void>;
}

/** Resolves when the first attempt to connect has ended, well or not; never rejects. */
export async function createStrictLimiter(options: CreateStrictLimiterOptions): Promise<RunningStrictLimiter> {
  const { settings, slices, local, now, onError } = options;
  const connection = await connectRedis({
    settings,
    random: Math.random,
    ...(onError === undefined ? {} : { onError }),
  });
  const limiter = new StrictLimiter({
    connection,
    namespace: settings.namespace,
    slices,
    local,
    timeoutMs: settings.timeoutMs,
    now,
    startTimer,
  });
  return {
    limiter,
    connection,
    stop: async () => {
      limiter.stop();
      await connection.close();
    },
  };
}
