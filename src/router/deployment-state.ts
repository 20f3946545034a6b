/**
 * What changes about the deployments: calls in flight, use in this minute, failures and successes in their windows,
 * cooldowns, latencies. One row of numbers per deployment in one buffer of fixed size; a SharedArrayBuffer makes it
 * common to all threads. Counts are changed with Atomics and are exact across threads; times and latencies are plain
 * 64-bit stores, which do not tear on the machines that Node is built for, and of which the last writer wins.
 *
 * Promises: O(1) per operation, nothing allocated, memory fixed by the number of deployments (about 0.5 KB each with
 * 10 latency samples). In-flight counts are kept per thread (lane), so that those of a dead thread can be dropped.
 * Gives up: a counter window that ends while another thread adds may keep or lose that one count.
 */
import { MinuteUsage } from './minute-usage.ts';

/** Who decided a cooldown; the index is stored. */
export const COOLDOWN_RULES = [
  'none',
  'rate-limited',
  'all-failed',
  'failure-rate',
  'status',
  'allowed-fails',
  'credential',
  'probe-failed',
  'manual',
] as const;
export type CooldownRule = (typeof COOLDOWN_RULES)[number];

/** Counters with a window of their own: successes, fails, then the allowed-fails counters by class. */
export const FAIL_CLASSES = [
  'all',
  'generic',
  'ContentPolicyViolationError',
  'BadRequestError',
  'AuthenticationError',
  'Timeout',
  'RateLimitError',
  'InternalServerError',
  'ServiceUnavailableError',
  'BadGatewayError',
  'NotFoundError',
] as const;
export type FailClass = (typeof FAIL_CLASSES)[number];

const SUCCESSES = 0;
const FAILS = 1;
const FIRST_CLASS = 2;
const WINDOWS = FIRST_CLASS + FAIL_CLASSES.length;
const OUTCOME_WINDOW_MS = 60_000;

// Columns of times: when each window ends, then the cooldown.
const COOLED_UNTIL = WINDOWS;
const COOLED_SINCE = WINDOWS + 1;
const PROBE_SINCE = WINDOWS + 2;
const TIME_COLUMNS = WINDOWS + 3;

// Columns of small numbers behind the windows' counts.
const COOLED_STATUS = WINDOWS;
const COOLED_RULE = WINDOWS + 1;
const PROBE = WINDOWS + 2;
const COUNT_COLUMNS = WINDOWS + 3;

export const NO_PROBE = 0;
export const PROBE_DUE = 1;
export const PROBE_UNDER_WAY = 2;
/** A probe that never came back does not keep a deployment out for ever. */
const PROBE_LEASE_MS = 60_000;

export interface DeploymentStateOptions {
  readonly deployments: number;
  /** Threads that share the state; default 1. */
  readonly lanes?: number;
  /** From `DeploymentState.allocate`; left out: memory of its own. */
  readonly memory?: DeploymentMemory;
}

export interface DeploymentMemory {
  readonly times: ArrayBufferLike;
  readonly counts: ArrayBufferLike;
  readonly inFlight: ArrayBufferLike;
  readonly minutes: ArrayBufferLike;
}

export class DeploymentState {
  readonly deployments: number;
  readonly minutes: MinuteUsage;
  readonly #times: Float64Array;
  readonly #counts: Int32Array;
  readonly #inFlight: Int32Array;
  readonly #lanes: number;

  /** Memory for `deployments` rows; `SharedArrayBuffer` for several threads. */
  static allocate(deployments: number, lanes = 1, Buffers: new (bytes: number) => ArrayBufferLike = ArrayBuffer) {
    return {
      // One cell more: the end of the last cooldown, and how many deployments are to be probed.
      times: new Buffers((deployments * TIME_COLUMNS + 1) * 8),
      counts: new Buffers((deployments * COUNT_COLUMNS + 1) * 4),
      inFlight: new Buffers(deployments * lanes * 4),
      minutes: new Buffers(MinuteUsage.bytes(deployments)),
    } satisfies DeploymentMemory;
  }

