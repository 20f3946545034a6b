/**
 * A sum of many costs that does not drift: Neumaier's compensated summation. The rounding error of each addition is
 * kept beside the sum, so that the result is as good as adding with twice the digits and rounding once: the error is
 * below one unit in the last place of the total, however many amounts of however different size are added (a plain sum
 * of a million costs of 6.75e-05 is off by about 1e-9 USD).
 *
 * Cost: four additions per amount, no allocation. Gives up: it does not help with errors in the amounts themselves.
 */
export class CostSum {
  #sum: number;
  #correction: number;

  /** `state` is what `state()` of another sum has answered, e.g. before a restart. */
  constructor(state: readonly [sum: number, correction: number] = [0, 0]) {
    [this.#sum, this.#correction] = state;
  }

  /** Adds an amount in USD, which may be negative; amounts that are not finite are refused. @throws RangeError */
  add(amount: number): void {
    if (!Number.isFinite(amount)) throw new RangeError(`A cost must be a finite number, got ${amount}.`);
    const next = this.#sum + amount;
    this.#correction += Math.abs(this.#sum) >= Math.abs(amount) ? this.#sum - next + amount : amount - next + this.#sum;
    this.#sum = next;
  }

  /** USD. */
  value(): number {
    return this.#sum + this.#correction;
  }

  state(): readonly [sum: number, correction: number] {
    return [this.#sum, this.#correction];
  }
}
