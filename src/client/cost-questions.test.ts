import { describe, expect, test } from 'vitest';
import type { CompletionCostQuestion, CostPerTokenQuestion } from './cost-questions.ts';
import { createModelLibrary } from './model-library.ts';

const library = createModelLibrary({});
const model = 'gpt-4o';
const refusal = (text: string): unknown =>
  expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(text) });

describe('costPerToken', () => {
  const NO_COUNT = 'has to be a finite number of at least 0, got';
  test.each<[string, object]>([
    [`\`promptTokens\` ${NO_COUNT} -5; leave it out`, { model, promptTokens: -5 }],
    [`\`promptTokens\` ${NO_COUNT} NaN`, { model, promptTokens: Number.NaN }],
    [`\`completionTokens\` ${NO_COUNT} Infinity`, { model, completionTokens: Infinity }],
    [`\`promptTokens\` ${NO_COUNT} a string`, { model, promptTokens: '5' }],
    [`\`promptTokens\` ${NO_COUNT} a bigint`, { model, promptTokens: 5n }],
    [`\`responseTimeMs\` ${NO_COUNT} -1`, { model, responseTimeMs: -1 }],
    [`\`usage.prompt_tokens\` ${NO_COUNT} -1`, { model, usage: { prompt_tokens: -1 } }],
    [
      `\`usage.prompt_tokens_details.cached_tokens\` ${NO_COUNT} NaN`,
      { model, usage: { prompt_tokens: 1, prompt_tokens_details: { cached_tokens: Number.NaN } } },
    ],
    ['`usage` has to be an object such as', { model, usage: 'x' }],
    ['`at` has to be a valid Date; got a number.', { model, at: 5 }],
    ['`model` has to be the name of a model', { promptTokens: 5 }],
    ['Unknown member of costPerToken: promptTokns. Did you mean promptTokens?', { model, promptTokns: 5 }],
    ['Unknown member of costPerToken: prompt_tokns. Did you mean promptTokens?', { model, prompt_tokns: 5 }],
    [`\`prompt_tokens\` ${NO_COUNT} -5; leave it out`, { model, prompt_tokens: -5 }],
    ['`prompt_tokens` and `promptTokens` are one', { model, promptTokens: 5, prompt_tokens: 6 }],
    [
      'Unknown member of customCostPerToken: inputCostPerToken. Did you mean input_cost_per_token?',
      { model, promptTokens: 5, customCostPerToken: { inputCostPerToken: 1 } },
    ],
    [
      'customCostPerToken: `input_cost_per_token` has to be a price in USD',
      { model, promptTokens: 5, customCostPerToken: { input_cost_per_token: 'x' } },
    ],
  ])('refuses with "%s"', (text, question) => {
    expect(() => library.costPerToken(question as CostPerTokenQuestion)).toThrow(refusal(text));
  });

  test("takes LiteLLM's names as well", () => {
    const cost = library.costPerToken({ model, promptTokens: 1000, completionTokens: 1000 });
    const spelled = { model, prompt_tokens: 1000, completion_tokens: 1000 };
    expect(library.costPerToken(spelled)).toEqual(cost);
    const usage = { prompt_tokens: 1000, completion_tokens: 1000 };
    const whole = { model, usage_object: usage, custom_llm_provider: 'openai' };
    expect(library.costPerToken(whole)).toEqual(cost);
    expect(cost.promptCostUsd).toBeCloseTo(2.5e-3, 12);
  });

  test.each([
    ['gpt-4o', 1.875e-3],
    ['claude-3-7-sonnet-20250219', 1.9575e-3],
  ])("prices what was cached as LiteLLM's arguments do: %s", (cached, promptCostUsd) => {
    const counts = { prompt_tokens: 1000, completion_tokens: 0, cache_read_input_tokens: 400 };
    const question = { model: cached, ...counts, cache_creation_input_tokens: 50 };
    expect(library.costPerToken(question).promptCostUsd).toBeCloseTo(promptCostUsd, 12);
  });

  test('takes null for what is not known, and fractions', () => {
    const question = { model, promptTokens: null, completionTokens: 0.5, usage: null, at: null };
    const cost = library.costPerToken(question as unknown as CostPerTokenQuestion);
    expect(cost).toEqual({ promptCostUsd: 0, completionCostUsd: expect.closeTo(5e-6, 12) });
  });
});

describe('completionCost', () => {
  test.each<[string, unknown]>([
    ['completionCost takes one object', undefined],
    ['completionCost takes one object', 'gpt-4o'],
    ['`model` has to be text; got a number.', { model: 5 }],
    ['`messages` has to be an array; got a string.', { model, messages: 'hello' }],
    ["`completionResponse` has to be the provider's answer, an object; got a string.", { completionResponse: 'x' }],
    [
      'Unknown member of completionCost: completionRespons. Did you mean completionResponse?',
      { completionRespons: {}, model },
    ],
    ['`completionResponse.usage` has to be an object', { completionResponse: { model, usage: 'x' } }],
    ['`completionResponse.usage.prompt_tokens`', { completionResponse: { model, usage: { prompt_tokens: '5' } } }],
  ])('refuses with "%s"', (text, question) => {
    expect(() => library.completionCost(question as CompletionCostQuestion)).toThrow(refusal(text));
  });

  test("takes LiteLLM's names as well", () => {
    const response = { model, object: 'chat.completion', usage: { prompt_tokens: 1000, completion_tokens: 0 } };
    const spelled: object = { completion_response: response, total_time: 5 };
    expect(library.completionCost(spelled)).toBeCloseTo(2.5e-3, 12);
  });

  test('a usage that is nested without end is no danger', () => {
    const usage: Record<string, unknown> = { prompt_tokens: 1 };
    usage['again'] = usage;
    expect(library.completionCost({ completionResponse: { model, usage } })).toBeCloseTo(2.5e-6, 12);
  });
});
