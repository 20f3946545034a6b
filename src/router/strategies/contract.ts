import type { CandidateGroup } from '../candidate-group.ts';
import type { Random } from '../contract.ts';
import type { DeploymentState } from '../deployment-state.ts';
import type { LatencySamples } from '../latency-samples.ts';

/** What a pick may look at. One object per router, filled anew for every pick, so that picking allocates nothing. */
export interface Picking {
  group: CandidateGroup;
  /** Indexes into `group.members` that passed the filters, in configuration order; the first `count` count. Read only. */
  candidates: Int32Array;
  count: number;
  nowMs: number;
  /** `MinuteUsage.minuteOf(nowMs)`, for strategies that look at limits or usage. */
  minute: number;
  stream: boolean;
  /** Tokens of the prompt; 0 when unknown. Only asked for where a candidate has a tokens-per-minute limit. */
  inputTokens: number;
}

export interface StrategyTools {
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly random: Random;
}

/** @returns index into `group.members`, or -1 when all candidates are over a limit. Allocates nothing. */
export type Strategy = (picking: Picking) => number;
