import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../protocol/json.ts';
import { testContext } from '../../test/support/prices.ts';
import { completionCost, completionCostBreakdown, type CostBreakdown } from './completion-cost.ts';
import { readAdjustments } from './cost-adjustments.ts';
import { addCostHeaders } from './cost-headers.ts';
import { pythonFloat } from './python-float.ts';
import { costPerToken } from './cost-per-token.ts';
import { readUsage } from './usage.ts';

const context = testContext();
const NOON = Date.parse('2026-11-02T12:00:00Z');
const NIGHT = Date.parse('2026-11-02T23:00:00Z');

const chat = (usage: JsonObject, more: JsonObject = {}): JsonObject => ({
  model: 'gpt-4o',
  choices: [{ message: { role: 'assistant', content: 'Hello!' } }],
  usage,
  ...more,
});
const askedOf = (model: string, provider: string, usage: object, at = NOON) =>
  costPerToken({ model, customLlmProvider: provider, usage: readUsage({ ...usage }), at }, context);

describe('costPerToken', () => {
  it('bills cached tokens at their own price', () => {
    const cost = askedOf('gpt-4o', 'openai', {
      prompt_tokens: 1000,
      completion_tokens: 10,
      prompt_tokens_details: { cached_tokens: 400 },
    });
    expect(cost.prompt).toBeCloseTo(600 * 2.5e-6 + 400 * 1.25e-6, 12);
    expect(cost.completion).toBeCloseTo(10 * 1e-5, 12);
  });

  it('bills cache writes by their life', () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 0,
      prompt_tokens_details: {
        cached_tokens: 100,
        cache_creation_tokens: 300,
        cache_creation_token_details: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
      },
    };
    expect(askedOf('claude-long', 'anthropic', usage).prompt).toBeCloseTo(
      600 * 3e-6 + 100 * 3e-7 + 100 * 3.75e-6 + 200 * 6e-6,
      12,
    );
  });

  it('takes the higher rates for all tokens above the step, and not at it', () => {
    const at = (prompt_tokens: number) => askedOf('claude-long', 'anthropic', { prompt_tokens, completion_tokens: 10 });
    expect(at(200_000).prompt).toBeCloseTo(0.6, 10);
    expect(at(200_001).prompt).toBeCloseTo(200_001 * 6e-6, 10);
    expect(at(200_001).completion).toBeCloseTo(10 * 2.25e-5, 12);
  });

  it('bills a service tier where the entry has one, else the standard price', () => {
    const priced = (serviceTier: string) =>
      costPerToken(
        { model: 'gpt-4o', usage: readUsage({ prompt_tokens: 100, completion_tokens: 0 }), serviceTier, at: NOON },
        context,
      );
    expect(priced('priority').prompt).toBeCloseTo(100 * 4.25e-6, 12);
    expect(priced('Flex').prompt).toBeCloseTo(100 * 2.5e-6, 12);
  });

  it('chooses one tier by the input', () => {
    const at = (prompt_tokens: number) =>
      askedOf('dashscope/qwen-tiered', 'dashscope', { prompt_tokens, completion_tokens: 1 });
    expect(at(32_000)).toEqual({ prompt: 32_000 * 1e-6, completion: 2e-6 });
    expect(at(32_001).completion).toBe(4e-6);
    expect(at(900_000).completion).toBe(4e-6);
  });

  it('knows the hours at which a model is cheaper', () => {
    const usage = { prompt_tokens: 100, completion_tokens: 0 };
    expect(askedOf('deepseek/night', 'deepseek', usage, NOON).prompt).toBeCloseTo(2e-4, 12);
    expect(askedOf('deepseek/night', 'deepseek', usage, NIGHT).prompt).toBeCloseTo(1e-4, 12);
  });

  it.each([
    ['speech by character', { model: 'tts-1', callType: 'speech', promptCharacters: 100 }, 100 * 1.5e-5],
    [
      'transcription by second',
      { model: 'whisper-1', customLlmProvider: 'openai', callType: 'atranscription', audioSeconds: 30 },
      30 * 1e-4,
    ],
    [
      'rerank by search unit',
      {
        model: 'rerank-v3',
        customLlmProvider: 'cohere',
        callType: 'rerank',
        rerankUnits: { searchUnits: 3, totalTokens: null },
      },
      0.006,
    ],
    ['the call by second', { model: 'any', customCostPerSecond: 0.01, responseTimeMs: 1500 }, 0.015],
  ])('bills %s', (_, request, wanted) => {
    const cost = costPerToken({ ...request, at: NOON }, context);
    expect(cost.prompt + cost.completion).toBeCloseTo(wanted, 12);
  });

  it('halves the price of a batch', () => {
    const usage = readUsage({ prompt_tokens: 1000, completion_tokens: 100 });
    const cost = costPerToken({ model: 'gpt-4o', callType: 'retrieve_batch', usage, at: NOON }, context);
    expect(cost).toEqual({ prompt: (1000 * 2.5e-6) / 2, completion: (100 * 1e-5) / 2 });
  });

  it('never bills more prompt tokens than there are when kinds and cache overlap', () => {
    const tokens = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (prompt_tokens, cached_tokens, text_tokens, audio_tokens) => {
        const details = { cached_tokens, text_tokens, audio_tokens };
        const cost = askedOf('gpt-4o', 'openai', {
          prompt_tokens,
          completion_tokens: 0,
          prompt_tokens_details: details,
        });
        const uncached = Math.max(prompt_tokens - cached_tokens, 0);
        const wholeAtFullPrice =
          cached_tokens > 0
            ? uncached * 2.5e-6 + cached_tokens * 1.25e-6
            : Math.max(text_tokens, prompt_tokens) * 2.5e-6;
        expect(cost.prompt).toBeLessThanOrEqual(wholeAtFullPrice * (1 + 1e-12));
      }),
    );
  });
});

