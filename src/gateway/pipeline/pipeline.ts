/** What every LLM call of one configuration shares. Built once per snapshot; a call keeps the one it began with. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type {
  MapProviderFailure,
  MapProviderUnreachable,
  ProviderFailure,
  RouteFamily,
} from '../../providers/contract.ts';
import type { JsonKind } from '../../protocol/shallow-json-scanner.ts';
import type { ModelIndex } from '../../router/model-index.ts';
import type { RouterCore } from '../../router/router-core.ts';
import type { GatewayLimits } from '../limits/contract.ts';
import type { AddGroupLimits } from '../limits/group-limit-headers.ts';
import type { PriorityScheduler } from '../routing/priority-scheduler.ts';
import type { RoutingRules } from '../routing/request-routing.ts';
import type { PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { Deadlines, EffectiveTimeouts } from '../../pool/deadlines.ts';
import type { UpstreamRequest } from '../../wire/contract.ts';
import type { GatewayState } from '../contract.ts';
import type { AddCostHeaders, CostOf } from '../costing.ts';
import type { TokenCounting } from '../counting/contract.ts';
import type { NativeCalls } from '../fallback/native-calls.ts';
import type { RestrictionChecks } from '../auth/enforce-restrictions.ts';
import type { ContextWindow } from './context-window.ts';
import type { EmptyUsage } from './made-up-usage.ts';
import type { CompiledDeployments, CompiledTarget } from './compiled-deployments.ts';
import type { RecoverySettings } from './recovery/recovery-settings.ts';
import type { ResponseIds } from './response-ids.ts';
import type { ReplyHeaderWriter } from './reply-headers.ts';
import type { SingleFlight } from './single-flight.ts';
import type { StreamDialect } from './stream-dialect.ts';

/** The pools, as a call sees them. */
export interface UpstreamSender {
  send(request: UpstreamRequest, deadlines: Deadlines, receiver: PooledReceiver): PooledCall;
}

export interface TimeoutInputs {
  readonly stream: boolean;
  readonly requestSeconds: number | null;
  readonly headerSeconds: number | null;
  readonly streamHeaderSeconds: number | null;
  readonly params: JsonObject;
}

/** One LLM route family, as data. */
export interface LlmFamily {
  readonly family: RouteFamily;
  /** LiteLLM's name of the call in the text for unknown models, e.g. `/chat/completions`. */
  readonly routeName: string;
  readonly body: 'json' | 'multipart';
  /** Members without which LiteLLM cannot make the call, in the order of checking. */
  readonly required: readonly string[];
  /** Kinds of JSON that some members must have, where anything else could only fail later. */
  readonly kinds: ReadonlyMap<string, readonly JsonKind[]>;
  /** The member that must be a list of objects, where there is one. */
  readonly messagesKey: string | null;
  readonly dialect: StreamDialect | null;
  readonly reply: 'json' | 'bytes' | 'json-or-text';
  /** LiteLLM-compat: a few routes put the exception's own `type` (mostly null) into errors, not the status's. */
  readonly errorTypes: 'by-status' | 'by-exception';
  /** The call is priced by the text that the request holds under `input`, not by anything in the answer. */
  readonly pricesInput: boolean;
  /** The reply's `model` is the name that the client asked for; moderations keep the provider's. */
  readonly stampsModel: boolean;
  /** What an answer without usage says; null: nothing. */
  readonly emptyUsage: EmptyUsage | null;
  /** LiteLLM-compat: every chunk of a stream whose client did not ask for usage says that nothing was used. */
  readonly chunksTellUsage: boolean;
  /** Unknown models are refused by the router's text even without wildcard routes. */
  readonly alwaysRouter: boolean;
}

export interface FailureMapping {
  readonly provider: MapProviderFailure;
  readonly unreachable: MapProviderUnreachable;
  /** An error inside a reply of status 200; `body` is the JSON text of the `error` member. */
  reported(failure: ProviderFailure): GatewayError;
}

/** What one attempt has used. */
export interface AttemptUsage {
  readonly target: CompiledTarget;
  readonly usage: JsonObject;
}

/** What is known when a call is over: for spend, metrics and logs. */
export interface Settlement {
  readonly callId: string;
  readonly target: CompiledTarget | null;
  readonly group: string;
  /** Tags of the request, where budgets or routing ask for them. */
  readonly tags: readonly string[];
  readonly usage: JsonObject | null;
  /** US dollars of the answer alone; null: nothing prices it, nobody asks, or there is none. */
  readonly costUsd: number | null;
  /** Streams of this call that came to nothing and were paid for all the same, oldest first; see `recovery/`. */
  readonly brokenAttempts: readonly AttemptUsage[];
  readonly outcome: 'success' | 'failed' | 'client-left';
  readonly status: number;
}

export interface LlmPipeline {
  readonly state: GatewayState;
  readonly index: ModelIndex;
  readonly router: RouterCore;
  readonly routingRules: RoutingRules;
  readonly limits: GatewayLimits;
  /** Null: no group has limits to tell. */
  readonly groupLimits: AddGroupLimits | null;
  /** Null: no group takes up streams that broke off. */
  readonly recovery: RecoverySettings | null;
  /** Calls that wait for a free place. */
  readonly scheduler: PriorityScheduler;
  /** Milliseconds without an answer after which a second deployment is asked too; null: never. */
  readonly hedgeAfterMs: number | null;
  /** Null: identical requests are calls of their own. */
  readonly flights: SingleFlight | null;
  readonly compiled: CompiledDeployments;
  readonly upstream: UpstreamSender;
  readonly failures: FailureMapping;
  readonly restrictions: RestrictionChecks;
  /** Calls that are LiteLLM's. Null: none stands behind the gateway. */
  readonly nativeCalls: NativeCalls | null;
  readonly responseIds: ResponseIds;
  readonly headerWriter: ReplyHeaderWriter;
  timeouts(inputs: TimeoutInputs): EffectiveTimeouts;
  readonly addCostHeaders: AddCostHeaders;
  readonly costOf: CostOf;
  readonly counting: TokenCounting;
  /** Null: not configured. */
  readonly contextWindow: ContextWindow | null;
  newCallId(): string;
  settled(settlement: Settlement): void;
}
