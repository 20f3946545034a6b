/**
 * What a store must do so that several processes share limits, cooldowns and the use of deployments.
 *
 * Times are the store's own clock; they come back as time left, so that the clocks of processes need not agree. Every
 * report says the whole of what a process used, not what came since, so that repeating one changes nothing.
 * Calls reject when the store cannot answer; nobody may wait for them on a request's path without a bound of his own.
 */
import type { SliceGrant, SliceUse } from '../rate-limit/slices/contract.ts';
import type { SliceKind } from '../rate-limit/slices/slice-signals.ts';

/** One process's use of one limit. */
export interface SliceReport extends SliceUse {
  readonly kind: SliceKind;
  /** Hash of the scope, 16 hexadecimal digits. */
  readonly key: string;
  /** Wanted for what comes next. */
  readonly ahead: number;
}

/** Who reports, and how many there are. */
export interface ReportingProcess {
  readonly id: string;
  readonly processes: number;
}

export interface SharedCooldown {
  readonly deployment: string;
  readonly leftMs: number;
  readonly status: number;
  readonly rule: string;
}

/** Requests and tokens of one deployment. */
export interface DeploymentUse {
  readonly deployment: string;
  readonly requests: number;
  readonly tokens: number;
}

export interface Beat {
  readonly process: string;
  /** Cooldowns that began here since the last beat that was answered. */
  readonly cooldowns: readonly SharedCooldown[];
  /** Version of the cooldowns that are known here. */
  readonly cooldownVersion: number;
}

export interface BeatAnswer {
  /** Alive, this one included. */
  readonly processes: number;
  /** Changes when the store has lost what it knew. */
  readonly epoch: string;
  readonly cooldownVersion: number;
  /** All that are under way, when the version is another; else null. */
  readonly cooldowns: readonly SharedCooldown[] | null;
}

export interface UsageAnswer {
  /** Calendar minute of the store. */
  readonly minute: number;
  /** Use by all processes in that minute. */
  readonly totals: readonly DeploymentUse[];
}

export interface ClusterStore {
  /** Answers in the order of the reports; of several reports of one limit the sum of what is held never passes the limit. */
  exchangeSlices(process: ReportingProcess, reports: readonly SliceReport[]): Promise<readonly SliceGrant[]>;
  beat(beat: Beat): Promise<BeatAnswer>;
  /** Adds what was used since the last report. */
  exchangeUsage(uses: readonly DeploymentUse[]): Promise<UsageAnswer>;
  close(): Promise<void>;
}

/** Whether the cluster answers. */
export interface ClusterHealth {
  readonly state: 'connecting' | 'shared' | 'alone';
  readonly processes: number;
  /** What went wrong last, without secrets; null: nothing. */
  readonly reason: string | null;
}