describe('completionCost', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
  const priced = (more: object) =>
    completionCost({ response: chat(usage), responseKind: 'chat', at: NOON, ...more }, context);

  it.each([
    ['the model of the answer', { model: 'my-deployment', customLlmProvider: 'openai' }, 0.0075],
    ['the base model over it', { customLlmProvider: 'azure', baseModel: 'azure/gpt-4o' }, 0.0085],
    [
      'prices stated for the call',
      { customCostPerToken: { input: 1e-6, output: 2e-6, cacheRead: 1e-6, cacheWrite: 1e-6 } },
      0.002,
    ],
    ['the tier of the answer', { response: chat(usage, { service_tier: 'priority' }) }, 0.01275],
    ['no tier for auto', { serviceTier: 'auto' }, 0.0075],
  ])('prices %s', (_, more, wanted) => {
    expect(priced(more)).toBeCloseTo(wanted, 12);
  });

  it('adds a web search at the size asked for', () => {
    const message = { role: 'assistant', content: 'x', annotations: [{ type: 'url_citation' }] };
    const response = { model: 'gpt-4o-search', choices: [{ message }], usage };
    expect(priced({ response })).toBeCloseTo(0.0075 + 0.035, 12);
    expect(priced({ response, builtInTools: { web_search_options: { search_context_size: 'high' } } })).toBeCloseTo(
      0.0575,
      12,
    );
  });

  it('takes the discount first and adds the margin then', () => {
    const adjustments = readAdjustments({ openai: 0.1 }, { global: { percentage: 0.5, fixed_amount: 0.001 } });
    const cost = completionCostBreakdown(
      { response: chat(usage), responseKind: 'chat', customLlmProvider: 'openai', adjustments, at: NOON },
      context,
    );
    expect(cost.original).toBeCloseTo(0.0075, 12);
    expect(cost.discountAmount).toBeCloseTo(0.00075, 12);
    expect(cost.marginAmount).toBeCloseTo(0.00675 * 0.5 + 0.001, 12);
    expect(cost.total).toBeCloseTo(0.00675 * 1.5 + 0.001, 12);
  });

  it('prices pictures by quality and size', () => {
    const response = { data: [{ url: 'u' }, { url: 'u' }] };
    const request = {
      model: 'dall-e-3',
      customLlmProvider: 'openai',
      response,
      responseKind: 'image' as const,
      quality: 'hd',
      size: '1024x1024',
      at: NOON,
    };
    expect(completionCost(request, context)).toBeCloseTo(0.16, 12);
  });

  it("reads Anthropic's and the Responses API's usage", () => {
    const anthropic = {
      model: 'claude-long',
      usage: { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 1000, cache_creation_input_tokens: 0 },
    };
    expect(completionCost({ response: anthropic, responseKind: 'json', at: NOON }, context)).toBeCloseTo(
      100 * 3e-6 + 1000 * 3e-7 + 10 * 1.5e-5,
      12,
    );
    const responses = {
      model: 'gpt-4o',
      usage: { input_tokens: 100, output_tokens: 10, input_tokens_details: { cached_tokens: 60 } },
    };
    expect(completionCost({ response: responses, responseKind: 'json', at: NOON }, context)).toBeCloseTo(
      40 * 2.5e-6 + 60 * 1.25e-6 + 10 * 1e-5,
      12,
    );
  });

  it('counts texts when there is no answer', () => {
    expect(completionCost({ model: 'gpt-4o', prompt: 'four', completion: 'no', at: NOON }, context)).toBeCloseTo(
      4 * 2.5e-6 + 2 * 1e-5,
      12,
    );
  });

  it('says which model has no price', () => {
    expect(() => completionCost({ model: 'openai/unknown', response: { usage }, at: NOON }, context)).toThrow(
      /model=openai\/unknown/,
    );
  });
});

