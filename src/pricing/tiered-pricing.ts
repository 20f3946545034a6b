/**
 * `tiered_pricing` of a price entry: one tier is chosen by the input tokens of a request, and every token of the
 * request is billed at its rates. A tier holds for `start < tokens <= end`; above all of them the last one holds.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { toNumber } from './price-entry.ts';

export interface PriceTier {
  readonly start: number;
  readonly end: number;
  readonly rates: JsonObject;
}

/** Tiers in rising order; those without a usable range are left out. */
export function readTiers(value: JsonValue | undefined): readonly PriceTier[] {
  if (!isJsonArray(value)) return [];
  const tiers: PriceTier[] = [];
  for (const rates of value) {
    const range = isJsonObject(rates) ? rates['range'] : undefined;
    if (!isJsonObject(rates) || !isJsonArray(range) || range.length !== 2) continue;
    const start = toNumber(range[0]);
    const end = toNumber(range[1]);
    if (start !== null && end !== null) tiers.push({ start, end, rates });
  }
  return tiers.toSorted((left, right) => left.start - right.start);
}

export function tierFor(tiers: readonly PriceTier[], inputTokens: number): PriceTier | null {
  if (tiers.length === 0 || inputTokens <= 0) return null;
  return tiers.find((tier) => tier.start < inputTokens && inputTokens <= tier.end) ?? tiers.at(-1) ?? null;
}

/** A rate that is present wins, zero too; else the other one; else 0. */
export function tierRate(tier: PriceTier, key: string, otherKey?: string): number {
  const value = tier.rates[key];
  if (value != null) return toNumber(value) ?? 0;
  return otherKey === undefined ? 0 : (toNumber(tier.rates[otherKey]) ?? 0);
}

export function tierHas(tier: PriceTier, key: string): boolean {
  return tier.rates[key] !== undefined;
}
