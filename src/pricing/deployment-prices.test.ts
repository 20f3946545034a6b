import { describe, expect, it } from 'vitest';
import { resolveTestProvider, testContext } from '../../test/support/prices.ts';
import { compilePrice } from './compile-price.ts';
import { NO_ADJUSTMENTS } from './cost-adjustments.ts';
import { deploymentPrices, type PricedDeployment } from './deployment-prices.ts';
import { modelGroupInfo, modelInfoFields } from './model-groups.ts';
import { PricedModels } from './priced-models.ts';
import type { PriceLookup } from './price-table.ts';
import { readUsage } from './usage.ts';

const deployment = (id: string, model: string, params: object = {}, modelInfo: object = {}): PricedDeployment => ({
  id,
  model,
  params: { ...params },
  modelInfo: { id, db_model: false, ...modelInfo },
});

const PRICED = deployment('d-priced', 'openai/mine', { input_cost_per_token: 0.001, output_cost_per_token: 0.002 });
const INFORMED = deployment(
  'd-informed',
  'openai/own',
  { rpm: 10 },
  { max_input_tokens: 8192, supports_vision: true, note: 'x' },
);
const SIBLING = deployment('d-sibling', 'openai/own');
const LISTED = deployment('d-listed', 'openai/gpt-4o');
const CALL = {
  callType: 'completion',
  usage: readUsage({ prompt_tokens: 3, completion_tokens: 2 }),
  serviceTier: null,
  at: 0,
};

function counting(prices: PriceLookup): { readonly prices: PriceLookup; reads: number } {
  const counter = {
    reads: 0,
    prices: {
      get version() {
        return prices.version;
      },
      get: (key: string) => {
        counter.reads++;
        return prices.get(key);
      },
      resolveKey: (name: string) => prices.resolveKey(name),
      factsOf: (model: string) => prices.factsOf(model),
      providerOf: (model: string) => prices.providerOf(model),
      keys: () => prices.keys(),
    },
  };
  return counter;
}

function overlayContext() {
  const base = testContext();
  const overlay = counting(deploymentPrices([PRICED, INFORMED, SIBLING, LISTED], base.prices, resolveTestProvider));
  const model = { prices: overlay.prices, resolveProvider: resolveTestProvider };
  return { ...base, ...model, models: new PricedModels(model), supportedParams: () => ['n'], base, overlay };
}

describe('deploymentPrices', () => {
  it('keeps prices to the deployment and shares the other facts of its model', () => {
    const { prices } = overlayContext();
    expect(prices.get('d-priced')).toMatchObject({ input_cost_per_token: 0.001 });
    expect(prices.get('openai/mine')).toEqual({});
    expect(prices.get('openai/own')).toEqual({ max_input_tokens: 8192, supports_vision: true });
    expect(prices.get('gpt-4o')).toMatchObject({ input_cost_per_token: 2.5e-6 });
  });

  it('follows the map underneath', () => {
    const { prices, base } = overlayContext();
    base.prices.set('gpt-4o', { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1 });
    expect(prices.get('gpt-4o')).toMatchObject({ input_cost_per_token: 1 });
  });

  it('inherits cache prices for a deployment that states only input and output', () => {
    const base = testContext();
    const own = deployment('d-own', 'openai/gpt-4o', { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 });
    expect(deploymentPrices([own], base.prices, resolveTestProvider).get('d-own')).toMatchObject({
      input_cost_per_token: 1e-6,
      cache_read_input_token_cost: 1.25e-6,
    });
  });
});

describe('modelInfoFields', () => {
  it('puts what is configured before what the map knows', () => {
    const fields = modelInfoFields(INFORMED, overlayContext());
    expect(Object.keys(fields).slice(0, 6)).toEqual([
      'id',
      'db_model',
      'max_input_tokens',
      'supports_vision',
      'note',
      'key',
    ]);
    expect(fields).toMatchObject({
      key: 'openai/own',
      litellm_provider: 'openai',
      input_cost_per_token: 0,
      mode: null,
    });
  });

  it('shows custom prices first', () => {
    expect(Object.keys(modelInfoFields(PRICED, overlayContext())).slice(0, 3)).toEqual([
      'input_cost_per_token',
      'output_cost_per_token',
      'id',
    ]);
  });
});

describe('modelGroupInfo', () => {
  it('takes the largest limits and prices and sums the rates', () => {
    const fast = deployment('d-fast', 'azure/gpt-4o', { rpm: 5, tpm: 100 });
    const group = modelGroupInfo('g', [LISTED, fast], overlayContext());
    expect(group).toMatchObject({
      model_group: 'g',
      providers: ['openai', 'azure'],
      max_input_tokens: 128_000,
      input_cost_per_token: 3e-6,
      rpm: 5,
      tpm: 100,
      supports_vision: true,
      supported_reasoning_efforts: [],
    });
    expect(modelGroupInfo('g', [], overlayContext())).toBeNull();
  });
});

describe('compilePrice', () => {
  it.each([
    ['its own prices', PRICED, 'whatever', 3 * 0.001 + 2 * 0.002],
    ["its answer's model", LISTED, 'gpt-4o', 3 * 2.5e-6 + 2 * 1e-5],
    ["its model when the answer's is unknown", LISTED, 'gpt-4o-2099', 3 * 2.5e-6 + 2 * 1e-5],
    ['nothing for a model without a price', SIBLING, 'own', 0],
  ])('prices a deployment by %s', (_, priced, responseModel, wanted) => {
    const price = compilePrice(priced, overlayContext(), { adjustments: NO_ADJUSTMENTS });
    expect(price({ ...CALL, responseModel })?.total).toBeCloseTo(wanted, 12);
  });

  it('is null when nothing lists the model, and does not look again', () => {
    const context = overlayContext();
    const price = compilePrice(deployment('d-x', 'openai/never'), context, { adjustments: NO_ADJUSTMENTS });
    expect(price({ ...CALL, responseModel: 'never' })).toBeNull();
    const before = context.overlay.reads;
    expect(price({ ...CALL, responseModel: 'never' })).toBeNull();
    expect(context.overlay.reads).toBe(before);
  });

  it('reads the map at most three times for a known answer', () => {
    const context = overlayContext();
    const price = compilePrice(LISTED, context, { adjustments: NO_ADJUSTMENTS });
    price({ ...CALL, responseModel: 'gpt-4o' });
    const before = context.overlay.reads;
    for (let index = 0; index < 100; index++) price({ ...CALL, responseModel: 'gpt-4o' });
    expect((context.overlay.reads - before) / 100).toBeLessThanOrEqual(3);
  });

  it('notices new prices', () => {
    const context = overlayContext();
    const price = compilePrice(LISTED, context, { adjustments: NO_ADJUSTMENTS });
    price({ ...CALL, responseModel: 'gpt-4o' });
    context.base.prices.set('gpt-4o', {
      litellm_provider: 'openai',
      mode: 'chat',
      input_cost_per_token: 1,
      output_cost_per_token: 1,
    });
    expect(price({ ...CALL, responseModel: 'gpt-4o' })?.total).toBe(5);
  });
});
