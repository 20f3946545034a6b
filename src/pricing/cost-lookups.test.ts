/** The cost of pricing, counted: what was asked of the price map once is not asked again until the map changes. */
import { describe, expect, it } from 'vitest';
import { resolveTestProvider, TEST_MAP } from '../../test/support/prices.ts';
import type { JsonObject } from '../protocol/json.ts';
import { compilePrice } from './compile-price.ts';
import { completionCost, type CompletionCostContext } from './completion-cost.ts';
import { NO_ADJUSTMENTS } from './cost-adjustments.ts';
import { PricedModels } from './priced-models.ts';
import { PriceTable, toPriceMap, type PriceLookup } from './price-table.ts';
import { readUsage } from './usage.ts';

const NOON = Date.parse('2026-11-02T12:00:00Z');
const usage: JsonObject = { prompt_tokens: 100, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 20 } };
const answer = (model: string): JsonObject => ({
  model,
  choices: [{ message: { role: 'assistant', content: 'Hello!' } }],
  usage,
});

function counted() {
  const table = new PriceTable(() => toPriceMap(TEST_MAP));
  const asked: string[] = [];
  const noting = <A extends unknown[], R>(name: string, ask: (...parts: A) => R) => {
    return (...parts: A): R => {
      asked.push(`${name} ${parts.join(' ')}`);
      return ask(...parts);
    };
  };
  const prices: PriceLookup = {
    get version() {
      return table.version;
    },
    get: noting('get', (key: string) => table.get(key)),
    resolveKey: noting('resolveKey', (name: string) => table.resolveKey(name)),
    factsOf: noting('factsOf', (model: string) => table.factsOf(model)),
    providerOf: noting('providerOf', (model: string) => table.providerOf(model)),
    keys: noting('keys', () => table.keys()),
  };
  const resolveProvider = noting('resolveProvider', (model: string, provider: string | null) =>
    resolveTestProvider(model, provider),
  );
  const context: CompletionCostContext = {
    models: new PricedModels({ prices, resolveProvider }),
    requireProvider: (name) => resolveTestProvider(name, null) ?? { model: name, provider: '' },
    countTokens: () => 0,
    isProvider: (name) => name === 'openai' || name === 'azure' || name === 'anthropic',
  };
  return { table, asked, context };
}

describe('pricing the same model again', () => {
  it.each([
    ['by the answer alone', 'gpt-4o', {}],
    ['by the names of the request', 'gpt-4o', { model: 'gpt-4o', customLlmProvider: 'openai' }],
    ['of another provider', 'claude-long', { model: 'claude-long' }],
    ['under a name that needs the provider in front', 'gpt-4o', { customLlmProvider: 'azure' }],
  ])('asks the price map nothing: %s', (_name, model, request) => {
    const { asked, context } = counted();
    const cost = (): number =>
      completionCost({ response: answer(model), responseKind: 'chat', at: NOON, ...request }, context);
    const first = cost();
    expect(asked.length).toBeGreaterThan(0);
    asked.length = 0;
    expect(cost()).toBe(first);
    expect(asked).toEqual([]);
  });

  it('a compiled price asks nothing either', () => {
    const { asked, context } = counted();
    const deployment = { id: 'one', model: 'openai/gpt-4o', params: {}, modelInfo: {} };
    const price = compilePrice(deployment, context, { adjustments: NO_ADJUSTMENTS });
    const call = {
      callType: 'completion',
      usage: readUsage(usage),
      responseModel: 'gpt-4o',
      serviceTier: null,
      at: NOON,
    };
    const first = price(call);
    asked.length = 0;
    expect(price(call)).toEqual(first);
    expect(asked).toEqual([]);
  });

  it('a changed price holds at the next call', () => {
    const { table, context } = counted();
    const cost = (): number => completionCost({ response: answer('gpt-4o'), responseKind: 'chat', at: NOON }, context);
    const before = cost();
    table.set('gpt-4o', { ...table.get('gpt-4o'), input_cost_per_token: 1 });
    expect(before).toBeLessThan(1);
    expect(cost()).toBeGreaterThan(79);
  });

  it('no key is listed to find a name in another spelling', () => {
    const { table, asked, context } = counted();
    expect(table.resolveKey('GPT-4O')).toBe('gpt-4o');
    context.models.find('GPT-4O', 'openai');
    expect(asked.filter((question) => question.startsWith('keys'))).toEqual([]);
  });
});
