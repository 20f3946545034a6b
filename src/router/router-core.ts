/**
 * The router: a configuration's deployments, its policy, and the state that all calls share. Gives one `RoutedCall` per
 * request. No timer, no promise, no network; the clock and the random numbers are handed in.
 *
 * One core per thread and configuration. The state is handed in: cores of several threads share one memory, and a
 * reloaded configuration keeps the rows of the deployments it still has (`carryOver`).
 */
import type { Deployment } from '../config/snapshot.ts';
import { type CandidateGroup, compileGroup } from './candidate-group.ts';
import type { BudgetFacts, DeploymentFacts, NowMs, Random, RoutingRequest } from './contract.ts';
import { routingRequest } from './routing-request.ts';
import { type CooldownOptions, Cooldowns } from './cooldowns.ts';
import { DeploymentFactsTable, type DeploymentKnowledge } from './deployment-facts.ts';
import { DeploymentState } from './deployment-state.ts';
import { LatencySamples } from './latency-samples.ts';
import type { ModelIndex, Resolution } from './model-index.ts';
import { DeploymentPicker } from './pick-deployment.ts';
import { RetryBudget } from './retry-budget.ts';
import type { CallTools } from './call-tools.ts';
import { RoutedCall } from './routed-call.ts';
import type { RoutingPolicy } from './routing-policy.ts';

export interface RouterCoreOptions {
  readonly deployments: readonly Deployment[];
  readonly index: ModelIndex;
  readonly policy: RoutingPolicy;
  readonly knowledge?: DeploymentKnowledge;
  /** Left out: state of its own. */
  readonly state?: DeploymentState;
  readonly latencies?: LatencySamples;
  /** This thread's lane of the in-flight counts; default 0. */
  readonly lane?: number;
  readonly budgets?: BudgetFacts;
  readonly isProvider: (name: string) => boolean;
  readonly now: NowMs;
  readonly random: Random;
  /** Random part of sleeps; default `random`. */
  readonly jitter?: Random;
  readonly onCooldown?: CooldownOptions['onCooldown'];
}

export class RouterCore implements CallTools {
  readonly index: ModelIndex;
  readonly policy: RoutingPolicy;
  readonly facts: DeploymentFactsTable;
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly cooldowns: Cooldowns;
  readonly picker: DeploymentPicker;
  readonly retryBudget: RetryBudget | null;
  readonly lane: number;
  readonly now: NowMs;
  readonly jitter: Random;
  readonly isProvider: (name: string) => boolean;
  /** Resolutions are kept by the index, within its bounds; a group lives as long as its resolution. */
  readonly #groups = new WeakMap<Resolution, CandidateGroup>();
  /** Reused, so that a look allocates nothing. */
  readonly #ask: { request: RoutingRequest; targetOrder: null; skipped: null };

  constructor(options: RouterCoreOptions) {
    const { deployments, policy, now, random } = options;
    this.index = options.index;
    this.policy = policy;
    this.now = now;
    this.jitter = options.jitter ?? random;
    this.lane = options.lane ?? 0;
    this.#ask = { request: routingRequest(''), targetOrder: null, skipped: null };
    this.isProvider = options.isProvider;
    this.facts = new DeploymentFactsTable(deployments, {
      defaultMaxParallelRequests: policy.defaultMaxParallelRequests,
      ...options.knowledge,
    });
    this.state = options.state ?? new DeploymentState({ deployments: deployments.length });
    this.latencies = options.latencies ?? new LatencySamples(deployments.length, policy.latency);
    const onCooldown = options.onCooldown === undefined ? {} : { onCooldown: options.onCooldown };
    this.cooldowns = new Cooldowns({ policy, state: this.state, deployments: this.facts.rows, now, ...onCooldown });
    this.picker = new DeploymentPicker({
      policy,
      state: this.state,
      latencies: this.latencies,
      budgets: options.budgets ?? null,
      now,
      random,
    });
    const { retryBudgetRatio, minRetriesPerSecond } = policy.resilience;
    this.retryBudget =
      retryBudgetRatio === null
        ? null
        : new RetryBudget({ ratio: retryBudgetRatio, minPerSecond: minRetriesPerSecond, now });
  }

  /** A call's own view of retries and fallbacks; see `RoutedCall`. */
  route(request: RoutingRequest): RoutedCall {
    return new RoutedCall(this, request);
  }

  /** A call beside one that is under way: one attempt at another deployment of the group, where there is one. */
  routeBeside(request: RoutingRequest, first: DeploymentFacts): RoutedCall {
    return RoutedCall.beside(this, request, first);
  }

  groupOf(resolution: Resolution): CandidateGroup {
    const known = this.#groups.get(resolution);
    if (known !== undefined) return known;
    const group = compileGroup(resolution, this.facts);
    this.#groups.set(resolution, group);
    return group;
  }

  /**
   * The deployment that a request would get now, without calling it: `Router.get_available_deployment`.
   * @returns null when there is none; `route(request).next()` tells why
   */
  peek(request: RoutingRequest): DeploymentFacts | null {
    const resolution = this.index.resolve(request.model);
    if ('unresolved' in resolution) return null;
    const group = this.groupOf(resolution);
    this.#ask.request = request;
    return group.members[this.picker.pick(group, this.#ask)] ?? null;
  }

  /** Rows of the deployments that both configurations have. Calls in flight are counted where they began. */
  carryOver(previous: RouterCore): void {
    for (const { id, slot } of this.facts.rows) {
      const old = previous.facts.byId(id);
      if (old === undefined) continue;
      this.state.copyRow(previous.state, old.slot, slot);
      this.latencies.copyRow(previous.latencies, old.slot, slot);
    }
  }
}
