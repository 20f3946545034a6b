/**
 * What processes tell each other about deployments: cooldowns, of which the longer one counts, and their use in this
 * minute, which each process adds to its own counts as it learns of it.
 *
 * Promises: O(deployments) per exchange, nothing per request. Times are told as time left, use as increments that count
 * in the minute of whoever learns of them, so that clocks need not agree.
 * Gives up: an end of a cooldown before its time stays local; what is used between two exchanges around the turn of a
 * minute may count in neither.
 */
import { COOLDOWN_RULES, type CooldownRule, type DeploymentState } from '../router/deployment-state.ts';
import { MinuteUsage } from '../router/minute-usage.ts';
import type { BeatAnswer, DeploymentUse, SharedCooldown, UsageAnswer } from './contract.ts';

/** Why a deployment rests. */
export interface CooldownReason {
  readonly status: number;
  readonly rule: CooldownRule;
}

export interface SharedDeployments {
  /** By slot; entries of one organisation list share theirs. */
  readonly ids: readonly string[];
  readonly state: DeploymentState;
  /** Begins a cooldown that another process began; default: in the state, without a log line. */
  readonly coolDown?: (slot: number, seconds: number, why: CooldownReason) => void;
}

/** Of two ends of a cooldown that are closer than this none is longer. */
const SAME_MS = 50;

interface SeenUse {
  minute: number;
  requests: number;
  tokens: number;
}

export class DeploymentExchange {
  readonly #deployments: SharedDeployments;
  readonly #slots: ReadonlyMap<string, readonly number[]>;
  readonly #now: () => number;
  /** Ends of cooldowns that the others know of. */
  readonly #told: Float64Array;
  readonly #seen: readonly SeenUse[];
  readonly #totals = new Map<string, DeploymentUse>();
  #totalsMinute = 0;

  constructor(deployments: SharedDeployments, now: () => number) {
    const { ids } = deployments;
    this.#deployments = deployments;
    this.#slots = Map.groupBy(ids.keys(), (slot) => ids[slot] ?? '');
    this.#now = now;
    this.#told = new Float64Array(ids.length);
    this.#seen = ids.map(() => ({ minute: 0, requests: 0, tokens: 0 }));
  }

  /** Cooldowns that began here and were not told. */
  newCooldowns(): readonly SharedCooldown[] {
    const { ids, state } = this.#deployments;
    const now = this.#now();
    const found: SharedCooldown[] = [];
    for (const [slot, deployment] of ids.entries()) {
      const until = state.cooledUntil(slot);
      if (until <= now || until <= (this.#told[slot] ?? 0)) continue;
      const [status, rule] = [state.cooledStatus(slot), state.cooledRule(slot)];
      found.push({ deployment, leftMs: until - now, status, rule });
    }
    return found;
  }

  /** The cooldowns that were told are known to all; those of others begin here. */
  applyBeat(told: readonly SharedCooldown[], { cooldowns }: BeatAnswer, askedAt: number): void {
    for (const { deployment, leftMs } of told)
      for (const slot of this.#slotsOf(deployment)) this.#tell(slot, askedAt + leftMs);
    for (const cooldown of cooldowns ?? []) this.#begin(cooldown);
  }

  /** The store has lost what it knew: everything is told again. */
  forgetTold(): void {
    this.#told.fill(0);
    this.#totals.clear();
  }

  /** Use since the last report. */
  newUse(): readonly DeploymentUse[] {
    const { ids, state } = this.#deployments;
    const now = this.#now();
    const minute = MinuteUsage.minuteOf(now);
    const found = new Map<string, DeploymentUse>();
    for (const [slot, deployment] of ids.entries()) {
      const [requests, tokens] = [state.minutes.requestsIn(slot, minute), state.minutes.tokensIn(slot, minute)];
      const seen = this.#seenIn(slot, minute);
      const [newRequests, newTokens] = [requests - seen.requests, tokens - seen.tokens];
      Object.assign(seen, { requests, tokens });
      if (newRequests === 0 && newTokens === 0) continue;
      const sum = found.get(deployment) ?? { requests: 0, tokens: 0 };
      found.set(deployment, { deployment, requests: sum.requests + newRequests, tokens: sum.tokens + newTokens });
    }
    return [...found.values()];
  }

  /** Nobody heard the report: its use is reported again. */
  reportAgain(uses: readonly DeploymentUse[]): void {
    for (const { deployment, requests, tokens } of uses) {
      const seen = this.#seen[this.#slotsOf(deployment)[0] ?? -1];
      if (seen === undefined) continue;
      seen.requests -= requests;
      seen.tokens -= tokens;
    }
  }

  /** Adds what the others used. */
  applyUsage(reported: readonly DeploymentUse[], { minute, totals }: UsageAnswer): void {
    if (minute !== this.#totalsMinute) this.#totals.clear();
    this.#totalsMinute = minute;
    const own = new Map(reported.map((use) => [use.deployment, use]));
    for (const total of totals) {
      const { deployment } = total;
      const before = this.#totals.get(deployment);
      this.#totals.set(deployment, total);
      const mine = own.get(deployment);
      const requests = total.requests - (before?.requests ?? 0) - (mine?.requests ?? 0);
      const tokens = total.tokens - (before?.tokens ?? 0) - (mine?.tokens ?? 0);
      const [slot] = this.#slotsOf(deployment);
      if (slot !== undefined) this.#charge(slot, Math.max(0, requests), tokens);
    }
  }

  #charge(slot: number, requests: number, tokens: number): void {
    if (requests === 0 && tokens === 0) return;
    const now = this.#now();
    const seen = this.#seenIn(slot, MinuteUsage.minuteOf(now));
    this.#deployments.state.minutes.addUse(slot, { requests, tokens }, now);
    seen.requests += requests;
    seen.tokens += tokens;
  }

  #seenIn(slot: number, minute: number): SeenUse {
    const seen = this.#seen[slot] ?? { minute, requests: 0, tokens: 0 };
    if (seen.minute !== minute) Object.assign(seen, { minute, requests: 0, tokens: 0 });
    return seen;
  }

  #begin({ deployment, leftMs, status, rule }: SharedCooldown): void {
    const { state, coolDown } = this.#deployments;
    const now = this.#now();
    const why = { status, rule: COOLDOWN_RULES.find((known) => known === rule) ?? 'none' };
    for (const slot of this.#slotsOf(deployment)) {
      if (now + leftMs > state.cooledUntil(slot) + SAME_MS) {
        if (coolDown === undefined) state.coolDown(slot, now, leftMs / 1000, why);
        else coolDown(slot, leftMs / 1000, why);
      }
      this.#tell(slot, Math.min(state.cooledUntil(slot), now + leftMs + SAME_MS));
    }
  }

  #tell(slot: number, until: number): void {
    this.#told[slot] = Math.max(this.#told[slot] ?? 0, until);
  }

  #slotsOf(deployment: string): readonly number[] {
    return this.#slots.get(deployment) ?? [];
  }
}
