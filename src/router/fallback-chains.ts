/** Which models are tried when a group has failed. LiteLLM's look-up rules, pure. */
import type { FallbackChain, FallbackTarget, RoutingOverrides } from './contract.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** A target, or the same group at its next `order`. */
export type Hop = FallbackTarget | { readonly targetOrder: number };

export interface EffectiveChains {
  /** A request's own list, tried in order; else null. */
  readonly list: readonly FallbackTarget[] | null;
  readonly generic: FallbackChain | null;
  readonly contextWindow: FallbackChain | null;
  readonly contentPolicy: FallbackChain | null;
}

export function effectiveChains(policy: RoutingPolicy, overrides: RoutingOverrides | null): EffectiveChains {
  const asked = overrides?.fallbacks ?? null;
  const list = isTargetList(asked) ? asked : null;
  const chain = asked === null || isTargetList(asked) ? null : asked;
  return {
    list,
    generic: chain ?? policy.fallbacks,
    contextWindow: overrides?.contextWindowFallbacks ?? policy.contextWindowFallbacks,
    contentPolicy: overrides?.contentPolicyFallbacks ?? policy.contentPolicyFallbacks,
  };
}

export function isTargetList(value: RoutingOverrides['fallbacks']): value is readonly FallbackTarget[] {
  return Array.isArray(value);
}

/** Exact names only. @param groups as requested, then after aliases */
export function exactTargets(chain: FallbackChain, groups: readonly string[]): readonly FallbackTarget[] | null {
  for (const group of groups) {
    const entry = chain.entries.find((each) => each.group === group);
    if (entry !== undefined) return entry.targets;
  }
  return null;
}

/** Exact name, name without its provider, then `"*"`. @param isProvider whether the text before the first slash is one */
export function genericTargets(
  chain: FallbackChain,
  groups: readonly string[],
  isProvider: (name: string) => boolean,
): readonly FallbackTarget[] | null {
  const exact = exactTargets(chain, groups);
  if (exact !== null) return exact;
  for (const group of groups) {
    const slash = group.indexOf('/');
    if (slash <= 0 || !isProvider(group.slice(0, slash))) continue;
    const bare = group.slice(slash + 1);
    // LiteLLM-compat: of several entries the last one counts here.
    const entry = chain.entries.findLast((each) => each.group === bare);
    if (entry !== undefined) return entry.targets;
  }
  return chain.entries.findLast((each) => each.group === '*')?.targets ?? null;
}

/** Two equal attempts have the same key and are made once per request. */
export function hopKey(hop: Hop, model: string): string {
  if (typeof hop === 'string') return hop;
  if ('targetOrder' in hop && typeof hop.targetOrder === 'number') return `order ${hop.targetOrder} ${model}`;
  const keys = Object.keys(hop).sort();
  const named = Reflect.get(hop, 'model') as unknown;
  if (keys.length === 1 && typeof named === 'string') return named;
  return JSON.stringify(keys.map((key) => [key, Reflect.get(hop, key) as unknown]));
}
