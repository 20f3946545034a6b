import { describe, expect, test } from 'vitest';
import {
  completionCost,
  costPerToken,
  getMaxTokens,
  getModelInfo,
  registerModel,
  supportsFunctionCalling,
  supportsVision,
} from './model-functions.ts';

const usage = { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 400 } };
const answer = {
  object: 'chat.completion',
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' } }],
  usage,
};
const WANTED = 600 * 2.5e-6 + 400 * 1.25e-6 + 100 * 1e-5;

describe('completionCost', () => {
  test("reads an official client's answer", () => {
    expect(completionCost({ completionResponse: answer })).toBeCloseTo(WANTED, 12);
  });

  test('counts texts where there is no answer', () => {
    const counted = completionCost({ model: 'gpt-4o', prompt: 'hello there', completion: 'hello' });
    expect(counted).toBeCloseTo(2 * 2.5e-6 + 1e-5, 12);
    const messages = [{ role: 'user', content: 'hello there' }];
    expect(completionCost({ model: 'gpt-4o', messages })).toBeCloseTo(9 * 2.5e-6, 12);
  });

  test.each([
    [
      'embeddings',
      { model: 'text-embedding-3-small', data: [{ embedding: [0.1] }], usage: { prompt_tokens: 10 } },
      2e-7,
    ],
    ['a text completion', { ...answer, object: 'text_completion' }, WANTED],
    [
      'a response',
      { object: 'response', model: 'gpt-4o', output: [], usage: { input_tokens: 100, output_tokens: 10 } },
      3.5e-4,
    ],
  ])('knows %s by its members', (_name, completionResponse, cost) => {
    expect(completionCost({ completionResponse })).toBeCloseTo(cost, 12);
  });

  test('takes prices, discounts and margins of the caller', () => {
    const customCostPerToken = { input_cost_per_token: 1, output_cost_per_token: 2 };
    expect(completionCost({ completionResponse: answer, customCostPerToken })).toBe(1200);
    const costDiscountConfig = { openai: 0.5 };
    expect(completionCost({ completionResponse: answer, costDiscountConfig })).toBeCloseTo(WANTED / 2, 12);
    const costMarginConfig = { openai: { fixed_amount: 1 } };
    expect(completionCost({ completionResponse: answer, costMarginConfig })).toBeCloseTo(WANTED + 1, 12);
  });

  test('refuses what has no price, and says how to go on', () => {
    expect(() => completionCost({ model: 'openai/unheard-of', prompt: 'a' })).toThrow(/isn't mapped yet/);
    expect(() => completionCost({})).toThrow(/names a model/);
  });
});

test('costPerToken gives both sides', () => {
  const cost = costPerToken({ model: 'gpt-4o', promptTokens: 10, completionTokens: 5 });
  expect(cost).toEqual({ promptCostUsd: expect.closeTo(2.5e-5, 12), completionCostUsd: expect.closeTo(5e-5, 12) });
  expect(costPerToken({ model: 'gpt-4o', usage }).promptCostUsd).toBeCloseTo(WANTED - 1e-3, 12);
});

test('what is registered holds for all functions', () => {
  expect(() => getModelInfo('my-own-model', 'openai')).toThrow(/isn't mapped yet/);
  registerModel({
    'openai/my-own-model': {
      litellm_provider: 'openai',
      mode: 'chat',
      max_output_tokens: 77,
      input_cost_per_token: 1,
      output_cost_per_token: 2,
      supports_vision: true,
    },
  });
  expect(getMaxTokens('openai/my-own-model')).toBe(77);
  expect(getModelInfo('my-own-model', 'openai')).toMatchObject({ max_output_tokens: 77 });
  expect(supportsVision('openai/my-own-model')).toBe(true);
  expect(supportsFunctionCalling('openai/my-own-model')).toBe(false);
  expect(costPerToken({ model: 'openai/my-own-model', promptTokens: 3 }).promptCostUsd).toBe(3);
  expect(() => registerModel({ x: 5 })).toThrow(/needs an object/);
});

test('the supports functions ask the table', () => {
  expect(supportsVision('gpt-4o')).toBe(true);
  expect(supportsVision('nobody-knows')).toBe(false);
});
