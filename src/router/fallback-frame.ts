/**
 * One model group on the stack of a call, and how a failure leaves it: on to the next hop of its fallbacks, or up to the
 * group that fell back to it, with the text that LiteLLM puts together on the way.
 */
import type { JsonObject } from '../protocol/json.ts';
import type { CandidateGroup } from './candidate-group.ts';
import type { FallbackTarget, RoutingFailure } from './contract.ts';
import { isRetryableStatus } from './error-class.ts';
import { append, noChainText, noDedicatedChainText, type Raised, raisedText, triedText } from './failure-text.ts';
import { type EffectiveChains, exactTargets, genericTargets, type Hop, hopKey } from './fallback-chains.ts';
import type { RetryLimit } from './retry-rules.ts';

export class Frame {
  readonly model: string;
  readonly parameters: JsonObject | null;
  readonly targetOrder: number | null;
  /** Hops before this one, counted as LiteLLM does: siblings and ancestors. */
  readonly depth: number;
  group: CandidateGroup | null = null;
  retries = 0;
  maxRetries = 0;
  byPolicy = false;
  limited = false;
  /** Slots that refused for good. */
  skipped: Set<number> | null = null;
  chain: Chain | null = null;
  /** Slots that did not take the call, and what the last of them said. */
  refusedSlots: Set<number> | null = null;
  refusal: RoutingFailure | null = null;

  constructor(model: string, parameters: JsonObject | null, targetOrder: number | null, depth: number) {
    this.model = model;
    this.parameters = parameters;
    this.targetOrder = targetOrder;
    this.depth = depth;
  }

  /** As requested, then after aliases: LiteLLM looks only at the first and finds no fallbacks behind an alias. */
  names(): readonly string[] {
    return this.group === null || this.group.name === this.model ? [this.model] : [this.model, this.group.name];
  }

  limit({ retries, byPolicy }: RetryLimit): void {
    this.limited = true;
    this.maxRetries = retries;
    this.byPolicy = byPolicy;
  }

  /** Another try at a deployment that answered with a final status gives the same answer. */
  skip({ deployment, error }: RoutingFailure): void {
    if (deployment === null || isRetryableStatus(error.status)) return;
    (this.skipped ??= new Set()).add(deployment.slot);
  }

  /** Another deployment of the group is asked, where there is one. */
  avoid(slot: number): void {
    (this.skipped ??= new Set()).add(slot);
  }

  /** For the rest of the request this deployment is left out of the group. */
  refuse(failure: RoutingFailure, slot: number): void {
    this.refusal = failure;
    (this.refusedSlots ??= new Set()).add(slot);
    (this.skipped ??= new Set()).add(slot);
  }

  usedUp(): Raised['retried'] {
    if (this.retries === 0 || this.retries < this.maxRetries) return null;
    return { retries: this.retries, maxRetries: this.maxRetries };
  }
}

interface Chain {
  readonly raised: Raised;
  readonly plan: ChainPlan;
  next: number;
  depth: number;
}

interface ChainPlan {
  readonly hops: readonly Hop[];
  /** What the message names as this group's fallbacks; null: LiteLLM says None. */
  readonly named: readonly FallbackTarget[] | null;
  /** The last hop's own error is the answer, not this group's. */
  readonly propagates: boolean;
  /** Said of the error when there is nothing to try; null: nothing, the fallbacks were not asked for. */
  readonly missing: string | null;
  /** Said of the error before anything is tried. */
  readonly note: string | null;
}

/** What follows a failure of this group. Pure. */
function planChain(
  frame: Frame,
  { error }: RoutingFailure,
  chains: EffectiveChains,
  isProvider: (name: string) => boolean,
): ChainPlan {
  const names = frame.names();
  const tooLong = error.code === 'context_window_exceeded';
  const refused = error.code === 'content_policy_violation';
  const generic = chains.generic === null ? null : genericTargets(chains.generic, names, isProvider);
  if (!tooLong && !refused) {
    const orders = laterOrders(frame);
    const external = chains.list ?? generic ?? [];
    if ((frame.group?.orders.length ?? 0) > 1 && orders.length + external.length > 0)
      return { hops: [...orders, ...external], named: null, propagates: true, missing: null, note: null };
  }
  if (chains.list !== null) return { ...NOTHING, hops: chains.list };
  const dedicated = tooLong ? chains.contextWindow : refused ? chains.contentPolicy : null;
  if (dedicated !== null) {
    // LiteLLM-compat: where these are configured and do not name the group, the generic ones are not tried.
    const targets = exactTargets(dedicated, names);
    return targets === null ? { ...NOTHING, missing: '' } : { ...NOTHING, hops: targets, named: targets };
  }
  const kind = tooLong ? 'context_window' : 'content_policy';
  const note = tooLong || refused ? noDedicatedChainText(kind, frame.model, chains.generic) : null;
  if (chains.generic === null) return { ...NOTHING, note };
  if (generic === null) return { ...NOTHING, missing: noChainText(names, chains.generic), note };
  return { ...NOTHING, hops: generic, named: generic, note };
}

