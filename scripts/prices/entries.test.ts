import { describe, expect, it } from 'vitest';
import { currentPrices, priceFields } from './entries.ts';
import { matches, namesIn } from './sources.ts';

describe('priceFields', () => {
  it('turns prices per million into prices per token without rounding noise', () => {
    expect(priceFields({ input_mtok: 0.15, output_mtok: 0.6 })).toEqual({
      input_cost_per_token: 1.5e-7,
      output_cost_per_token: 6e-7,
    });
  });

  it('names context steps as LiteLLM does', () => {
    expect(priceFields({ input_mtok: { base: 1.25, tiers: [{ start: 200_000, price: 2.5 }] } })).toEqual({
      input_cost_per_token: 1.25e-6,
      input_cost_per_token_above_200k_tokens: 2.5e-6,
    });
  });
});

describe('currentPrices', () => {
  const model = { id: 'm', match: { equals: 'm' } };

  it('takes the latest price that has begun', () => {
    const prices = [
      { prices: { input_mtok: 1 } },
      { constraint: { type: 'start_date', start_date: '2026-01-01' }, prices: { input_mtok: 2 } },
      { constraint: { type: 'start_date', start_date: '2027-01-01' }, prices: { input_mtok: 3 } },
    ];
    expect(currentPrices({ ...model, prices }, '2026-06-01')).toEqual({ input_cost_per_token: 2e-6 });
  });

  it('turns dear hours into cheap ones', () => {
    const constraint = { type: 'time_of_date', start_time: '00:30:00Z', end_time: '16:30:00Z' };
    const prices = [{ prices: { input_mtok: 1 } }, { constraint, prices: { input_mtok: 2 } }];
    expect(currentPrices({ ...model, prices }, '2026-06-01')).toEqual({
      input_cost_per_token: 2e-6,
      off_peak_pricing: { hours_utc: '16:30-00:30', input_cost_per_token: 1e-6 },
    });
  });
});

describe('matches', () => {
  const rule = {
    or: [{ equals: 'gpt-4o' }, { and: [{ starts_with: 'claude' }, { ends_with: '-v1' }] }, { regex: '^o[1-9]$' }],
  };

  it.each([
    ['GPT-4o', true],
    ['gpt-4o-mini', false],
    ['claude-x-v1', true],
    ['claude-x', false],
    ['o3', true],
  ])('%s: %s', (name, wanted) => {
    expect(matches(rule, name)).toBe(wanted);
    expect(namesIn(rule)).toEqual(['gpt-4o']);
  });
});
