/**
 * One pick: the filters in LiteLLM's order, then the strategy. Team, web search, cooldown, budgets, pre-call checks
 * (context window, rpm, region, parameters), tags, order, deployments that already refused this request, free places;
 * then the pinned deployment, else the one that the affinity key stands for, else the strategy's.
 *
 * Promises: a cooled deployment is never picked (but in panic mode, which is told); O(n) over the group; a pick that
 * succeeds allocates nothing unless tags, budgets or a token count are asked for. After a pick that found nothing,
 * `emptied` says which filter took the last candidate.
 */
import type { CandidateGroup } from './candidate-group.ts';
import { affinityChoice } from './affinity.ts';
import type { BudgetFacts, DeploymentFacts, FailureReason, NowMs, Random, RoutingRequest } from './contract.ts';
import { type DeploymentState, PROBE_UNDER_WAY } from './deployment-state.ts';
import type { LatencySamples } from './latency-samples.ts';
import { MinuteUsage } from './minute-usage.ts';
import type { RoutingPolicy } from './routing-policy.ts';
import type { Picking, Strategy } from './strategies/contract.ts';
import { createStrategy } from './strategies/strategies.ts';
import { filterByTags } from './tag-filter.ts';

export interface PickerOptions {
  readonly policy: RoutingPolicy;
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly budgets: BudgetFacts | null;
  readonly now: NowMs;
  readonly random: Random;
}

/** What one call knows beside its request. */
export interface PickAsk {
  readonly request: RoutingRequest;
  /** Only deployments of this order; null: the lowest order among the candidates. */
  readonly targetOrder: number | null;
  /** Slots that refused this request in a way that another try does not change. */
  readonly skipped: ReadonlySet<number> | null;
}

export class DeploymentPicker {
  readonly #options: PickerOptions;
  readonly #strategy: Strategy;
  readonly #usesMinutes: boolean;
  readonly #picking: Picking;
  /** Candidates of picks that filter; others read the group's own list. */
  readonly #scratch: Int32Array;
  #panic = false;
  #emptied: FailureReason = 'no-deployments';
  #emptiedDetail = '';

