import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { readClusterMode } from '../../store/redis/redis-settings.ts';
import { clusterSettings } from '../cluster/cluster-settings.ts';

/** Whether limits, budgets and cooldowns of the gateway and of the LiteLLM behind it are one, in words. */
export function countingNote(snapshot: ConfigSnapshot): string {
  const shares = readClusterMode(snapshot) === 'strict' && clusterSettings(snapshot) !== null;
  return shares
    ? 'Limits of callers are counted together with LiteLLM over Redis; budgets, cooldowns and limits of deployments by each program for itself.'
    : 'Limits, budgets and cooldowns are counted by this gateway and by LiteLLM each for itself.';
}
