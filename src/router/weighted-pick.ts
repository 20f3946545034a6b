/**
 * Weighted random choice within a model group (LiteLLM's `simple-shuffle`).
 *
 * Only deployments of the lowest `order` take part. Of `weight`, `rpm`, `tpm` the first one that any of them sets, and
 * whose sum is positive, gives the weights (missing: 0); else all are equally likely. Compiled once per group:
 * O(n) to build, O(log n) per pick, one random number per pick.
 */
import type { JsonObject } from '../protocol/json.ts';
import { firstAbove } from './first-above.ts';

const METRICS = ['weight', 'rpm', 'tpm'] as const;

/** @returns index into the list that the picker was made from */
export type Picker = (random: () => number) => number;

export interface Pickable {
  readonly params: JsonObject;
  readonly modelInfo: JsonObject;
}

export function compilePicker(deployments: readonly Pickable[]): Picker {
  const members = lowestOrder(deployments);
  const first = members[0];
  if (first === undefined) throw new RangeError('a picker needs at least one deployment');
  if (members.length === 1) return () => first;
  const cumulative = cumulativeWeights(members.map((index) => deployments[index] as Pickable));
  if (cumulative === null) return (random) => members[Math.floor(random() * members.length)] ?? first;
  const total = cumulative[cumulative.length - 1] ?? 0;
  return (random) => members[firstAbove(cumulative, random() * total)] ?? first;
}

function lowestOrder(deployments: readonly Pickable[]): number[] {
  const orders = deployments.map(orderOf);
  const lowest = Math.min(...orders);
  const indexes: number[] = [];
  for (const [index, order] of orders.entries()) if (order === lowest) indexes.push(index);
  return indexes;
}

function orderOf(deployment: Pickable): number {
  return numeric(deployment.params['order']) ?? numeric(deployment.modelInfo['order']) ?? Number.POSITIVE_INFINITY;
}

function cumulativeWeights(deployments: readonly Pickable[]): number[] | null {
  for (const metric of METRICS) {
    let total = 0;
    const sums = deployments.map((deployment) => (total += Math.max(0, numeric(deployment.params[metric]) ?? 0)));
    if (total > 0) return sums;
  }
  return null;
}

function numeric(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}
