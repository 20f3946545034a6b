/**
 * Requests and tokens of each deployment in the current calendar minute (UTC), which is what LiteLLM's usage-based
 * routing and its rpm and tpm limits of deployments look at.
 *
 * Promises: exact across threads that share the memory, O(1), nothing allocated. The first to come in a new minute
 * clears the row under a lock of one word; the others wait for those three stores.
 * Gives up: counts above 2^31 - 1 a minute.
 */
const MINUTE = 0;
const REQUESTS = 1;
const TOKENS = 2;
const COLUMNS = 3;
const LOCKED = -1;
const MINUTE_MS = 60_000;

export class MinuteUsage {
  readonly #cells: Int32Array;

  static bytes(deployments: number): number {
    return deployments * COLUMNS * 4;
  }

  constructor(memory: ArrayBufferLike) {
    this.#cells = new Int32Array(memory);
  }

  addRequest(slot: number, nowMs: number): void {
    this.#turn(slot, nowMs);
    Atomics.add(this.#cells, slot * COLUMNS + REQUESTS, 1);
  }

  addTokens(slot: number, tokens: number, nowMs: number): void {
    this.#turn(slot, nowMs);
    Atomics.add(this.#cells, slot * COLUMNS + TOKENS, tokens);
  }

  /** What others used, as a cluster tells it. */
  addUse(
    slot: number,
    { requests, tokens }: { readonly requests: number; readonly tokens: number },
    nowMs: number,
  ): void {
    this.#turn(slot, nowMs);
    Atomics.add(this.#cells, slot * COLUMNS + REQUESTS, requests);
    Atomics.add(this.#cells, slot * COLUMNS + TOKENS, tokens);
  }

  requests(slot: number, nowMs: number): number {
    return this.requestsIn(slot, MinuteUsage.minuteOf(nowMs));
  }

  tokens(slot: number, nowMs: number): number {
    return this.tokensIn(slot, MinuteUsage.minuteOf(nowMs));
  }

  /** For picks, which read many rows of one minute: plain reads, a row that is being cleared may look as before. */
  requestsIn(slot: number, minute: number): number {
    const row = slot * COLUMNS;
    return (this.#cells[row + MINUTE] ?? 0) < minute ? 0 : (this.#cells[row + REQUESTS] ?? 0);
  }

  tokensIn(slot: number, minute: number): number {
    const row = slot * COLUMNS;
    return (this.#cells[row + MINUTE] ?? 0) < minute ? 0 : (this.#cells[row + TOKENS] ?? 0);
  }

  /** Never 0, which is what fresh memory holds, and never the lock. */
  static minuteOf(nowMs: number): number {
    return Math.max(1, Math.floor(nowMs / MINUTE_MS) + 1);
  }

  copyRow(from: MinuteUsage, fromSlot: number, slot: number): void {
    for (let column = COLUMNS - 1; column >= 0; column--)
      Atomics.store(this.#cells, slot * COLUMNS + column, Atomics.load(from.#cells, fromSlot * COLUMNS + column));
  }

  /** Clears the row when its minute is over. A thread whose clock is behind counts in the newer minute. */
  #turn(slot: number, nowMs: number): void {
    const minute = MinuteUsage.minuteOf(nowMs);
    const row = slot * COLUMNS;
    for (;;) {
      const known = Atomics.load(this.#cells, row + MINUTE);
      if (known >= minute) return;
      if (known === LOCKED || Atomics.compareExchange(this.#cells, row + MINUTE, known, LOCKED) !== known) continue;
      Atomics.store(this.#cells, row + REQUESTS, 0);
      Atomics.store(this.#cells, row + TOKENS, 0);
      Atomics.store(this.#cells, row + MINUTE, minute);
      return;
    }
  }
}
