/**
 * What an operator takes off or adds: `cost_discount_config` and `cost_margin_config`. First the discount of the
 * provider, then the margin of the provider or of `global`.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { numberAt, toNumber } from './price-entry.ts';

interface Margin {
  readonly percent: number;
  readonly fixed: number;
}

export interface CostAdjustments {
  readonly discounts: ReadonlyMap<string, number>;
  readonly margins: ReadonlyMap<string, Margin>;
}

export interface AdjustedCost {
  readonly total: number;
  readonly original: number;
  readonly discountAmount: number;
  readonly discountPercent: number;
  readonly marginAmount: number;
  readonly marginPercent: number;
}

const EVERY_PROVIDER = 'global';

export const NO_ADJUSTMENTS: CostAdjustments = { discounts: new Map(), margins: new Map() };

/** Reads the two blocks of `litellm_settings`; entries that are not numbers are left out. */
export function readAdjustments(discounts: JsonValue | undefined, margins: JsonValue | undefined): CostAdjustments {
  const discountMap = new Map<string, number>();
  for (const [provider, value] of entriesOf(discounts)) {
    const percent = toNumber(value);
    if (percent !== null) discountMap.set(provider, percent);
  }
  const marginMap = new Map<string, Margin>();
  for (const [provider, value] of entriesOf(margins)) {
    const margin = readMargin(value);
    if (margin !== null) marginMap.set(provider, margin);
  }
  return { discounts: discountMap, margins: marginMap };
}

function entriesOf(value: JsonValue | undefined): readonly [string, JsonValue][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function readMargin(value: JsonValue): Margin | null {
  if (isJsonObject(value)) return readMarginParts(value);
  const percent = toNumber(value);
  return percent === null ? null : { percent, fixed: 0 };
}

function readMarginParts(parts: JsonObject): Margin {
  return { percent: numberAt(parts, 'percentage') ?? 0, fixed: numberAt(parts, 'fixed_amount') ?? 0 };
}

export function adjustCost(original: number, provider: string | null, adjustments: CostAdjustments): AdjustedCost {
  const discountPercent = (provider === null ? undefined : adjustments.discounts.get(provider)) ?? 0;
  const discountAmount = original * discountPercent;
  const discounted = original - discountAmount;
  const own = provider === null ? undefined : adjustments.margins.get(provider);
  const margin = own ?? adjustments.margins.get(EVERY_PROVIDER);
  const marginAmount = margin === undefined ? 0 : discounted * margin.percent + margin.fixed;
  return {
    total: margin === undefined ? discounted : discounted + marginAmount,
    original,
    discountAmount,
    discountPercent,
    marginAmount,
    marginPercent: margin?.percent ?? 0,
  };
}
