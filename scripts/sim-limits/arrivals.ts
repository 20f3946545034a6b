/** Arrivals that the simulations of limits have in common. */

export const WINDOW_MS = 60_000;
export const START = 1_800_000_000_000;
export const LIMIT = 600;

/** Times of arrivals; `refused` says whether the last one was. */
export type Arrivals = (random: () => number, end: number) => Generator<number, void, boolean>;

/** Those that do not depend on what was refused. */
type OpenArrivals = Generator<number, void, unknown>;

export function* steady(random: () => number, end: number, rate = 2): OpenArrivals {
  for (let at = START; at < end; at += (-Math.log(1 - random()) * WINDOW_MS) / (rate * LIMIT)) yield at;
}

/** Nothing for a while, then up to three times the limit in a few seconds. */
export function* bursty(random: () => number, end: number): OpenArrivals {
  let at = START;
  while (at < end) {
    const [calls, lengthMs] = [Math.ceil(random() * 3 * LIMIT), random() * 5000];
    for (let call = 0; call < calls; call++) yield at + (call * lengthMs) / calls;
    at += lengthMs + random() * 40_000;
  }
}

export const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
