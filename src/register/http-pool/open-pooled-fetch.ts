import type { RolloutComponent } from '../../rollout/contract.ts';
import { DEFAULT_LIMITS, type HookLimits } from '../limits.ts';
import { KnownHosts } from './known-hosts.ts';
import { OwnAgent } from './own-agent.ts';
import { type Fetch, PooledFetch } from './pooled-fetch.ts';

export interface OpenFetchOptions {
  readonly original: Fetch;
  /** Carries a call with the pool: the original, given the pool as its dispatcher. */
  readonly send: Fetch;
  readonly componentOf: () => RolloutComponent;
  /** As `KnownHosts` takes them. */
  readonly origins: string;
  /** Entries of `origins` that nothing can be made of, at least one. */
  readonly onUnusableOrigins: (entries: readonly string[]) => void;
  readonly limits: Partial<HookLimits>;
  readonly onFailure: (error: unknown) => void;
}

export interface OpenedFetch {
  fetch(...args: Parameters<Fetch>): Promise<Response>;
  close(): void;
}

/** The global `fetch` with a pool beneath it, for the calls to providers. */
export function openPooledFetch({ origins, onUnusableOrigins, limits, ...options }: OpenFetchOptions): OpenedFetch {
  const agent = new OwnAgent();
  const hosts = new KnownHosts(origins);
  if (hosts.unusable.length > 0) onUnusableOrigins(hosts.unusable);
  const pooled = new PooledFetch({
    ...options,
    hosts,
    agent,
    unsentLimitMs: limits.unsentMs ?? DEFAULT_LIMITS.unsentMs,
  });
  return {
    fetch: (input, init) => pooled.fetch(input, init),
    close: () => agent.close(),
  };
}
