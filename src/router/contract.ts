/**
 * What the router takes and gives: facts of a deployment, a request as routing sees it, the outcome of an attempt, the
 * state that strategies keep, and the decision. Types only.
 *
 * Units: seconds where LiteLLM's settings have seconds (`…Seconds`), milliseconds for the clock (`…Ms`).
 */
import type { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';

/** One deployment as routing sees it, compiled once per configuration. */
export interface DeploymentFacts {
  readonly id: string;
  /** Row of this deployment in the state table; dense from 0. */
  readonly slot: number;
  /** `model_name`; deployments of the same name share a group. */
  readonly group: string;
  /** How many deployments have this `model_name`. */
  readonly groupSize: number;
  /** `litellm_params.model`. */
  readonly model: string;
  readonly provider: string | null;
  readonly tags: readonly string[];
  /** `tag_regex`: patterns over `User-Agent: …`; invalid ones are left out. */
  readonly tagPatterns: readonly RegExp[];
  readonly order: number | null;
  readonly weight: number | null;
  /** Requests a minute: a weight for simple-shuffle, a limit for the usage-based strategies and pre-call checks. */
  readonly rpm: number | null;
  readonly tpm: number | null;
  /** Calls at a time; null: no limit. */
  readonly maxParallelRequests: number | null;
  readonly region: string | null;
  /** Tokens; null: unknown, so that every prompt fits. */
  readonly maxInputTokens: number | null;
  readonly supportsResponseFormat: boolean;
  readonly supportsWebSearch: boolean;
  /** Price in USD of one input and one output token together; null: unknown. */
  readonly costPerTokenPairUsd: number | null;
  readonly teamId: string | null;
  /** `model_info.blocked`: paused. */
  readonly blocked: boolean;
  /** What LiteLLM appends to a time-out of this deployment. */
  readonly timeoutNote: string;
  readonly numRetries: number | null;
  /** 0: never cooled down. */
  readonly cooldownSeconds: number | null;
  readonly allowedFails: number | null;
  readonly allowedFailsPolicy: FailurePolicy | null;
  /** Deployments with the same text share a credential (any opaque text, not the credential itself); null: own. */
  readonly credentialKey: string | null;
}

/** A number per LiteLLM exception class (`RetryPolicy`, `AllowedFailsPolicy`), keyed by the class's name. */
export type FailurePolicy = ReadonlyMap<string, number>;

/** What is spent of a budget; whoever keeps spend answers. */
export interface BudgetFacts {
  /** Why the deployment may not be used (`deployment_spend`, `provider_spend`), or null. Called once per candidate. */
  exceeded(deployment: DeploymentFacts): string | null;
  /** Why no deployment may be used for these tags, or null. */
  tagsExceeded(tags: readonly string[]): string | null;
}

/** `mock_testing_*`, only set where the caller was allowed to ask. */
export interface MockFailures {
  readonly fallbacks: boolean;
  readonly contextWindow: boolean;
  readonly contentPolicy: boolean;
  readonly rateLimit: boolean;
}

/** One entry of a fallback list: a model name, or parameters that replace those of the request (`model` among them). */
export type FallbackTarget = string | JsonObject;

/** Model group -> its targets, in the order of the configuration; `"*"` is the generic entry. */
export interface FallbackChain {
  readonly entries: readonly { readonly group: string; readonly targets: readonly FallbackTarget[] }[];
  /** As configured, for messages. */
  readonly source: readonly JsonObject[];
}

/** What a request, its key or its team may set for one call; null: not set. The request's win over the key's. */
export interface RoutingOverrides {
  readonly numRetries: number | null;
  readonly timeoutSeconds: number | null;
  readonly streamTimeoutSeconds: number | null;
  readonly fallbacks: FallbackChain | readonly FallbackTarget[] | null;
  readonly contextWindowFallbacks: FallbackChain | null;
  readonly contentPolicyFallbacks: FallbackChain | null;
  readonly modelGroupRetryPolicy: ReadonlyMap<string, FailurePolicy> | null;
  readonly maxFallbacks: number | null;
  readonly disableFallbacks: boolean;
  readonly enableTagFiltering: boolean;
}

/** A request as routing sees it. */
export interface RoutingRequest {
  /** Name as requested, before aliases. */
  readonly model: string;
  readonly stream: boolean;
  /** `metadata.tags` with those of key and team; null: the request can carry none. */
  readonly tags: readonly string[] | null;
  readonly userAgent: string | null;
  readonly teamId: string | null;
  readonly region: string | null;
  readonly usesResponseFormat: boolean;
  readonly usesWebSearch: boolean;
  /** Tokens of the prompt where a filter or strategy asks; null: uncounted, fits everywhere. Called at most once a pick. */
  readonly inputTokens: (() => number | null) | null;
  /** Requests with the same key stay at one deployment while it is a candidate; null: no affinity. */
  readonly affinityKey: string | null;
  /** The deployment that holds what the request follows on (`previous_response_id`), taken while it is a candidate. */
  readonly pinnedId: string | null;
  /** Whether the caller may use a model that it did not ask for, as a fallback; null: all. */
  readonly mayUse: ((model: string) => boolean) | null;
  readonly overrides: RoutingOverrides | null;
  readonly mocks: MockFailures | null;
  /** Lower is sooner, where calls wait for a place; a call with a priority waits for cooldowns too. null: none. */
  readonly priority: number | null;
  /** How long it may wait for a place; null: the router's time limit. */
  readonly waitSeconds: number | null;
}

/** An attempt that ended well. */
export interface AttemptSuccess {
  /** From the start of the attempt to the last byte. */
  readonly seconds: number;
  /** To the first content of a stream; null: not streamed. */
  readonly firstTokenSeconds: number | null;
  readonly totalTokens: number;
  /** 0: not a chat, or unknown; latency is then not divided. */
  readonly completionTokens: number;
}

/** An attempt that did not. */
export interface AttemptFailure {
  readonly error: GatewayError;
  /** `retry-after` as the provider wrote it; null: none. */
  readonly retryAfter: string | null;
  /** Nothing came before the deadline, so that the same wait would be likely again. */
  readonly silentTimeout: boolean;
  /** The caller's own short deadline, which says nothing about the deployment: no cooldown. */
  readonly clientTimeout: boolean;
  /** The caller's own credential or address was used, which says nothing about the deployment either. */
  readonly callerCredential: boolean;
}

/** Who made an error: a provider, or the router itself and why. */
export type FailureReason =
  | 'provider'
  | 'mock'
  | 'unknown-model'
  | 'no-deployments'
  | 'rate-limit'
  | 'context-window'
  | 'tags'
  | 'budget'
  | 'busy'
  | 'blocked'
  /** The call was not made: a limit of the deployment, or a request that it cannot take. */
  | 'refused';

export interface RoutingFailure {
  readonly reason: FailureReason;
  readonly error: GatewayError;
  /** null: no deployment was asked. */
  readonly deployment: DeploymentFacts | null;
  readonly retryAfter: string | null;
  readonly silentTimeout: boolean;
}

/** A deployment that may be called now. Its call must end in exactly one `succeeded`, `failed`,
 * `failedForGood`, `refused` or `abandoned`. */
export interface Attempt {
  readonly kind: 'attempt';
  readonly deployment: DeploymentFacts;
  /** Upstream model, wildcards filled in. */
  readonly model: string;
  /** Model group after aliases. */
  readonly group: string;
  /** Parameters of a fallback entry that replace those of the request; null: none. */
  readonly parameters: JsonObject | null;
  /** Retries in this group so far, fallback hops so far. */
  readonly retries: number;
  /** Set once a retry was made. */
  readonly maxRetries: number | null;
  readonly fallbacks: number;
  /** Every candidate was cooled down, this one is the least bad (`panicMode`). */
  readonly panic: boolean;
  /** The first call after a cooldown (`halfOpenProbe`). */
  readonly probe: boolean;
}

/** What a call waits for that found every deployment full. */
export interface AwaitedPlace {
  /** Name of the group, as it is looked up. */
  readonly model: string;
  /** Until the call gives the group up. */
  readonly secondsLeft: number;
}

export type Decision =
  | Attempt
  | {
      readonly kind: 'sleep';
      readonly seconds: number;
      /** Slept only until a deployment has a free place; who can tell earlier need not sleep so long. */
      readonly place?: AwaitedPlace;
    }
  | { readonly kind: 'give-up'; readonly outcome: FailedOutcome };

export interface FailedOutcome {
  readonly failure: RoutingFailure;
  /** `failure.error` with what was tried appended, as LiteLLM's message has it. */
  readonly error: GatewayError;
  readonly retries: number;
  /** Set once a retry was made. */
  readonly maxRetries: number | null;
  readonly fallbacks: number;
  /** What ended the request early, for logs and metrics; null: the rules of retries and fallbacks did. */
  readonly cutShortBy: 'attempt-budget' | 'time-budget' | 'retry-budget' | null;
}

/** What to say about a request that succeeded (`x-litellm-attempted-*`). */
export interface SucceededOutcome {
  readonly deployment: DeploymentFacts;
  readonly group: string;
  readonly retries: number;
  readonly maxRetries: number | null;
  readonly fallbacks: number;
  readonly panic: boolean;
  /** Failures on the way, oldest first; for `x-litellm-fallback-errors`. */
  readonly failures: readonly RoutingFailure[];
}

/** Wall clock in milliseconds since the epoch. */
export type NowMs = () => number;
/** Uniform in [0, 1). */
export type Random = () => number;
