/**
 * Everything that depends on one configuration, put together once: deployments, routes, key check, pipeline. A reload
 * makes a new assembly beside the old one; requests that run keep theirs.
 */
import type { Logger } from 'pino';
import type { ConfigSnapshot, Deployment } from '../config/snapshot.ts';
import { CallIdSource } from '../primitives/call-id.ts';
import { timeoutsOf } from '../pool/deadlines.ts';
import { modelSupports } from '../pricing/model-capabilities.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { mapProviderFailure, mapProviderStreamError, mapProviderUnreachable } from '../providers/map-failure.ts';
import { compileAuth } from './auth/authenticate.ts';
import { compileRestrictions, type RestrictionChecks } from './auth/enforce-restrictions.ts';
import { configuredOrigins } from './configured-origins.ts';
import type { GatewayState, RouteDefinition } from './contract.ts';
import { Dispatcher } from './dispatcher.ts';
import type { AssembledFallback, FallbackLink } from './fallback/fallback-link.ts';
import { passThroughRoutes } from './pass-through/pass-through-routes.ts';
import { notNativeRoutes } from './pipeline/not-native-call.ts';
import { notServedRoutes } from './routes/management-routes.ts';
import { infoRoutes } from './routes/info-routes.ts';
import { probeDeployment } from './probe.ts';
import { compileCors } from './http/cors.ts';
import { compileOpenModeGuard } from './http/open-mode-guard.ts';
import { RouteTable } from './http/route-table.ts';
import { LITELLM_VERSION } from './litellm-version.ts';
import { createCosting } from './costing.ts';
import { createCostContext } from '../client/cost-context.ts';
import { priceFamilies } from '../client/model-families.ts';
import { createModelKnowledge, type ModelKnowledge } from '../client/model-knowledge.ts';
import type { CompletionCostContext } from '../pricing/completion-cost.ts';
import type { HubTokenizerName, ModelFamilies } from '../tokenizer/chat/contract.ts';
import type { BackgroundCounter } from '../tokenizer/contract.ts';
import { getEncoding } from '../tokenizer/get-encoding.ts';
import { loadEncoding } from '../tokenizer/load-in-background.ts';
import type { TokenCounting } from './counting/contract.ts';
import type { StrictLimits } from './cluster/strict-limits.ts';
import type { CountingThread } from './counting/counting-thread.ts';
import type { AccelerationDesk } from './acceleration/contract.ts';
import { accelerationRoutes } from './acceleration/acceleration-routes.ts';
import { familiesFor, type GatewayTokenizers } from './counting/gateway-tokenizers.ts';
import { PromptBodies } from './counting/prompt-bodies.ts';
import { SlicedCounting } from './counting/sliced-counting.ts';
import { ContextWindow } from './pipeline/context-window.ts';
import { spendRoutes } from './routes/spend-routes.ts';
import { tokenCountRoutes } from './routes/token-count-routes.ts';
import { chargeBudgets } from './limits/charge-budgets.ts';
import { compileRouting } from './routing/compile-routing.ts';
import { routerStateRoute } from './routing/router-state-route.ts';
import type { CountingMemory } from './threads/counting-memory.ts';
import { LLM_FAMILIES, llmRoutes } from './pipeline/llm-routes.ts';
import { compileDeployments, createModelIndex, responseIdsOf } from './pipeline/model-targets.ts';
import type { LlmPipeline, TimeoutInputs, UpstreamSender } from './pipeline/pipeline.ts';
import { compileRecovery } from './pipeline/recovery/recovery-settings.ts';
import { SingleFlight } from './pipeline/single-flight.ts';
import { ReplyHeaderWriter } from './pipeline/reply-headers.ts';

/** What outlives a configuration. */
export interface SharedParts {
  readonly log: Logger;
  readonly upstream: UpstreamSender;
  readonly prices: PriceTable;
  readonly tokenizers: GatewayTokenizers;
  /** For large bodies. */
  readonly countingThread: CountingThread;
  readonly strictLimits: StrictLimits;
  /** null: no LiteLLM stands behind the gateway. */
  readonly fallback: FallbackLink | null;
  readonly desk: AccelerationDesk;
  /** Requests in flight. */
  openExchanges(): number;
}

export interface Assembly {
  readonly dispatcher: Dispatcher;
  readonly pipeline: LlmPipeline;
  readonly fallback: AssembledFallback | null;
  /** Whose tokenizers count, for the tokenizers to be loaded. */
  readonly families: ModelFamilies;
  /** Origins of the deployments that are no wildcards, for the pools to keep. */
  readonly origins: ReadonlySet<string>;
}

export interface AssemblyOptions {
  readonly snapshot: ConfigSnapshot;
  readonly shared: SharedParts;
  /** The address that the gateway listens on. */
  readonly listenHost: string;
  /** Where all threads count. */
  readonly memory: CountingMemory;
  /** This thread's lane in it. */
  readonly lane: number;
}