  constructor({
    deployments,
    lanes = 1,
    memory = DeploymentState.allocate(deployments, lanes),
  }: DeploymentStateOptions) {
    this.deployments = deployments;
    this.#lanes = lanes;
    this.#times = new Float64Array(memory.times);
    this.#counts = new Int32Array(memory.counts);
    this.#inFlight = new Int32Array(memory.inFlight);
    this.minutes = new MinuteUsage(memory.minutes);
  }

  /** Calls under way over all threads; of two threads that started one at a time, one at least sees both. */
  inFlight(slot: number): number {
    if (this.#lanes === 1) return this.#inFlight[slot] ?? 0;
    let sum = 0;
    for (let lane = 0; lane < this.#lanes; lane++) sum += Atomics.load(this.#inFlight, lane * this.deployments + slot);
    return sum;
  }

  /** Nothing is cooled down and nothing is to be probed, so that picks need not look at each deployment. */
  allHealthy(nowMs: number): boolean {
    return (
      (this.#times[this.deployments * TIME_COLUMNS] ?? 0) <= nowMs &&
      (this.#counts[this.deployments * COUNT_COLUMNS] ?? 0) === 0
    );
  }

  started(slot: number, lane: number): void {
    Atomics.add(this.#inFlight, lane * this.deployments + slot, 1);
  }

  ended(slot: number, lane: number): void {
    const index = lane * this.deployments + slot;
    if (Atomics.sub(this.#inFlight, index, 1) <= 0) Atomics.add(this.#inFlight, index, 1);
  }

  /** Forgets the calls of a thread that is gone. */
  dropLane(lane: number): void {
    for (let slot = 0; slot < this.deployments; slot++)
      Atomics.store(this.#inFlight, lane * this.deployments + slot, 0);
  }

  addSuccess(slot: number, nowMs: number): void {
    this.#add(slot, SUCCESSES, nowMs, OUTCOME_WINDOW_MS);
  }

  addFail(slot: number, nowMs: number): void {
    this.#add(slot, FAILS, nowMs, OUTCOME_WINDOW_MS);
  }

  successes(slot: number, nowMs: number): number {
    return this.#read(slot, SUCCESSES, nowMs);
  }

  fails(slot: number, nowMs: number): number {
    return this.#read(slot, FAILS, nowMs);
  }

  /** Counts a failure towards `allowed_fails`; its window begins with the first one. @returns the count so far */
  addClassFail(slot: number, failClass: FailClass, nowMs: number, windowSeconds: number): number {
    return this.#add(slot, FIRST_CLASS + FAIL_CLASSES.indexOf(failClass), nowMs, windowSeconds * 1000);
  }

  /** 0: not cooled down. */
  cooledUntil(slot: number): number {
    return this.#times[slot * TIME_COLUMNS + COOLED_UNTIL] ?? 0;
  }

  cooledSince(slot: number): number {
    return this.#times[slot * TIME_COLUMNS + COOLED_SINCE] ?? 0;
  }

  isCooled(slot: number, nowMs: number): boolean {
    return (this.#times[slot * TIME_COLUMNS + COOLED_UNTIL] ?? 0) > nowMs;
  }

  cooledStatus(slot: number): number {
    return Atomics.load(this.#counts, slot * COUNT_COLUMNS + COOLED_STATUS);
  }

  cooledRule(slot: number): CooldownRule {
    return COOLDOWN_RULES[Atomics.load(this.#counts, slot * COUNT_COLUMNS + COOLED_RULE)] ?? 'none';
  }

  /** @param seconds above 0 */
  coolDown(
    slot: number,
    nowMs: number,
    seconds: number,
    why: { readonly status: number; readonly rule: CooldownRule },
  ): void {
    Atomics.store(this.#counts, slot * COUNT_COLUMNS + COOLED_STATUS, why.status);
    Atomics.store(this.#counts, slot * COUNT_COLUMNS + COOLED_RULE, COOLDOWN_RULES.indexOf(why.rule));
    this.#times[slot * TIME_COLUMNS + COOLED_SINCE] = nowMs;
    this.#times[slot * TIME_COLUMNS + COOLED_UNTIL] = nowMs + seconds * 1000;
    this.#coolsUntil(nowMs + seconds * 1000);
  }

  /** Ends a cooldown and every count that could start the next one. */
  reset(slot: number): void {
    this.#times.fill(0, slot * TIME_COLUMNS, (slot + 1) * TIME_COLUMNS);
    this.setProbe(slot, NO_PROBE);
    for (let column = 0; column < COUNT_COLUMNS; column++)
      Atomics.store(this.#counts, slot * COUNT_COLUMNS + column, 0);
  }

  /** Takes over everything but the calls in flight, which end where they began. */
  copyRow(from: DeploymentState, fromSlot: number, slot: number): void {
    for (let column = 0; column < TIME_COLUMNS; column++)
      this.#times[slot * TIME_COLUMNS + column] = from.#times[fromSlot * TIME_COLUMNS + column] ?? 0;
    for (let column = 0; column < PROBE; column++)
      Atomics.store(
        this.#counts,
        slot * COUNT_COLUMNS + column,
        Atomics.load(from.#counts, fromSlot * COUNT_COLUMNS + column),
      );
    this.setProbe(
      slot,
      Atomics.load(from.#counts, fromSlot * COUNT_COLUMNS + PROBE) === NO_PROBE ? NO_PROBE : PROBE_DUE,
    );
    this.#coolsUntil(from.cooledUntil(fromSlot));
    this.minutes.copyRow(from.minutes, fromSlot, slot);
  }

  probe(slot: number, nowMs: number): number {
    const probe = Atomics.load(this.#counts, slot * COUNT_COLUMNS + PROBE);
    if (probe !== PROBE_UNDER_WAY) return probe;
    const since = this.#times[slot * TIME_COLUMNS + PROBE_SINCE] ?? 0;
    if (nowMs - since <= PROBE_LEASE_MS) return probe;
    Atomics.compareExchange(this.#counts, slot * COUNT_COLUMNS + PROBE, PROBE_UNDER_WAY, PROBE_DUE);
    return PROBE_DUE;
  }

  setProbe(slot: number, probe: number): void {
    const before = Atomics.exchange(this.#counts, slot * COUNT_COLUMNS + PROBE, probe);
    const change = Number(probe !== NO_PROBE) - Number(before !== NO_PROBE);
    if (change !== 0) Atomics.add(this.#counts, this.deployments * COUNT_COLUMNS, change);
  }

  /** @returns false when another call is the probe */
  claimProbe(slot: number, nowMs: number): boolean {
    const index = slot * COUNT_COLUMNS + PROBE;
    if (Atomics.compareExchange(this.#counts, index, PROBE_DUE, PROBE_UNDER_WAY) !== PROBE_DUE) return false;
    this.#times[slot * TIME_COLUMNS + PROBE_SINCE] = nowMs;
    return true;
  }

  #coolsUntil(ms: number): void {
    const cell = this.deployments * TIME_COLUMNS;
    if ((this.#times[cell] ?? 0) < ms) this.#times[cell] = ms;
  }

  #add(slot: number, window: number, nowMs: number, windowMs: number): number {
    const time = slot * TIME_COLUMNS + window;
    const count = slot * COUNT_COLUMNS + window;
    if ((this.#times[time] ?? 0) <= nowMs) {
      this.#times[time] = nowMs + windowMs;
      Atomics.store(this.#counts, count, 0);
    }
    return Atomics.add(this.#counts, count, 1) + 1;
  }

  #read(slot: number, window: number, nowMs: number): number {
    if ((this.#times[slot * TIME_COLUMNS + window] ?? 0) <= nowMs) return 0;
    return Atomics.load(this.#counts, slot * COUNT_COLUMNS + window);
  }
}
