/** Shares limits, cooldowns and the use of deployments over Redis or Valkey. The client is loaded when it starts. */
import { randomBytes } from 'node:crypto';
import type { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import { ClusterSync, type ClusterLog } from '../cluster-sync.ts';
import type { ClusterHealth } from '../contract.ts';
import type { SharedDeployments } from '../deployment-exchange.ts';
import { connectRedis } from './connect-redis.ts';
import type { RedisSettings } from './redis-settings.ts';
import { RedisStore } from './redis-store.ts';

export interface CreateClusterSyncOptions {
  readonly settings: RedisSettings;
  /** null: no limits of callers to share. */
  readonly slices: SliceSet | null;
  /** null: neither cooldowns nor use of deployments are shared; `share` may bring them later. */
  readonly deployments: SharedDeployments | null;
  readonly log: ClusterLog;
  readonly now: () => number;
  readonly onHealth?: (health: ClusterHealth) => void;
}

export function createClusterSync(options: CreateClusterSyncOptions): ClusterSync {
  const { settings, slices, deployments, log, now, onHealth } = options;
  let lastError: string | null = null;
  return new ClusterSync({
    connect: async () => {
      const onError = (reason: string): void => {
        lastError = reason;
      };
      const connection = await connectRedis({ settings, onError, random: Math.random });
      const named = {
        ...connection,
        // "The client is offline" says less than why.
        run: (...call: Parameters<typeof connection.run>) =>
          connection.run(...call).catch((error: unknown) => {
            const reason = lastError;
            throw isOffline(error) && reason !== null ? new Error(reason) : error;
          }),
      };
      return new RedisStore({ connection: named, namespace: settings.namespace, windowMs: slices?.windowMs ?? 60_000 });
    },
    process: randomBytes(8).toString('hex'),
    slices,
    deployments,
    timeoutMs: settings.timeoutMs,
    now,
    random: Math.random,
    startTimer: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    log,
    ...(onHealth === undefined ? {} : { onHealth }),
  });
}

function isOffline(error: unknown): boolean {
  return error instanceof Error && /offline|closed/i.test(error.message);
}