  constructor(options: PickerOptions) {
    const { policy, state, latencies, random } = options;
    this.#options = options;
    this.#strategy = createStrategy(policy.strategy, { state, latencies, random }, policy.latency);
    this.#usesMinutes = policy.strategy !== 'simple-shuffle' && policy.strategy !== 'p2c';
    this.#scratch = new Int32Array(Math.max(1, state.deployments));
    this.#picking = {
      group: EMPTY_GROUP,
      candidates: this.#scratch,
      count: 0,
      nowMs: 0,
      minute: 0,
      stream: false,
      inputTokens: 0,
    };
  }

  /** The last pick took a deployment in its cooldown. */
  get panic(): boolean {
    return this.#panic;
  }

  /** Which filter left nothing at the last pick that found nothing, and what it said. */
  get emptied(): { readonly reason: FailureReason; readonly detail: string } {
    return { reason: this.#emptied, detail: this.#emptiedDetail };
  }

  /** @returns index into `group.members`, or -1 */
  pick(group: CandidateGroup, ask: PickAsk): number {
    const picking = this.#picking;
    this.#panic = false;
    picking.group = group;
    picking.nowMs = this.#options.now();
    picking.stream = ask.request.stream;
    if (group.byId) return this.#pickById(group, ask.request);
    if (!this.#gather(group, ask)) return -1;
    const member = this.#choose(ask.request);
    if (member === -1 || !group.hasParallelLimits || !this.#isFull(member)) return member;
    return this.#filterFree() ? this.#choose(ask.request) : -1;
  }

  /** LiteLLM-compat: a deployment named by its id is called whatever its state. Its budget holds all the same. */
  #pickById(group: CandidateGroup, request: RoutingRequest): number {
    const picking = this.#picking;
    picking.candidates = this.#scratch;
    picking.count = Math.min(1, group.members.length);
    this.#scratch[0] = 0;
    const { budgets } = this.#options;
    const isAllowed = budgets === null || this.#filterByBudget(budgets, request);
    return isAllowed ? picking.count - 1 : -1;
  }

  /** The candidates, filtered; without anything to filter, the group's own list. */
  #gather(group: CandidateGroup, ask: PickAsk): boolean {
    const picking = this.#picking;
    const { request, targetOrder, skipped } = ask;
    if (targetOrder === null && skipped === null && this.#nothingFilters(group, request)) {
      picking.candidates = group.lowestOrder;
      picking.count = group.lowestOrder.length;
      return picking.count > 0 || this.#empty('no-deployments');
    }
    picking.candidates = this.#scratch;
    if (!this.#filterHealthy(request) || !this.#filterByRequest(ask)) return false;
    if (group.orders.length > 0) this.#filterByOrder(targetOrder);
    if (skipped !== null) this.#filterSkipped(skipped);
    return picking.count > 0 || this.#empty('no-deployments');
  }

  #nothingFilters(group: CandidateGroup, request: RoutingRequest): boolean {
    const { policy, state, budgets } = this.#options;
    if (!state.allHealthy(this.#picking.nowMs) || group.hasTeams || budgets !== null) return false;
    if (group.lacksWebSearch && request.usesWebSearch) return false;
    if (policy.enablePreCallChecks && request.inputTokens !== null) return false;
    return !policy.enableTagFiltering && request.overrides?.enableTagFiltering !== true;
  }

  #choose(request: RoutingRequest): number {
    const picking = this.#picking;
    if (request.pinnedId !== null) {
      const pinned = this.#findPinned(request.pinnedId);
      if (pinned !== -1) return pinned;
    }
    if (request.affinityKey !== null) return affinityChoice(picking, request.affinityKey);
    if (this.#usesMinutes) {
      picking.minute = MinuteUsage.minuteOf(picking.nowMs);
      picking.inputTokens = picking.group.hasTokenLimits ? (request.inputTokens?.() ?? 0) : 0;
    }
    const member = this.#strategy(picking);
    return member === -1 ? this.#nothing(this.#strategyReason()) : member;
  }

  #isFull(member: number): boolean {
    const { members, slots } = this.#picking.group;
    const limit = members[member]?.maxParallelRequests ?? null;
    return limit !== null && this.#options.state.inFlight(slots[member] ?? 0) >= limit;
  }

  /** @returns -1, for a pick that found nothing */
  #nothing(reason: FailureReason): -1 {
    this.#empty(reason);
    return -1;
  }

  /** @returns false, for a filter that left nothing */
  #empty(reason: FailureReason, detail = ''): false {
    this.#emptied = reason;
    this.#emptiedDetail = detail;
    return false;
  }

  #strategyReason(): FailureReason {
    return this.#options.policy.strategy === 'usage-based-routing-v2' ? 'rate-limit' : 'no-deployments';
  }

  #filterHealthy(request: RoutingRequest): boolean {
    const { state } = this.#options;
    const picking = this.#picking;
    const { group, candidates, nowMs } = picking;
    const { slots } = group;
    const plain = !group.hasTeams && !(group.lacksWebSearch && request.usesWebSearch);
    const probing = this.#options.policy.resilience.halfOpenProbe;
    let count = 0;
    let cooled = -1;
    for (let member = 0; member < slots.length; member++) {
      if (!plain && !fits(group.members[member], request)) continue;
      const slot = slots[member] ?? 0;
      if (state.isCooled(slot, nowMs) || (probing && state.probe(slot, nowMs) === PROBE_UNDER_WAY)) {
        if (cooled === -1 || state.cooledUntil(slot) < state.cooledUntil(slots[cooled] ?? 0)) cooled = member;
      } else candidates[count++] = member;
    }
    if (count === 0 && cooled !== -1 && this.#options.policy.resilience.panicMode) {
      candidates[count++] = cooled;
      this.#panic = true;
    }
    picking.count = count;
    if (this.#options.budgets !== null && count > 0) return this.#filterByBudget(this.#options.budgets, request);
    return count > 0 || this.#empty('no-deployments');
  }

  #filterByBudget(budgets: BudgetFacts, request: RoutingRequest): boolean {
    const { group, candidates, count } = this.#picking;
    const ofTags = request.tags === null ? null : budgets.tagsExceeded(request.tags);
    if (ofTags !== null) return this.#empty('budget', ofTags);
    let kept = 0;
    let details = '';
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const exceeded = budgets.exceeded(group.members[member] as DeploymentFacts);
      if (exceeded === null) candidates[kept++] = member;
      else details += details === '' ? exceeded : `\n${exceeded}`;
    }
    this.#picking.count = kept;
    return kept > 0 || this.#empty('budget', details);
  }

  #filterByRequest({ request }: PickAsk): boolean {
    const { policy } = this.#options;
    if (policy.enablePreCallChecks && request.inputTokens !== null && !this.#preCallChecks(request)) return false;
    if (!policy.enableTagFiltering && request.overrides?.enableTagFiltering !== true) return true;
    const { group, candidates, count } = this.#picking;
    const rules = { matchAny: policy.tagFilteringMatchAny };
    this.#picking.count = filterByTags(group, candidates, count, { request, rules });
    return this.#picking.count > 0 || this.#empty('tags');
  }

  /** LiteLLM-compat: what all candidates fail decides, rpm before the context window. */
  #preCallChecks(request: RoutingRequest): boolean {
    const { group, candidates, count } = this.#picking;
    let tokens: number | null = null;
    let counted = false;
    let kept = 0;
    let limited = false;
    let tooLong = '';
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const facts = group.members[member] as DeploymentFacts;
      const limit = group.inputLimits[member] ?? null;
      if (limit !== null && !counted) {
        counted = true;
        tokens = request.inputTokens?.() ?? null;
      }
      if (limit !== null && tokens !== null && tokens > limit) {
        tooLong += `Model=${group.models[member]}, Max Input Tokens=${limit}, Got=${tokens}`;
      } else if (this.#usedUp(facts)) limited = true;
      else if (fitsRegionAndParams(facts, request, this.#options.policy)) candidates[kept++] = member;
    }
    this.#picking.count = kept;
    if (kept > 0) return true;
    if (limited) return this.#empty('rate-limit');
    return this.#empty(tooLong === '' ? 'no-deployments' : 'context-window', tooLong);
  }

  #usedUp({ rpm, slot }: DeploymentFacts): boolean {
    const { policy, state } = this.#options;
    if (rpm === null || policy.strategy === 'usage-based-routing-v2') return false;
    return rpm <= state.minutes.requests(slot, this.#picking.nowMs);
  }

  #filterByOrder(targetOrder: number | null): void {
    const { group, candidates, count } = this.#picking;
    let wanted = targetOrder;
    if (wanted === null) {
      for (let index = 0; index < count; index++) {
        const order = group.members[candidates[index] ?? 0]?.order ?? null;
        if (order !== null && (wanted === null || order < wanted)) wanted = order;
      }
    }
    if (wanted === null) return;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      if (group.members[member]?.order === wanted) candidates[kept++] = member;
    }
    this.#picking.count = kept;
  }

  /** Unless that leaves nothing, so that the caller gets the provider's own error. */
  #filterSkipped(skipped: ReadonlySet<number>): void {
    const { group, candidates, count } = this.#picking;
    let others = 0;
    for (let index = 0; index < count; index++) if (!skipped.has(group.slots[candidates[index] ?? 0] ?? 0)) others++;
    if (others === 0) return;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      if (!skipped.has(group.slots[member] ?? 0)) candidates[kept++] = member;
    }
    this.#picking.count = kept;
  }

  #findPinned(id: string): number {
    const { group, candidates, count } = this.#picking;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      if (group.members[member]?.id === id) return member;
    }
    return -1;
  }

  /** Only deployments with a free place; all full is an error at once, nothing waits. */
  #filterFree(): boolean {
    const picking = this.#picking;
    const { candidates, count } = picking;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      if (!this.#isFull(member)) this.#scratch[kept++] = member;
    }
    picking.candidates = this.#scratch;
    picking.count = kept;
    return kept > 0 || this.#empty('busy');
  }
}

function fits(facts: DeploymentFacts | undefined, { teamId, usesWebSearch }: RoutingRequest): boolean {
  if (facts === undefined || (facts.teamId !== null && facts.teamId !== teamId)) return false;
  return facts.supportsWebSearch || !usesWebSearch;
}

function fitsRegionAndParams(facts: DeploymentFacts, request: RoutingRequest, policy: RoutingPolicy): boolean {
  if (request.region !== null && facts.region !== request.region) return false;
  return policy.dropParams || !request.usesResponseFormat || facts.supportsResponseFormat;
}

const EMPTY_GROUP: CandidateGroup = {
  name: '',
  byId: false,
  members: [],
  models: [],
  slots: new Int32Array(0),
  weights: [],
  orders: [],
  lowestOrder: new Int32Array(0),
  requestLimits: new Float64Array(0),
  tokenLimits: new Float64Array(0),
  costs: new Float64Array(0),
  inputLimits: [],
  hasTeams: false,
  hasRequestLimits: false,
  hasTokenLimits: false,
  hasParallelLimits: false,
  lacksWebSearch: false,
};
