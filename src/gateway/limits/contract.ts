/**
 * What the pipeline asks of limits and budgets. Compiled once per configuration; a part that the configuration does not
 * ask for is null, so that it costs nothing. Refusals are GatewayErrors in LiteLLM's words, thrown or rejected.
 */
import type { Deployment } from '../../config/snapshot.ts';
import type { LimitedUsage } from '../../rate-limit/contract.ts';
import type { OutputCapEdit } from '../../rate-limit/token-estimate.ts';
import type { Resolution } from '../../router/model-index.ts';
import type { BudgetFacts } from '../../router/contract.ts';
import type { HeaderList } from '../../wire/contract.ts';
import type { CallerIdentity } from '../contract.ts';
import type { LlmFamily } from '../pipeline/pipeline.ts';
import type { RequestFields } from '../pipeline/request-fields.ts';

/** A request before routing. */
export interface LimitedRequest {
  readonly caller: CallerIdentity;
  readonly family: LlmFamily;
  /** null: a multipart form, of which only the model is known. */
  readonly fields: RequestFields | null;
  /** Model as requested. */
  readonly model: string;
  readonly resolution: Resolution;
  readonly tags: readonly string[];
}

/** A request that may be made. Ends in exactly one `settle` or `fail`; later calls change nothing. */
export interface AdmittedRequest {
  /** For the answer: `x-ratelimit-…`. */
  readonly headers: HeaderList;
  /** To be written into the request before it is sent. */
  readonly outputCap: OutputCapEdit | null;
  /** The answer is complete. null: it told no usage. */
  settle(usage: LimitedUsage | null): void;
  /** It failed or the client left; what was used until then, if anything. */
  fail(partial: LimitedUsage | null): void;
}

/** Limits of callers: asked once per request, before routing; a promise only where another machine decides. */
export interface CallerLimiter {
  /** @throws GatewayError `rate_limit` */
  admit(request: LimitedRequest): AdmittedRequest | null | Promise<AdmittedRequest | null>;
}

/** Limits of deployments (`enforce_model_rate_limits`): asked once per attempt. */
export interface DeploymentLimiter {
  /** @throws GatewayError `rate_limit`, not retryable in the same group's deployment */
  admit(deployment: Deployment): void | Promise<void>;
  settle(deployment: Deployment, totalTokens: number): void;
}

/** Budgets of providers, deployments and tags: a filter for routing, charged when a call's cost is known. */
export interface Budgets extends BudgetFacts {
  charge(spend: { readonly deployment: Deployment; readonly tags: readonly string[]; readonly costUsd: number }): void;
  /** The budgets of providers as they stand, in the order of the configuration. */
  providers(): readonly ProviderBudget[];
}

export interface ProviderBudget {
  readonly provider: string;
  readonly limitUsd: number;
  /** Of its period, as written. */
  readonly duration: string | null;
  readonly spentUsd: number;
  /** Unix milliseconds; null: the period has no end, or none runs. */
  readonly endsAtMs: number | null;
}

export interface GatewayLimits {
  readonly callers: CallerLimiter | null;
  readonly deployments: DeploymentLimiter | null;
  readonly budgets: Budgets | null;
}
