/**
 * Limits that ask Redis about every call (`router_settings.cluster_limits: strict`): one script over all scopes, which
 * takes everything or nothing; with a Redis Cluster one per scope, and what was taken is given back when another refuses.
 *
 * Promises: exact over all processes; an answer within `timeoutMs` or the decision is made by this process's part of the
 * limit (`local`); slots are renewed by time, so that those of a process that dies are free after 12 s.
 * Costs one round trip per call. Gives up: corrections after a call are sent once and not repeated when they fail.
 */
import type { Descriptor, LimitedUsage, LimitStatus } from '../../rate-limit/contract.ts';
import type { Admission, Hold, Refusal, Scope } from '../../rate-limit/rate-limiter.ts';
import {
  partialUse,
  planReservations,
  reservedKind,
  unreservedTokens,
  type Reservation,
  type ReservedCall,
} from '../../rate-limit/reservations.ts';
import { SLOT_LEASE_MS, type SliceSet } from '../../rate-limit/slices/slice-set.ts';
import type { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import { tokensOfKind } from '../../rate-limit/token-usage.ts';
import { answerWithin } from '../answer-within.ts';
import type { StartTimer } from '../start-timer.ts';
import type { RedisConnection } from './connect-redis.ts';
import { scriptOf } from './redis-script.ts';
import { STRICT_ADMIT, STRICT_CORRECT, STRICT_RENEW } from './strict-script.ts';

export interface StrictLimiterOptions {
  readonly connection: RedisConnection;
  readonly namespace: string;
  readonly slices: SliceSet;
  /** Decides while Redis does not answer; which tokens count, and whether before the call, is the same in both. */
  readonly local: SlicedLimiter;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly startTimer: StartTimer;
}

/** What a call takes of one limit. */
interface Item {
  readonly type: LimitStatus['type'];
  readonly scope: Scope;
  readonly limit: number;
  readonly amount: number;
  /** Name of a slot; empty for counts. */
  readonly slot: string;
  /** Of tokens that are replaced by the true use after the call. */
  readonly reservation: Reservation | null;
}

interface Taken {
  readonly item: Item;
  /** Of the limit, this item included. */
  readonly used: number;
  /** Second in which the window began; 0: whichever is there. */
  readonly window: number;
}

const ADMIT = scriptOf(STRICT_ADMIT);
const CORRECT = scriptOf(STRICT_CORRECT);
const RENEW = scriptOf(STRICT_RENEW);
const RENEW_MS = SLOT_LEASE_MS / 3;

export class StrictLimiter {
  readonly #options: StrictLimiterOptions;
  readonly #prefix: string;
  /** What admitted calls hold in Redis. */
  readonly #taken = new WeakMap<Hold, readonly Taken[]>();
  readonly #slots = new Set<Item>();
  #cancelRenewal: (() => void) | null = null;
  #slotNumber = 0;
  readonly #self = crypto.randomUUID();

  constructor(options: StrictLimiterOptions) {
    this.#options = options;
    this.#prefix = options.namespace === '' ? '' : `${options.namespace}:`;
  }

  get windowMs(): number {
    return this.#options.slices.windowMs;
  }

  prepare(descriptors: readonly Descriptor[]): readonly Scope[] {
    return this.#options.local.prepare(descriptors);
  }

  async admit(scopes: readonly Scope[], call: ReservedCall): Promise<Admission | Refusal> {
    const { slices, local, now, timeoutMs, startTimer } = this.#options;
    const at = now();
    if (slices.signals.isAlone) return local.admit(scopes, call);
    const plan = local.reservesTokens ? planReservations(scopes, call) : null;
    const reservations = plan?.reservations ?? [];
    const work = this.#take(this.#itemsOf(scopes, reservations), at);
    let taken: readonly Taken[] | Refusal;
    try {
      taken = await answerWithin(work, timeoutMs, startTimer);
    } catch {
      return slices.onItsOwn(() => local.admit(scopes, call));
    }
    if ('admitted' in taken) return taken;
    const hold: Hold = { scopes, reservations, at, leases: [], isSettled: false };
    this.#taken.set(hold, taken);
    this.#holdSlots(taken);
    const statuses = taken.map(({ item, used }) => statusOf(item, Math.max(0, item.limit - used)));
    const reservedTokens = reservations.find(({ kind }) => kind === 'total')?.amount ?? 0;
    return { admitted: true, statuses, reservedTokens, outputCap: plan?.outputCap ?? null, hold };
  }

  settle(hold: Hold, usage: LimitedUsage | null): void {
    const { local } = this.#options;
    if (!this.#taken.has(hold)) return local.settle(hold, usage);
    const isFirst = this.#finish(hold, usage);
    if (isFirst && usage !== null && !local.reservesTokens) this.charge(hold.scopes, usage);
  }

  fail(hold: Hold, partialUsage: LimitedUsage | null = null): void {
    if (this.#taken.has(hold)) this.#finish(hold, partialUse(partialUsage));
    else this.#options.local.fail(hold, partialUsage);
  }

  /** Slots are renewed by time here; those of calls that were admitted without Redis are not. */
  renew(hold: Hold): boolean {
    return this.#taken.has(hold) || this.#options.local.renew(hold);
  }

  charge(scopes: readonly Scope[], usage: LimitedUsage): void {
    const used = tokensOfKind(usage, this.#options.local.tokenKind, true);
    this.#correct(
      scopes.filter(hasTotalTokens).map((scope) => ({ item: itemOf(scope, 'tokens', used), used: 0, window: 0 })),
    );
  }

  stop(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = null;
    this.#slots.clear();
  }

  #itemsOf(scopes: readonly Scope[], reservations: readonly Reservation[]): readonly Item[] {
    const limited = (type: 'requests' | 'parallel') => scopes.filter(({ descriptor }) => descriptor[type] !== null);
    const slot = `${this.#self}:${++this.#slotNumber}`;
    return [
      ...limited('requests').map((scope) => itemOf(scope, 'requests', 1)),
      ...limited('parallel').map((scope) => ({ ...itemOf(scope, 'max_parallel_requests', 1), slot })),
      ...reservations.map((reservation) => ({
        ...itemOf(reservation.scope, 'tokens', reservation.amount),
        reservation,
      })),
      // LiteLLM-compat: without reservations each request counts one token beforehand.
      ...(this.#options.local.reservesTokens
        ? []
        : scopes.filter(hasTotalTokens).map((scope) => itemOf(scope, 'tokens', 1))),
    ];
  }

  async #take(items: readonly Item[], at: number): Promise<readonly Taken[] | Refusal> {
    const groups = this.#groupsOf(items);
    const decisions = await Promise.all(groups.map((group) => this.#askRedis(group, at)));
    const refusal = decisions.find((decision) => 'admitted' in decision);
    const taken = decisions.flatMap((decision) => ('admitted' in decision ? [] : decision));
    if (refusal === undefined) return taken;
    this.#correct(taken.map((one) => ({ ...one, item: { ...one.item, amount: -one.item.amount } })));
    return refusal;
  }

  async #askRedis(items: readonly Item[], at: number): Promise<readonly Taken[] | Refusal> {
    const values = [String(Math.ceil(this.windowMs / 1000)), String(SLOT_LEASE_MS)];
    for (const { type, limit, amount, slot } of items)
      values.push(type === 'max_parallel_requests' ? 'p' : 'n', String(limit), String(amount), slot);
    const keys = items.flatMap((item) => this.#keysOf(item));
    const found = (await this.#options.connection.run(ADMIT, keys, values)) as readonly number[];
    if (found[0] === 0)
      return items.map((item, index) => ({ item, used: found[2 * index + 1] ?? 0, window: found[2 * index + 2] ?? 0 }));
    const [, index = 1, used = 0, left = this.windowMs] = found;
    const refused = items[index - 1];
    if (refused === undefined) throw new TypeError('Redis refused something that was not asked for');
    const status = statusOf(refused, Math.max(0, refused.limit - used));
    return { admitted: false, status, retryAfterMs: left, at };
  }

  /** With a cluster the keys of one script must lie in one slot: those of one scope do. */
  #groupsOf(items: readonly Item[]): readonly (readonly Item[])[] {
    if (items.length === 0) return [];
    if (!this.#options.connection.isClustered) return [items];
    return [...Map.groupBy(items, ({ scope }) => tagOf(scope)).values()];
  }

  /** Gives slots back and puts the true use in the place of what was reserved. @returns false when that was done before */
  #finish(hold: Hold, usage: LimitedUsage | null): boolean {
    if (hold.isSettled) return false;
    hold.isSettled = true;
    const corrections: Taken[] = [];
    for (const one of this.#taken.get(hold) ?? []) {
      const { item } = one;
      this.#slots.delete(item);
      if (item.slot !== '') corrections.push(one);
      if (item.reservation === null) continue;
      const amount = unreservedTokens(item.reservation, usage, this.#options.local.tokenKind);
      if (amount !== 0) corrections.push({ ...one, item: { ...item, amount } });
    }
    this.#correct(corrections);
    return true;
  }

  #correct(taken: readonly Taken[]): void {
    const windows = new Map(taken.map(({ item, window }) => [item, window]));
    for (const items of this.#groupsOf(taken.map(({ item }) => item))) {
      const values = [String(Math.ceil(this.windowMs / 1000))];
      for (const item of items) {
        const kind = item.type === 'max_parallel_requests' ? 'p' : 'n';
        values.push(kind, String(windows.get(item) ?? 0), String(item.amount), item.slot);
      }
      const keys = items.flatMap((item) => this.#keysOf(item));
      // What Redis does not hear of ends with its window or its lease.
      this.#options.connection.run(CORRECT, keys, values).catch(() => {});
    }
  }

  #holdSlots(taken: readonly Taken[]): void {
    for (const { item } of taken) if (item.slot !== '') this.#slots.add(item);
    if (this.#slots.size > 0) this.#cancelRenewal ??= this.#options.startTimer(() => this.#renewSlots(), RENEW_MS);
  }

  #renewSlots(): void {
    this.#cancelRenewal = null;
    if (this.#slots.size === 0) return;
    for (const items of this.#groupsOf([...this.#slots])) {
      const keys = items.map((item) => this.#keysOf(item)[1] ?? '');
      const values = [String(SLOT_LEASE_MS), ...items.map(({ slot }) => slot)];
      this.#options.connection.run(RENEW, keys, values).catch(() => {});
    }
    this.#cancelRenewal = this.#options.startTimer(() => this.#renewSlots(), RENEW_MS);
  }

  #keysOf({ scope, type }: Item): readonly string[] {
    const tag = this.#prefix + tagOf(scope);
    // LiteLLM's set of slots counts seconds and an hour; ours beside it would throw its slots away.
    return type === 'max_parallel_requests' ? [`${tag}:slots`, `${tag}:slots`] : [`${tag}:window`, `${tag}:${type}`];
  }
}

function itemOf(scope: Scope, type: Item['type'], amount: number): Item {
  const { requests, tokens, parallel } = scope.descriptor;
  const limit = type === 'requests' ? requests : type === 'tokens' ? tokens : parallel;
  return { scope, type, amount, limit: limit ?? 0, slot: '', reservation: null };
}

/** Of all tokens; the separate limits of a project are only reserved. */
function hasTotalTokens({ descriptor }: Scope): boolean {
  return descriptor.tokens !== null && reservedKind(descriptor.key) === 'total';
}

function tagOf({ descriptor }: Scope): string {
  return `{${descriptor.key}:${descriptor.value}}`;
}

function statusOf({ scope, type, limit }: Item, remaining: number): LimitStatus {
  return { descriptor: scope.descriptor, type, limit, remaining };
}
