/** What of a configuration concerns the cluster: where Redis is, and the seed with which all gateways hash their keys. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import type { LimiterState } from '../../rate-limit/contract.ts';
import { clusterSeed } from '../../store/cluster-seed.ts';
import { readRedisSettings, type RedisSettings } from '../../store/redis/redis-settings.ts';

export interface ClusterSettings {
  readonly redis: RedisSettings;
  readonly seed: number;
}

/** null: each gateway counts for itself. @throws ConfigError for a setting that cannot be read */
export function clusterSettings(snapshot: ConfigSnapshot): ClusterSettings | null {
  const redis = readRedisSettings(snapshot);
  if (redis === null) return null;
  const secret = snapshot.environment.get('LITELLM_SALT_KEY') ?? snapshot.general.masterKey ?? '';
  return { redis, seed: clusterSeed(secret, redis.namespace) };
}

/** Name of the shared slices among the memory of limits. Another seed hashes every key otherwise, so it is other memory. */
export function clusterMemoryName({ seed }: ClusterSettings): string {
  return `cluster/${seed}`;
}

/** The slices that this process holds, for one of its threads. */
export function clusterSlices({ seed }: ClusterSettings, lane: number, shared?: LimiterState): SliceSet {
  return new SliceSet({ seed, lane, ...(shared === undefined ? {} : { shared }) });
}

/** Longer than the exchange with Redis waits for an answer. */
export function clusterWaitMs({ redis }: ClusterSettings): number {
  return 2 * redis.timeoutMs;
}
