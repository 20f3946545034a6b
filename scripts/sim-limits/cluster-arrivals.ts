/** Calls of one key to several gateways: when, and to which. */
import { LIMIT, bursty, START, steady, WINDOW_MS } from './arrivals.ts';

export interface ClusterCall {
  readonly at: number;
  readonly gateway: number;
}

export interface ArrivalFacts {
  readonly random: () => number;
  readonly gateways: number;
  readonly start: number;
  readonly end: number;
}

export type ClusterArrivals = (facts: ArrivalFacts) => Generator<ClusterCall, void>;

/** A load balancer that gives each call to any gateway. */
function* evenly({ random, gateways, start, end }: ArrivalFacts, rate: number): Generator<ClusterCall, void> {
  for (const at of steady(random, end, rate))
    yield { at: at - START + start, gateway: Math.floor(random() * gateways) };
}

function* burstily({ random, gateways, start, end }: ArrivalFacts): Generator<ClusterCall, void> {
  for (const at of bursty(random, end)) yield { at: at - START + start, gateway: Math.floor(random() * gateways) };
}

/** One gateway has nearly all of it. */
function* unevenly({ random, gateways, start, end }: ArrivalFacts): Generator<ClusterCall, void> {
  for (const at of steady(random, end, 2))
    yield { at: at - START + start, gateway: random() < 0.98 ? 0 : Math.floor(random() * gateways) };
}

/** All of it at one gateway, every 10 s at another one. */
function* wandering({ random, gateways, start, end }: ArrivalFacts): Generator<ClusterCall, void> {
  for (const at of steady(random, end, 2))
    yield { at: at - START + start, gateway: Math.floor((at - START) / 10_000) % gateways };
}

/** Adversarial: as soon as a window can be open, more than the limit at every gateway in the same millisecond. */
function* allAtOnce({ random, gateways, start, end }: ArrivalFacts): Generator<ClusterCall, void> {
  const each = Math.ceil((1.5 * LIMIT) / gateways) + 1;
  for (let at = start; at < end; at += WINDOW_MS / 4 + random() * 2000)
    for (let call = 0; call < each * gateways; call++) yield { at, gateway: call };
}

/** Adversarial: uses up the limit at one gateway, then asks each of the others that has not heard of it. */
function* oneByOne({ random, gateways, start, end }: ArrivalFacts): Generator<ClusterCall, void> {
  for (let at = start; at < end; at += WINDOW_MS / 2 + random() * 5000) {
    for (let call = 0; call < LIMIT; call++) yield { at: at + call * 2, gateway: 0 };
    for (let call = 0; call < 3 * gateways; call++) yield { at: at + 2 * LIMIT + call, gateway: call };
  }
}

export const CLUSTER_ARRIVALS: readonly (readonly [string, ClusterArrivals])[] = [
  ['steady, half the limit', (facts) => evenly(facts, 0.5)],
  ['steady, twice the limit', (facts) => evenly(facts, 2)],
  ['bursty', burstily],
  ['98 % at one gateway', unevenly],
  ['wandering', wandering],
  ['adversarial: all at once', allAtOnce],
  ['adversarial: one by one', oneByOne],
];