const NOTHING: ChainPlan = { hops: [], named: null, propagates: false, missing: null, note: null };

function laterOrders({ group, targetOrder }: Frame): readonly Hop[] {
  if (group === null || group.orders.length < 2) return [];
  const tried = targetOrder ?? group.orders[0] ?? 0;
  return group.orders.filter((order) => order > tried).map((order) => ({ targetOrder: order }));
}

export interface HopRules {
  /** Asked before each hop: false when an attempt or time budget is used up. */
  readonly mayGoOn: () => boolean;
  /** Whether the caller may use a model; null: all. */
  readonly mayUse: ((model: string) => boolean) | null;
  readonly disabled: boolean;
  readonly chains: EffectiveChains;
  readonly tried: Set<string>;
  readonly maxFallbacks: number;
  readonly isProvider: (name: string) => boolean;
}

export type HopStep =
  | { readonly kind: 'hop'; readonly frame: Frame }
  /** The frame is done; its caller gets this. */
  | { readonly kind: 'up'; readonly raised: Raised };

/** @param raised this frame's own failure, or that of the hop it made last */
export function nextHop(frame: Frame, raised: Raised, rules: HopRules): HopStep {
  if (frame.chain === null && rules.disabled) return { kind: 'up', raised };
  const begun = frame.chain !== null;
  const chain = (frame.chain ??= beginChain(frame, raised, rules));
  const { plan } = chain;
  const tooDeep = !begun && frame.depth >= rules.maxFallbacks;
  if (!tooDeep) {
    const next = findHop(frame, chain, rules);
    if (next !== null && rules.mayGoOn()) return { kind: 'hop', frame: next };
  }
  if (plan.propagates) return { kind: 'up', raised };
  const detail = plan.hops.length > 0 || plan.missing !== null ? raisedText(raised) : '';
  append(chain.raised, triedText(frame.model, plan.named, detail));
  return { kind: 'up', raised: chain.raised };
}

function beginChain(frame: Frame, raised: Raised, { chains, isProvider, tried }: HopRules): Chain {
  const plan = planChain(frame, raised.failure, chains, isProvider);
  if (plan.note !== null) append(raised, plan.note);
  if (plan.missing !== null) append(raised, plan.missing);
  tried.add(frame.model);
  return { raised, plan, next: 0, depth: frame.depth };
}

function findHop(frame: Frame, chain: Chain, { tried, mayUse }: HopRules): Frame | null {
  const { hops } = chain.plan;
  while (chain.next < hops.length) {
    const hop = hops[chain.next++] as Hop;
    if (hop === frame.model || !isAllowed(hop, frame.model, mayUse)) continue;
    const key = hopKey(hop, frame.model);
    if (tried.has(key)) continue;
    tried.add(key);
    chain.depth++;
    return frameFor(hop, frame, chain.depth);
  }
  return null;
}

/** Whether the group on top of the stack, or one below that fell back to it, has a hop that was not made. Pure. */
export function hasHopLeft(
  frames: readonly Frame[],
  failure: RoutingFailure,
  { chains, tried, isProvider }: Pick<HopRules, 'chains' | 'tried' | 'isProvider'>,
): boolean {
  const isOpen = (hop: Hop, { model }: Frame): boolean => hop !== model && !tried.has(hopKey(hop, model));
  return frames.some((frame) => {
    const { hops } = frame.chain?.plan ?? planChain(frame, failure, chains, isProvider);
    return hops.slice(frame.chain?.next ?? 0).some((hop) => isOpen(hop, frame));
  });
}

function isAllowed(hop: Hop, model: string, mayUse: HopRules['mayUse']): boolean {
  if (mayUse === null || (typeof hop !== 'string' && isOrderHop(hop))) return true;
  const target = typeof hop === 'string' ? hop : hop['model'];
  return typeof target !== 'string' || target === model || mayUse(target);
}

function frameFor(hop: Hop, { model, parameters }: Frame, depth: number): Frame {
  if (typeof hop === 'string') return new Frame(hop, parameters, null, depth);
  if (isOrderHop(hop)) return new Frame(model, parameters, hop.targetOrder, depth);
  const named = hop['model'];
  const { model: _model, ...changes } = hop;
  return new Frame(typeof named === 'string' ? named : model, { ...parameters, ...changes }, null, depth);
}

function isOrderHop(hop: Exclude<Hop, string>): hop is { readonly targetOrder: number } {
  return typeof (hop as { targetOrder?: unknown }).targetOrder === 'number' && !Object.hasOwn(hop, 'model');
}
