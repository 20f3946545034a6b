/**
 * Decides whether a call may be made, and settles what it took: requests, then slots, then tokens, as LiteLLM does.
 *
 * A call that is admitted holds an `Admission`: tokens reserved and slots leased, until `settle` or `fail`, of which only
 * the first counts. A refusal leaves nothing reserved; only its request stays counted (LiteLLM-compat, window).
 * Promises: synchronous; exact across threads for each limit: no interleaving admits more than the limit; of several
 * scopes either all tokens are reserved or none. Cost: a few visits of a table per limit, see bench/limiter.
 * Gives up: of two calls that race for the rest of two scopes, both may be refused where one could have passed.
 */
import { TableKey } from '../primitives/table-key.ts';
import { NO_LEASE } from './concurrency-leases.ts';
import {
  REFUSED,
  type Charge,
  type Counters,
  type Descriptor,
  type DescriptorKey,
  type LimitedUsage,
  type LimiterState,
  type LimitStatus,
  type LimitType,
  type TokenKind,
} from './contract.ts';
import { CounterSet, type CounterSetOptions } from './counters.ts';
import {
  partialUse,
  planReservations,
  reservedKind,
  unreservedTokens,
  type Reservation,
  type ReservedCall,
} from './reservations.ts';
import type { OutputCapEdit } from './token-estimate.ts';
import { tokensOfKind } from './token-usage.ts';
import { WindowTokens } from './window-tokens.ts';

export interface RateLimiterOptions extends CounterSetOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Instead of counters of its own; the options for those say nothing then. */
  readonly counters?: Counters;
  /** Tokens are reserved before the call (default), or only counted after it. */
  readonly reservesTokens?: boolean;
  /** Which tokens count against limits of tokens; default `total`. */
  readonly tokenKind?: TokenKind;
  /**
   * What a refusal says: a whole window from now (`window`, the default, LiteLLM-compat), or the time until the same
   * call would be admitted (`time-left`).
   */
  readonly retryAfter?: 'window' | 'time-left';
}

/** A call that may be made. */
export interface Admission {
  readonly admitted: true;
  readonly statuses: readonly LimitStatus[];
  /** Tokens reserved in each scope with a limit of all tokens; 0 when there is none. */
  readonly reservedTokens: number;
  /** To be written into the request before it is sent. */
  readonly outputCap: OutputCapEdit | null;
  readonly hold: Hold;
}

/** A call that must not be made. */
export interface Refusal {
  readonly admitted: false;
  /** The limit that refused. */
  readonly status: LimitStatus;
  /** Milliseconds from `at`. */
  readonly retryAfterMs: number;
  readonly at: number;
}

/** What an admitted call holds; only for `settle`, `fail`, `renew`. */
export interface Hold {
  readonly scopes: readonly Scope[];
  readonly reservations: readonly Reservation[];
  readonly at: number;
  /** One for each scope that leased a slot. */
  leases: readonly Lease[];
  isSettled: boolean;
}

interface Lease {
  readonly key: TableKey;
  readonly handle: number;
}

/** A descriptor with its place in the tables. */
export interface Scope {
  readonly descriptor: Descriptor;
  readonly key: TableKey;
}

export class RateLimiter {
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #reservesTokens: boolean;
  readonly #tokenKind: TokenKind;
  readonly #saysTimeLeft: boolean;

  constructor(options: RateLimiterOptions) {
    this.#counters = options.counters ?? new CounterSet(options);
    this.#now = options.now;
    this.#reservesTokens = options.reservesTokens ?? true;
    this.#tokenKind = options.tokenKind ?? 'total';
    this.#saysTimeLeft = options.retryAfter === 'time-left';
  }

  /** For `shared` of a limiter on another thread. */
  get state(): LimiterState {
    return this.#counters.state;
  }

  get windowMs(): number {
    return this.#counters.windowMs;
  }

  /** Finds the descriptors' places in the tables; worth keeping with whom they are of. */
  prepare(descriptors: readonly Descriptor[]): readonly Scope[] {
    return descriptors.map((descriptor) => ({
      descriptor,
      key: this.fill(new TableKey(), descriptor.key, descriptor.value),
    }));
  }

