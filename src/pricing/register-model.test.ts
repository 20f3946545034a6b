import { describe, expect, it } from 'vitest';
import { testContext } from '../../test/support/prices.ts';
import { costPerToken } from './cost-per-token.ts';
import { registerModel } from './register-model.ts';
import { readUsage } from './usage.ts';

describe('registerModel', () => {
  it('prices a model of its own at once', () => {
    const context = testContext();
    const request = { model: 'openai/mine', usage: readUsage({ prompt_tokens: 10, completion_tokens: 1 }), at: 0 };
    expect(() => costPerToken(request, context)).toThrow(/isn't mapped yet/);
    registerModel(
      { 'openai/mine': { litellm_provider: 'openai', input_cost_per_token: '1e-3', output_cost_per_token: 2 } },
      context,
    );
    const cost = costPerToken(request, context);
    expect(cost.prompt).toBeCloseTo(0.01, 12);
    expect(cost.completion).toBe(2);
  });

  it('changes the listed entry when the name is another spelling of it', () => {
    const context = testContext();
    registerModel({ 'openai/gpt-4o': { max_output_tokens: 5, input_cost_per_token: null } }, context);
    expect(context.prices.get('gpt-4o')).toMatchObject({ max_output_tokens: 5, input_cost_per_token: 2.5e-6 });
    expect(context.prices.get('openai/gpt-4o')).toBeUndefined();
  });

  it('merges objects and inherits cache prices of a respelled model', () => {
    const context = testContext();
    registerModel({ 'gpt-4o-search': { search_context_cost_per_query: { search_context_size_low: 9 } } }, context);
    expect(context.prices.get('gpt-4o-search')?.['search_context_cost_per_query']).toMatchObject({
      search_context_size_low: 9,
      search_context_size_high: 0.05,
    });
    registerModel({ 'openai/openai/claude-long': { input_cost_per_token: 1 } }, context);
    expect(context.prices.get('openai/openai/claude-long')).toMatchObject({ cache_read_input_token_cost: 3e-7 });
  });

  it.each<[unknown, string]>([
    ['x', 'got a string that is no such number'],
    ['', 'got a string that is no such number'],
    [true, 'got a boolean'],
    [-1, 'got -1'],
    ['-1', 'got a string that is no such number'],
    [Number.NaN, 'got NaN'],
    ['Infinity', 'got a string that is no such number'],
  ])('refuses %j as a price, and then changes no model', (price, got) => {
    const context = testContext();
    const models = { 'openai/first': { input_cost_per_token: 1 }, 'openai/second': { output_cost_per_token: price } };
    expect(() => registerModel(models as never, context)).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(got) }),
    );
    expect(context.prices.get('openai/first')).toBeUndefined();
  });

  it('refuses what is no object', () => {
    expect(() => {
      registerModel({ x: 3 }, testContext());
    }).toThrow(/needs an object of prices/);
  });
});
