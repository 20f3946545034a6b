/**
 * A price entry compiled for billing tokens: rates by service tier and context length, worked out once, so that pricing
 * a request is a comparison or two and a handful of multiplications.
 *
 * The order of the floating-point operations is LiteLLM's, so that a header prints the same digits.
 */
import type { JsonObject } from '../protocol/json.ts';
import { numberAt } from './price-entry.ts';
import { openOffPeakBlock } from './off-peak.ts';
import { readTiers, tierFor, tierHas, tierRate, type PriceTier } from './tiered-pricing.ts';

/** USD per token. */
export interface TokenRates {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite: number;
  readonly cacheWriteOneHour: number;
  readonly cacheRead: number;
  /** null: billed as output. */
  readonly reasoning: number | null;
}

/** Rates of what is not billed as text; null: as the text rate of the request. */
export interface OtherRates {
  readonly audioIn: number;
  readonly imageIn: number;
  readonly videoIn: number;
  readonly perCharacter: number;
  readonly perImage: number;
  readonly perVideoSecond: number;
  readonly perAudioSecond: number;
  readonly perQuery: number;
  readonly audioOut: number | null;
  readonly imageOut: number | null;
  readonly videoOut: number | null;
}

interface Step {
  readonly threshold: number;
  readonly rates: TokenRates;
}

interface TierVariant {
  readonly base: TokenRates;
  /** Context-length steps, highest first. */
  readonly steps: readonly Step[];
  readonly other: OtherRates;
}

/** What a service tier adds to a price key; tiers without an entry are billed as standard. */
const TIER_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['flex', '_flex'],
  ['priority', '_priority'],
  ['fast', '_priority'],
  ['ultrafast', '_ultrafast'],
]);
const SUFFIXES = ['_ultrafast', '_priority', '_flex', '_fast', '_auto'];
const INPUT = 'input_cost_per_token';
const OUTPUT = 'output_cost_per_token';
const STEP_START = `${INPUT}_above_`;

export class TokenPrices {
  /** The entry as `describeModel` answers it. */
  readonly info: JsonObject;
  readonly tiers: readonly PriceTier[];
  /** The entry lists a price by tokens. */
  readonly byTokens: boolean;
  readonly #hasOffPeak: boolean;
  readonly #inclusive: boolean;
  readonly #variants = new Map<string, TierVariant>();

  /** `inclusive`: a context step holds from its threshold on instead of above it. */
  constructor(info: JsonObject, inclusive = false) {
    this.info = info;
    this.tiers = readTiers(info['tiered_pricing']);
    this.#inclusive = inclusive;
    // Read once: an entry has 150 keys, and a look-up in such an object costs as much as the multiplication.
    this.#hasOffPeak = info['off_peak_pricing'] != null;
    this.byTokens =
      (numberAt(info, INPUT) ?? 0) > 0 || (numberAt(info, OUTPUT) ?? 0) > 0 || info['tiered_pricing'] != null;
  }

  rates(promptTokens: number, serviceTier: string | null, at: number): TokenRates {
    const tier = tierFor(this.tiers, promptTokens);
    const tiered = tier !== null && tierHas(tier, INPUT) ? this.#tieredRates(tier, serviceTier) : null;
    const standard = tiered ?? this.#standardRates(promptTokens, serviceTier);
    return this.#hasOffPeak ? this.#offPeak(standard, at) : standard;
  }

  other(serviceTier: string | null): OtherRates {
    return this.#variant(serviceTier).other;
  }

  #standardRates(promptTokens: number, serviceTier: string | null): TokenRates {
    const { base, steps } = this.#variant(serviceTier);
    for (const step of steps) {
      if (promptTokens > step.threshold || (this.#inclusive && promptTokens === step.threshold)) return step.rates;
    }
    return base;
  }

  #tieredRates(tier: PriceTier, serviceTier: string | null): TokenRates {
    const output = tierHas(tier, OUTPUT) ? tierRate(tier, OUTPUT) : (unitPrice(this.info, OUTPUT) ?? 0);
    const cacheWrite = tierRate(tier, 'cache_creation_input_token_cost', INPUT);
    const declaresReasoning = tierHas(tier, 'output_cost_per_reasoning_token') || tierHas(tier, OUTPUT);
    return {
      input: tierRate(tier, INPUT),
      output,
      cacheWrite,
      cacheWriteOneHour:
        tierRate(tier, 'cache_creation_input_token_cost_above_1hr', 'cache_creation_input_token_cost') || cacheWrite,
      cacheRead: tierRate(tier, 'cache_read_input_token_cost', INPUT),
      reasoning: declaresReasoning
        ? tierRate(tier, 'output_cost_per_reasoning_token', OUTPUT)
        : this.#reasoningRate(suffixOf(serviceTier)),
    };
  }

