import { describe, expect, it } from 'vitest';
import { loadBuiltInPrices } from './load-built-in.ts';
import { PriceTable } from './price-table.ts';

describe('loadBuiltInPrices', () => {
  const table = new PriceTable(loadBuiltInPrices);

  it('has current models of the large providers', () => {
    expect(table.size).toBeGreaterThan(1500);
    const keys = ['gpt-4o', 'azure/gpt-4o', 'gemini/gemini-2.5-pro', 'groq/llama-3.3-70b-versatile'];
    expect(keys.filter((key) => table.get(key)?.['mode'] !== 'chat')).toEqual([]);
  });

  it('states prices per unit in USD', () => {
    expect(table.get('gpt-4o')).toMatchObject({
      litellm_provider: 'openai',
      input_cost_per_token: 2.5e-6,
      output_cost_per_token: 1e-5,
      cache_read_input_token_cost: 1.25e-6,
    });
    const tooDear = [...table.keys()].filter((key) => Number(table.get(key)?.['input_cost_per_token'] ?? 0) > 0.01);
    expect(tooDear).toEqual([]);
  });
});