describe('addCostHeaders', () => {
  it('prints the parts as Python does, the cache beside the input', () => {
    const response = chat({ prompt_tokens: 27, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 20 } });
    const cost = completionCostBreakdown(
      { response, responseKind: 'chat', customLlmProvider: 'openai', at: NOON },
      context,
    );
    expect(Object.fromEntries(pairs(headersOf(cost)))).toMatchObject({
      'x-litellm-response-cost-input': '1.7500000000000002e-05',
      'x-litellm-response-cost-output': '6.000000000000001e-05',
      'x-litellm-response-cost-cache-read': '2.5e-05',
      'x-litellm-response-cost-discount-amount': '0.0',
      'x-litellm-response-cost-tool-usage': '0.0',
    });
  });

  // Recorded: chat-providers/unmapped-price, chat-providers/system-vllm.
  it.each([
    ['openai', '0.0'],
    ['hosted_vllm', '0'],
  ])('leaves a total of zero out, and prints the other zeros: %s', (provider, output) => {
    const free = testContext({ free: { litellm_provider: provider, mode: 'chat' } });
    const response = { ...chat({ prompt_tokens: 4, completion_tokens: 7 }), model: 'free' };
    const call = { response, responseKind: 'chat' as const, customLlmProvider: provider, at: NOON };
    expect(Object.fromEntries(pairs(headersOf(completionCostBreakdown(call, free))))).toEqual({
      'x-litellm-response-cost-original': '0.0',
      'x-litellm-response-cost-discount-amount': '0.0',
      'x-litellm-response-cost-margin-amount': '0.0',
      'x-litellm-response-cost-margin-percent': '0.0',
      'x-litellm-response-cost-input': '0.0',
      'x-litellm-response-cost-output': output,
      'x-litellm-response-cost-tool-usage': '0.0',
    });
  });
});

function headersOf(cost: CostBreakdown): string[] {
  const headers: string[] = [];
  addCostHeaders(headers, cost, pythonFloat(cost.total));
  return headers;
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']);
}
