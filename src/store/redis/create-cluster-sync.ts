/** Shares limits, cooldowns and the use of deployments over Redis or Valkey. The client is loaded when it starts. */
import { randomBytes } from 'node:crypto';
import { ClusterSync, type ClusterSyncOptions } from '../cluster-sync.ts';
import { startTimer } from '../start-timer.ts';
import { connectRedis } from './connect-redis.ts';
import type { RedisSettings } from './redis-settings.ts';
import { RedisStore } from './redis-store.ts';

export interface CreateClusterSyncOptions extends Pick<
  ClusterSyncOptions,
  'slices' | 'deployments' | 'log' | 'now' | 'onHealth'
> {
  readonly settings: RedisSettings;
}

export function createClusterSync({ settings, ...options }: CreateClusterSyncOptions): ClusterSync {
  return new ClusterSync({
    ...options,
    connect: async () => {
      const connection = await connectRedis({ settings, random: Math.random });
      const windowMs = options.slices?.windowMs ?? 60_000;
      return new RedisStore({ connection, namespace: settings.namespace, windowMs });
    },
    process: randomBytes(8).toString('hex'),
    timeoutMs: settings.timeoutMs,
    random: Math.random,
    startTimer,
  });
}
