/**
 * Keeps a process in touch with the others over Redis: slices of limits, cooldowns, use of deployments. Runs in the thread
 * that loads the configuration; other threads see what it learns in the shared memory. Nothing of the client is loaded
 * where no Redis is configured.
 */
import type { Logger } from 'pino';
import { deploymentStateOf, type Configuration } from '../threads/counting-memory.ts';
import { CLUSTER_MEMORY, clusterSettings, clusterSlices } from './cluster-settings.ts';

export interface ClusterLink {
  /** Another configuration is in force. */
  follow(configuration: Configuration): void;
  stop(): Promise<void>;
}

/** @returns null without Redis. Resolves once the first exchange was tried; Redis may be away. */
export async function joinCluster(configuration: Configuration, log: Logger): Promise<ClusterLink | null> {
  const settings = clusterSettings(configuration.snapshot);
  const memory = configuration.memory.limits[CLUSTER_MEMORY];
  if (settings === null || memory === undefined) return null;
  const { createClusterSync } = await import('../../store/redis/create-cluster-sync.ts');
  const sync = createClusterSync({
    settings: settings.redis,
    slices: clusterSlices(settings, 0, memory),
    deployments: sharedDeployments(configuration),
    log,
    now: () => Date.now(),
  });
  await sync.start();
  return {
    follow: (next) => sync.share(sharedDeployments(next)),
    stop: () => sync.stop(),
  };
}

function sharedDeployments(configuration: Configuration) {
  return {
    ids: configuration.snapshot.deployments.map(({ id }) => id),
    state: deploymentStateOf(configuration),
  };
}