  /** Makes `key` that of a descriptor. @returns `key` */
  fill(key: TableKey, name: DescriptorKey, value: string): TableKey {
    return key.fill(this.#counters.seed, kindOf(name), value);
  }

  /** @param call what it may use; asked only when a limit of tokens is there */
  admit(scopes: readonly Scope[], call: ReservedCall): Admission | Refusal {
    const at = this.#now();
    const statuses: LimitStatus[] = [];
    const refused = this.#countRequest(scopes, statuses, at);
    if (refused !== null) return refused;
    const leases: Lease[] = [];
    const busy = this.#lease(scopes, statuses, leases, at);
    if (busy !== null) return busy;
    const plan = this.#reservesTokens ? planReservations(scopes, call) : null;
    const short = plan === null ? null : this.#reserve(plan.reservations, statuses, at);
    if (short !== null) {
      this.#release(leases, at);
      return short;
    }
    const hold: Hold = { scopes, reservations: plan?.reservations ?? NO_RESERVATIONS, at, leases, isSettled: false };
    const reservedTokens = plan?.reservations.find(({ kind }) => kind === 'total')?.amount ?? 0;
    return { admitted: true, statuses, reservedTokens, outputCap: plan?.outputCap ?? null, hold };
  }

  /**
   * `admit` for a call that has nothing to give back: of one scope, with a limit of requests and no other. Allocates only
   * where it refuses; the scope's key may be filled again afterwards.
   * @returns what is left then
   */
  admitUnheld({ descriptor, key }: Scope): number | Refusal {
    const at = this.#now();
    const left = this.#counters.requests.take(key, descriptor.requests ?? 0, 1, at);
    return left === REFUSED ? this.#refuse({ descriptor, key }, 'requests', 1, at) : left;
  }

  /** The call is over: slots are given back, and its true usage takes the place of what was reserved. */
  settle(hold: Hold, usage: LimitedUsage | null): void {
    this.#finish(hold, usage, true);
  }

  /** The call failed, or its client went away: everything is given back but what was used until then. */
  fail(hold: Hold, partialUsage: LimitedUsage | null = null): void {
    this.#finish(hold, partialUse(partialUsage), false);
  }

  /** Lets the slots live on. @returns whether all were still there; false: others may have them now */
  renew(hold: Hold): boolean {
    const at = this.#now();
    return hold.leases.map(({ key, handle }) => this.#counters.leases.renew(key, handle, at)).every(Boolean);
  }

  /** Charges usage that was not reserved to each scope with a limit of tokens. */
  charge(scopes: readonly Scope[], usage: LimitedUsage): void {
    const at = this.#now();
    const used = tokensOfKind(usage, this.#tokenKind, true);
    for (const scope of scopes) {
      const { tokens: limit, key } = scope.descriptor;
      if (limit === null || reservedKind(key) !== 'total') continue;
      this.#tokens(scope).adjust(scope.key, used, chargeOf(limit, at), at);
    }
  }

  /** How each limit of the scopes stands now; takes nothing. */
  statuses(scopes: readonly Scope[]): readonly LimitStatus[] {
    const at = this.#now();
    return scopes.flatMap((scope) =>
      (['requests', 'tokens', 'max_parallel_requests'] as const)
        .map((type) => this.#status(scope, type, at))
        .filter((status) => status !== null),
    );
  }

  /** Counts the request in every scope, unless one is over its limit already. */
  #countRequest(scopes: readonly Scope[], statuses: LimitStatus[], at: number): Refusal | null {
    const { requests } = this.#counters;
    const over = scopes.length > 1 ? this.#findOver(scopes, at) : undefined;
    if (over !== undefined) return this.#refuse(over, 'requests', 1, at);
    let refused: Refusal | null = null;
    for (const scope of scopes) {
      const { requests: limit } = scope.descriptor;
      if (limit === null) continue;
      const remaining = requests.take(scope.key, limit, 1, at);
      statuses.push({ descriptor: scope.descriptor, type: 'requests', limit, remaining: Math.max(0, remaining) });
      if (remaining !== REFUSED) continue;
      refused ??= this.#refuse(scope, 'requests', 1, at);
      if (requests.keepsRefused) continue;
      this.#uncountRequest(scopes.slice(0, scopes.indexOf(scope)), at);
      return refused;
    }
    if (refused === null && !this.#reservesTokens) return this.#countOneToken(scopes, at);
    return refused;
  }

  #findOver(scopes: readonly Scope[], at: number): Scope | undefined {
    const { requests } = this.#counters;
    return scopes.find(
      ({ descriptor, key }) => descriptor.requests !== null && requests.isOver(key, descriptor.requests, at),
    );
  }

  #uncountRequest(scopes: readonly Scope[], at: number): void {
    for (const { key, descriptor } of scopes)
      if (descriptor.requests !== null) this.#counters.requests.adjust(key, -1, chargeOf(descriptor.requests, at), at);
  }

  /** LiteLLM-compat: without reservations each request counts one token beforehand. */
  #countOneToken(scopes: readonly Scope[], at: number): Refusal | null {
    for (const scope of scopes) {
      const { tokens: limit, key } = scope.descriptor;
      if (limit === null || reservedKind(key) !== 'total') continue;
      if (this.#tokens(scope).take(scope.key, limit, 1, at) === REFUSED) return this.#refuse(scope, 'tokens', 1, at);
    }
    return null;
  }

  #lease(scopes: readonly Scope[], statuses: LimitStatus[], into: Lease[], at: number): Refusal | null {
    const { leases } = this.#counters;
    for (const scope of scopes) {
      const limit = scope.descriptor.parallel;
      if (limit === null) continue;
      const handle = leases.acquire(scope.key, limit, at);
      if (handle === NO_LEASE) {
        this.#release(into, at);
        return this.#refuse(scope, 'max_parallel_requests', 1, at);
      }
      into.push({ key: scope.key, handle });
      const remaining = Math.max(0, limit - leases.inFlight(scope.key, at));
      statuses.push({ descriptor: scope.descriptor, type: 'max_parallel_requests', limit, remaining });
    }
    return null;
  }

  #release(leases: readonly Lease[], at: number): void {
    for (const { key, handle } of leases) this.#counters.leases.release(key, handle, at);
  }

