/** What decides where a request goes: the limits, the router above them, and who waits for a place. Once per configuration. */
import type { Logger } from 'pino';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import { numberAt } from '../../pricing/price-entry.ts';
import type { ModelIndex } from '../../router/model-index.ts';
import type { GatewayState } from '../contract.ts';
import type { StrictLimits } from '../cluster/strict-limits.ts';
import { compileLimits } from '../limits/compile-limits.ts';
import { compileGroupLimitHeaders } from '../limits/group-limit-headers.ts';
import type { ContextWindow } from '../pipeline/context-window.ts';
import type { LlmPipeline } from '../pipeline/pipeline.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import { affinityOf } from './affinity-settings.ts';
import { createRouter } from './create-router.ts';
import { PriorityScheduler } from './priority-scheduler.ts';

export interface CompileRoutingOptions {
  readonly state: GatewayState;
  readonly log: Logger;
  readonly strictLimits: StrictLimits;
  readonly memory: CountingMemory;
  readonly lane: number;
  readonly index: ModelIndex;
  readonly knowledge: ModelKnowledge;
  readonly contextWindow: ContextWindow;
}

export function compileRouting(
  options: CompileRoutingOptions,
): Pick<LlmPipeline, 'limits' | 'groupLimits' | 'router' | 'routingRules' | 'scheduler' | 'hedgeAfterMs'> {
  const { state, log, strictLimits, memory, lane, index, knowledge, contextWindow } = options;
  const { snapshot } = state;
  const settings = snapshot.router.raw;
  const now = (): number => state.now();
  const limits = compileLimits({
    snapshot,
    memory,
    lane,
    strict: strictLimits,
    providerOf: (deployment) => configuredProvider(deployment) ?? knowledge.providerOf(deployment.model),
    now,
  });
  const router = createRouter({
    snapshot,
    index,
    knowledge,
    inputLimit: (deployment, model) => contextWindow.limit({ deployment, model }),
    memory,
    lane,
    budgets: limits.budgets,
    log,
    now,
  });
  return {
    limits,
    groupLimits: compileGroupLimitHeaders({ deployments: router.facts.rows, minutes: router.state.minutes, now }),
    router,
    routingRules: {
      policy: router.policy,
      readsTags: router.policy.enableTagFiltering || limits.budgets !== null,
      affinity: affinityOf(settings),
      lacksWebSearch: router.facts.rows.some(({ supportsWebSearch }) => !supportsWebSearch),
      defaultPriority: numberAt(settings, 'default_priority'),
    },
    scheduler: new PriorityScheduler({
      isFree: (request) => router.peek(request) !== null,
      now: () => state.monotonicMs(),
    }),
    hedgeAfterMs: numberAt(settings, 'hedge_after_ms'),
  };
}