export function assemble(options: AssemblyOptions): Assembly {
  const { snapshot, shared, listenHost } = options;
  const state: GatewayState = {
    snapshot,
    log: shared.log,
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
  };
  const parts = createParts(state, options);
  const { restrictions } = parts;
  const pipeline = createPipeline(parts);
  const served = servedRoutes(parts, pipeline);
  const routesOver = (other: LlmPipeline): RouteDefinition[] => servedRoutes(parts, other);
  const fallback = shared.fallback?.assemble(snapshot, { pipeline, routes: served, routesOver }) ?? null;
  const authenticate = compileAuth(snapshot);
  const routes = new RouteTable([
    ...(fallback?.routes ?? [...served, ...notServedRoutes(served)]),
    ...accelerationRoutes({ state, authenticate, desk: shared.desk, fallback }),
  ]);
  const dispatcher = new Dispatcher({
    state,
    routes,
    cors: compileCors(snapshot),
    guard: compileOpenModeGuard(snapshot, listenHost),
    authenticate,
    checkRestrictions: (route, caller) => {
      if (route.access === 'key') restrictions.route(caller, LLM_FAMILIES.has(route.family));
    },
    fallback,
  });
  return {
    dispatcher,
    pipeline,
    fallback,
    families: parts.families,
    origins: configuredOrigins(snapshot.deployments, pipeline.compiled),
  };
}

/** What routes and pipeline of one configuration are made of. */
interface AssemblyParts {
  readonly state: GatewayState;
  readonly shared: SharedParts;
  readonly memory: CountingMemory;
  readonly lane: number;
  readonly knowledge: ModelKnowledge;
  readonly families: ModelFamilies;
  readonly costs: CompletionCostContext;
  readonly counting: TokenCounting;
  readonly bodies: PromptBodies;
  readonly restrictions: RestrictionChecks;
}

function createParts(state: GatewayState, { shared, memory, lane }: AssemblyOptions): AssemblyParts {
  const { snapshot } = state;
  const knowledge = createModelKnowledge(shared.prices, snapshot);
  const families = familiesFor(snapshot, priceFamilies(knowledge.context.prices));
  const hubTokenizer = (name: HubTokenizerName): BackgroundCounter | null => shared.tokenizers.hub(name);
  const counting = new SlicedCounting({ families, encoding: getEncoding, loadEncoding, hubTokenizer });
  return {
    state,
    shared,
    memory,
    lane,
    knowledge,
    families,
    costs: createCostContext(knowledge, snapshot.environment),
    counting,
    bodies: new PromptBodies({ families, counting, thread: shared.countingThread, loadEncoding, hubTokenizer }),
    restrictions: compileRestrictions(snapshot),
  };
}

function servedRoutes(parts: AssemblyParts, pipeline: LlmPipeline): RouteDefinition[] {
  const { state, shared, knowledge, costs, counting, bodies } = parts;
  const routes: RouteDefinition[] = [
    ...llmRoutes(pipeline),
    ...notNativeRoutes(pipeline),
    routerStateRoute(pipeline.router),
    ...tokenCountRoutes({ pipeline, bodies, counting, tokenizers: shared.tokenizers }),
    ...spendRoutes({ state, costs, counting, index: pipeline.index }),
    ...infoRoutes({
      state,
      knowledge,
      probe: (deployment) => probeDeployment(pipeline, deployment),
      openExchanges: () => shared.openExchanges(),
      budgets: pipeline.limits.budgets,
      fallback: shared.fallback,
      allRoutes: () => routes,
      litellmVersion: LITELLM_VERSION,
    }),
    ...passThroughRoutes({ state, upstream: shared.upstream, newCallId: () => pipeline.newCallId() }),
  ];
  return routes;
}

function createPipeline(parts: AssemblyParts): LlmPipeline {
  const { state, shared, knowledge, costs, counting, bodies, restrictions } = parts;
  const { snapshot } = state;
  const callIds = new CallIdSource();
  const index = createModelIndex(snapshot, knowledge);
  const contextWindow = new ContextWindow(knowledge.context, bodies);
  const { memory, lane } = parts;
  const { log, strictLimits } = shared;
  const routing = compileRouting({ state, log, strictLimits, memory, lane, index, knowledge, contextWindow });
  const costing = createCosting(snapshot, costs, () => state.now());
  const compiled = compileDeployments(snapshot, knowledge);
  const responseIds = responseIdsOf(snapshot);
  const { policy } = routing.router;
  return {
    state,
    index,
    ...routing,
    recovery: compileRecovery(snapshot, prefillFact(knowledge)),
    flights: snapshot.router.raw['single_flight'] === true ? new SingleFlight() : null,
    compiled,
    upstream: shared.upstream,
    restrictions,
    nativeCalls: shared.fallback?.nativeCalls({ snapshot, policy, index, compiled, responseIds }) ?? null,
    failures: {
      provider: mapProviderFailure,
      unreachable: mapProviderUnreachable,
      reported: mapProviderStreamError,
    },
    responseIds,
    headerWriter: new ReplyHeaderWriter(),
    timeouts: configuredTimeouts(snapshot),
    ...costing,
    counting,
    contextWindow: policy.enablePreCallChecks ? contextWindow : null,
    newCallId: () => callIds.next(),
    settled: chargeBudgets(routing.limits.budgets, costing.costOf),
  };
}

function configuredTimeouts({ router, litellm }: ConfigSnapshot): LlmPipeline['timeouts'] {
  return (inputs: TimeoutInputs) =>
    timeoutsOf({
      ...inputs,
      routerSeconds: router.timeoutSeconds,
      routerStreamSeconds: router.streamTimeoutSeconds,
      globalSeconds: litellm.requestTimeoutSeconds,
    });
}

/** What the price table says of a deployment's model. */
function prefillFact({ context }: ModelKnowledge): (deployment: Deployment) => boolean {
  return ({ model }) => modelSupports({ model }, 'supports_assistant_prefill', context);
}
