/** How long to wait before a worker that died is replaced: not at all, unless it dies again and again. */
const FIRST_MS = 100;
const LONGEST_MS = 10_000;
/** Who lived as long died of something else. */
const HEALTHY_MS = 60_000;

export class RestartDelay {
  #deaths = 0;

  /** @param livedMs from the worker's start to its death */
  next(livedMs: number): number {
    this.#deaths = livedMs >= HEALTHY_MS ? 1 : this.#deaths + 1;
    return this.#deaths === 1 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#deaths - 2));
  }
}
