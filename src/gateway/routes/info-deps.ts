/** What the routes that inform about the gateway need; handed in once per configuration. */
import type { Deployment } from '../../config/snapshot.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { GatewayState, RouteDefinition } from '../contract.ts';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import type { FallbackSummary } from '../fallback/contract.ts';
import type { Budgets } from '../limits/contract.ts';

/** What one minimal request to a deployment showed. */
export type ProbeResult =
  | {
      readonly healthy: true;
      /** Rate-limit headers of the answer, e.g. `x-ratelimit-remaining-requests`. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly healthy: false;
      readonly status: number;
      /** LiteLLM's error text, without secrets. */
      readonly error: string;
      /** What was asked, for whoever has to find the fault; without secrets. */
      readonly request?: JsonObject;
    };

/** Sends a minimal request (`max_tokens: 16`) to one deployment, whatever its group and cooldown. Never rejects. */
export type Probe = (deployment: Deployment) => Promise<ProbeResult>;

export interface InfoRouteDeps {
  readonly state: GatewayState;
  readonly knowledge: ModelKnowledge;
  readonly probe: Probe;
  /** Requests in flight, for `/health/backlog`. */
  readonly openExchanges: () => number;
  /** Null or left out: nothing has a budget. */
  readonly budgets?: Budgets | null;
  /** Null or left out: no LiteLLM stands behind the gateway. */
  readonly fallback?: { health(): FallbackSummary } | null;
  /** Every route of the assembly, for `/routes` and `/openapi.json`; asked at the first request. */
  readonly allRoutes: () => readonly RouteDefinition[];
  /** LiteLLM's version whose behaviour is followed. */
  readonly litellmVersion: string;
}
