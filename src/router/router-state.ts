/** What `GET /router/state` shows: every deployment with its state, why, since when, until when and who decided. */
import type { DeploymentFacts, NowMs } from './contract.ts';
import { type CooldownRule, type DeploymentState, PROBE_DUE, PROBE_UNDER_WAY } from './deployment-state.ts';
import type { LatencySamples } from './latency-samples.ts';

export interface DeploymentReport {
  readonly id: string;
  readonly group: string;
  readonly model: string;
  /** `probing`: back from a cooldown, one call at a time; `full`: no free place. */
  readonly state: 'healthy' | 'cooling' | 'probing' | 'full' | 'blocked';
  /** null: not cooled down. */
  readonly cooldown: {
    readonly decidedBy: CooldownRule;
    readonly status: number;
    readonly sinceMs: number;
    readonly untilMs: number;
  } | null;
  readonly inFlight: number;
  readonly maxParallelRequests: number | null;
  readonly requestsThisMinute: number;
  readonly tokensThisMinute: number;
  readonly successes: number;
  readonly fails: number;
  /** Weighted mean of whole calls in seconds; 0: unseen. */
  readonly meanSeconds: number;
}

/** What a report is made from; a `RouterCore` is one. */
export interface ReportSources {
  readonly facts: { readonly rows: readonly DeploymentFacts[] };
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly now: NowMs;
}

export function reportDeployments({
  facts: { rows },
  state,
  latencies,
  now,
}: ReportSources): readonly DeploymentReport[] {
  const nowMs = now();
  return rows.map((facts) => {
    const { slot } = facts;
    return {
      id: facts.id,
      group: facts.group,
      model: facts.model,
      state: stateOf(facts, state, nowMs),
      cooldown: cooldownOf(slot, state, nowMs),
      inFlight: state.inFlight(slot),
      maxParallelRequests: facts.maxParallelRequests,
      requestsThisMinute: state.minutes.requests(slot, nowMs),
      tokensThisMinute: state.minutes.tokens(slot, nowMs),
      successes: state.successes(slot, nowMs),
      fails: state.fails(slot, nowMs),
      meanSeconds: latencies.ewma(slot),
    };
  });
}

function stateOf(facts: DeploymentFacts, state: DeploymentState, nowMs: number): DeploymentReport['state'] {
  if (facts.blocked) return 'blocked';
  if (state.isCooled(facts.slot, nowMs)) return 'cooling';
  const probe = state.probe(facts.slot, nowMs);
  if (probe === PROBE_DUE || probe === PROBE_UNDER_WAY) return 'probing';
  const limit = facts.maxParallelRequests;
  return limit !== null && state.inFlight(facts.slot) >= limit ? 'full' : 'healthy';
}

function cooldownOf(slot: number, state: DeploymentState, nowMs: number): DeploymentReport['cooldown'] {
  if (!state.isCooled(slot, nowMs)) return null;
  return {
    decidedBy: state.cooledRule(slot),
    status: state.cooledStatus(slot),
    sinceMs: state.cooledSince(slot),
    untilMs: state.cooledUntil(slot),
  };
}