  /** All or nothing: looks first, then takes, and gives back when another thread was faster. */
  #reserve(reservations: readonly Reservation[], statuses: LimitStatus[], at: number): Refusal | null {
    for (const { scope, amount } of reservations) {
      const limit = scope.descriptor.tokens ?? 0;
      const left = this.#tokens(scope).left(scope.key, limit, at);
      if (amount > 0 ? amount > left : left === 0) return this.#refuse(scope, 'tokens', amount, at);
    }
    for (const [index, { scope, amount }] of reservations.entries()) {
      const limit = scope.descriptor.tokens ?? 0;
      const remaining = this.#tokens(scope).take(scope.key, limit, amount, at);
      if (remaining === REFUSED) {
        for (const done of reservations.slice(0, index)) this.#correct(done, -done.amount, at, at);
        return this.#refuse(scope, 'tokens', amount, at);
      }
      statuses.push({ descriptor: scope.descriptor, type: 'tokens', limit, remaining });
    }
    return null;
  }

  #finish(hold: Hold, usage: LimitedUsage | null, isSuccess: boolean): void {
    if (hold.isSettled) return;
    hold.isSettled = true;
    // Reading the clock costs more than the rest of a call that holds nothing.
    if (hold.leases.length + hold.reservations.length > 0) this.#giveBack(hold, usage, this.#now());
    if (isSuccess && usage !== null && !this.#reservesTokens) this.charge(hold.scopes, usage);
  }

  #giveBack(hold: Hold, usage: LimitedUsage | null, now: number): void {
    this.#release(hold.leases, now);
    hold.leases = [];
    for (const reservation of hold.reservations)
      this.#correct(reservation, unreservedTokens(reservation, usage, this.#tokenKind), hold.at, now);
  }

  #correct({ scope, kind }: Reservation, delta: number, takenAt: number, now: number): void {
    const charge: Charge = { takenAt, limit: scope.descriptor.tokens ?? 0, sameWindowOnly: kind !== 'total' };
    this.#tokens(scope).adjust(scope.key, delta, charge, now);
  }

  #tokens({ descriptor }: Scope) {
    const { tokens } = this.#counters;
    return tokens instanceof WindowTokens ? tokens.withRequests(descriptor.requests !== null) : tokens;
  }

  /** null: there is no such limit */
  #status(scope: Scope, type: LimitType, at: number): LimitStatus | null {
    const { descriptor, key } = scope;
    const { requests, leases } = this.#counters;
    const limit = type === 'max_parallel_requests' ? descriptor.parallel : descriptor[type];
    if (limit === null) return null;
    if (type === 'max_parallel_requests')
      return { descriptor, type, limit, remaining: Math.max(0, limit - leases.inFlight(key, at)) };
    const counter = type === 'tokens' ? this.#tokens(scope) : requests;
    return { descriptor, type, limit, remaining: counter.left(key, limit, at) };
  }

  #refuse(scope: Scope, type: LimitType, amount: number, at: number): Refusal {
    const { descriptor, key } = scope;
    const status = this.#status(scope, type, at) ?? { descriptor, type, limit: 0, remaining: 0 };
    const { limit } = status;
    const counter = type === 'tokens' ? this.#tokens(scope) : this.#counters.requests;
    const left =
      this.#saysTimeLeft && type !== 'max_parallel_requests' && amount <= limit
        ? counter.waitMs(key, limit, amount, at)
        : this.windowMs;
    return { admitted: false, status, retryAfterMs: left, at };
  }
}

const NO_RESERVATIONS: readonly Reservation[] = [];

const KINDS: ReadonlyMap<DescriptorKey, number> = new Map(
  (
    [
      ...(['api_key', 'user', 'team', 'team_member', 'end_user', 'organization', 'model_per_key'] as const),
      ...(['model_per_team', 'model_per_organization', 'model_per_project', 'model_per_project_itpm'] as const),
      ...(['model_per_project_otpm', 'tag_per_key', 'mcp_per_key', 'mcp_per_team', 'agent'] as const),
      ...(['agent_session', 'model_saturation_check', 'priority_model'] as const),
    ] satisfies readonly DescriptorKey[]
  ).map((key, index) => [key, index + 1]),
);

/** Number that keeps apart equal values of different scopes. */
function kindOf(key: DescriptorKey): number {
  return KINDS.get(key) ?? 0;
}

function chargeOf(limit: number, takenAt: number): Charge {
  return { takenAt, limit, sameWindowOnly: false };
}