  /** An off-peak rate replaces the one that would hold; a missing one leaves it. */
  #offPeak(rates: TokenRates, at: number): TokenRates {
    const block = openOffPeakBlock(this.info, at);
    if (block === null) return rates;
    return {
      input: numberAt(block, INPUT) ?? rates.input,
      output: numberAt(block, OUTPUT) ?? rates.output,
      cacheWrite: numberAt(block, 'cache_creation_input_token_cost') ?? rates.cacheWrite,
      cacheWriteOneHour: rates.cacheWriteOneHour,
      cacheRead: numberAt(block, 'cache_read_input_token_cost') ?? rates.cacheRead,
      reasoning: numberAt(block, 'output_cost_per_reasoning_token') ?? rates.reasoning,
    };
  }

  #variant(serviceTier: string | null): TierVariant {
    const suffix = suffixOf(serviceTier);
    const known = this.#variants.get(suffix);
    if (known !== undefined) return known;
    const base = this.#baseRates(suffix);
    const variant: TierVariant = { base, steps: this.#steps(suffix, base), other: this.#otherRates(suffix) };
    this.#variants.set(suffix, variant);
    return variant;
  }

  #baseRates(suffix: string): TokenRates {
    const { info } = this;
    const listed = unitPrice(info, OUTPUT + suffix) ?? 0;
    // A model that only makes images lists no text rate: all that it puts out is image tokens.
    const output = listed === 0 ? (unitPrice(info, 'output_cost_per_image_token') ?? listed) : listed;
    return {
      input: unitPrice(info, INPUT + suffix) ?? 0,
      output,
      cacheWrite: unitPrice(info, `cache_creation_input_token_cost${suffix}`) ?? 0,
      cacheWriteOneHour: unitPrice(info, 'cache_creation_input_token_cost_above_1hr') ?? 0,
      cacheRead: unitPrice(info, `cache_read_input_token_cost${suffix}`) ?? 0,
      reasoning: this.#reasoningRate(suffix),
    };
  }

  #steps(suffix: string, base: TokenRates): readonly Step[] {
    const { info } = this;
    const steps: Step[] = [];
    for (const key of Object.keys(info)) {
      if (!key.startsWith(STEP_START) || SUFFIXES.some((end) => key.endsWith(end)) || info[key] == null) continue;
      const words = key.slice(STEP_START.length, key.indexOf('_tokens', STEP_START.length));
      const threshold = Number(words.replace('k', '')) * (words.includes('k') ? 1000 : 1);
      if (Number.isNaN(threshold)) continue;
      const end = `_above_${words}_tokens${suffix}`;
      const rates: TokenRates = {
        input: unitPrice(info, INPUT + end) ?? base.input,
        output: unitPrice(info, OUTPUT + end) ?? base.output,
        cacheWrite: unitPrice(info, `cache_creation_input_token_cost${end}`) ?? base.cacheWrite,
        cacheWriteOneHour: unitPrice(info, `cache_creation_input_token_cost_above_1hr${end}`) ?? base.cacheWriteOneHour,
        cacheRead: unitPrice(info, `cache_read_input_token_cost${end}`) ?? base.cacheRead,
        reasoning: this.#reasoningRate(suffix),
      };
      steps.push({ threshold, rates });
    }
    return steps.toSorted((left, right) => right.threshold - left.threshold);
  }

  /** null: reasoning is billed as output. A tier with its own output price but none for reasoning bills it as output. */
  #reasoningRate(suffix: string): number | null {
    const { info } = this;
    const key = 'output_cost_per_reasoning_token';
    if (info[key + suffix] != null) {
      const own = unitPrice(info, key + suffix);
      if (own !== null) return own;
    }
    if (suffix !== '' && info[OUTPUT + suffix] != null) return null;
    return unitPrice(info, key);
  }

  #otherRates(suffix: string): OtherRates {
    const { info } = this;
    const orText = (key: string): number => unitPrice(info, info[key] == null ? INPUT : key) ?? 0;
    return {
      audioIn: unitPrice(info, `input_cost_per_audio_token${suffix}`) ?? 0,
      imageIn: orText('input_cost_per_image_token'),
      videoIn: orText('input_cost_per_video_token'),
      perCharacter: unitPrice(info, 'input_cost_per_character') ?? 0,
      perImage: unitPrice(info, 'input_cost_per_image') ?? 0,
      perVideoSecond: unitPrice(info, 'input_cost_per_video_per_second') ?? 0,
      perAudioSecond: unitPrice(info, 'input_cost_per_audio_per_second') ?? 0,
      perQuery: unitPrice(info, 'input_cost_per_query') ?? 0,
      audioOut: unitPrice(info, 'output_cost_per_audio_token'),
      imageOut: unitPrice(info, 'output_cost_per_image_token'),
      videoOut: unitPrice(info, 'output_cost_per_video_token'),
    };
  }
}

function suffixOf(serviceTier: string | null): string {
  return serviceTier === null ? '' : (TIER_SUFFIX.get(serviceTier.toLowerCase()) ?? '');
}

/** The price under a key; a key of a service tier falls back to the standard key. */
function unitPrice(info: JsonObject, key: string): number | null {
  if (info[key] != null) return numberAt(info, key);
  const suffix = SUFFIXES.find((candidate) => key.includes(candidate));
  return suffix === undefined ? null : numberAt(info, key.replaceAll(suffix, ''));
}
