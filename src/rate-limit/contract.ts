/**
 * What limits are, and what counts against them. Times are Unix milliseconds from the one injected clock; nothing here
 * reads a clock, waits, or throws when a limit is reached.
 */
import type { TableKey } from '../primitives/table-key.ts';

export type LimitType = 'requests' | 'tokens' | 'max_parallel_requests';

export type LimitAlgorithm = 'window' | 'sliding' | 'token_bucket';

/** Which tokens of a call a limit counts. */
export type TokenKind = 'total' | 'input' | 'output';

/** Names of LiteLLM's scopes; they are part of its messages and header names. */
export type DescriptorKey =
  | 'api_key'
  | 'user'
  | 'team'
  | 'team_member'
  | 'end_user'
  | 'organization'
  | 'model_per_key'
  | 'model_per_team'
  | 'model_per_organization'
  | 'model_per_project'
  | 'model_per_project_itpm'
  | 'model_per_project_otpm'
  | 'tag_per_key'
  | 'mcp_per_key'
  | 'mcp_per_team'
  | 'agent'
  | 'agent_session'
  | 'model_saturation_check'
  | 'priority_model';

/** One scope with its limits; a limit is null where there is none. */
export interface Descriptor {
  readonly key: DescriptorKey;
  /** Who or what is limited, as it is shown: a key's hash, `team:user`… */
  readonly value: string;
  readonly requests: number | null;
  readonly tokens: number | null;
  readonly parallel: number | null;
}

/** In place of what is left: the limit does not allow it. */
export const REFUSED = -1;

/**
 * Counts against one kind of limit (requests, or tokens) under any number of keys. Safe to share between threads by its
 * buffers; exact: no interleaving admits more than the limit.
 */
export interface Counter {
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  /** Secret of the hash; keys for it are made with it. */
  readonly seed: number;
  /** LiteLLM-compat: what one scope took stays taken when another scope refuses the request. */
  readonly keepsRefused: boolean;

  /** Takes `amount` (1 or more) if it is left. @returns what is left then, or `REFUSED` */
  take(key: TableKey, limit: number, amount: number, now: number): number;

  /** Whether one more would be refused without being counted. */
  isOver(key: TableKey, limit: number, now: number): boolean;

  /** What is left, never below 0; takes nothing. */
  left(key: TableKey, limit: number, now: number): number;

  /**
   * Corrects what was taken at `takenAt` by `delta`: below 0 gives back, above 0 charges more, even past the limit.
   * @param charge of the taking that is corrected, or of nothing that was taken
   */
  adjust(key: TableKey, delta: number, charge: Charge, now: number): void;

  /** Milliseconds until `amount` may be taken if nothing else happens; 0: now. */
  waitMs(key: TableKey, limit: number, amount: number, now: number): number;
}

/** What a correction refers to. */
export interface Charge {
  readonly takenAt: number;
  readonly limit: number;
  /** Only while the window of the taking lasts. */
  readonly sameWindowOnly: boolean;
}

/** Slots of requests in flight under any number of keys. */
export interface LeaseCounter {
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  /** @returns a handle for `release` and `renew`, 0 when the limit does not allow it */
  acquire(key: TableKey, limit: number, now: number): number;
  /** @returns whether the lease was still there */
  release(key: TableKey, handle: number, now: number): boolean;
  /** @returns whether the lease was still there */
  renew(key: TableKey, handle: number, now: number): boolean;
  inFlight(key: TableKey, now: number): number;
}

/** What a limiter counts with; all keys are hashed with `seed`. */
export interface Counters {
  readonly windowMs: number;
  readonly requests: Counter;
  readonly tokens: Counter;
  readonly leases: LeaseCounter;
  readonly seed: number;
  readonly state: LimiterState;
}

/** What one thread needs to count with another; structured-cloneable. */
export interface LimiterState {
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
}

/** A call's usage as providers report it. */
export interface LimitedUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Of the prompt, read from a cache; providers do not count them. Default 0. */
  readonly cachedTokens?: number;
}

/** One limit as it stands after a decision. */
export interface LimitStatus {
  readonly descriptor: Descriptor;
  readonly type: LimitType;
  readonly limit: number;
  readonly remaining: number;
}
