/** One row for each thing that a provider bills beside plain text tokens. */
import { describe, expect, it } from 'vitest';
import { testContext } from '../../test/support/prices.ts';
import type { JsonObject } from '../protocol/json.ts';
import { completionCost, type CompletionCostRequest } from './completion-cost.ts';
import { costPerToken } from './cost-per-token.ts';
import { readUsage } from './usage.ts';

const NOON = Date.parse('2026-11-02T12:00:00Z');
const TEXT = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1, output_cost_per_token: 10 };
const MAP: JsonObject = {
  kinds: {
    ...TEXT,
    input_cost_per_audio_token: 2,
    input_cost_per_image_token: 3,
    input_cost_per_video_token: 4,
    input_cost_per_character: 5,
    input_cost_per_image: 6,
    input_cost_per_video_per_second: 7,
    input_cost_per_audio_per_second: 8,
    input_cost_per_query: 9,
    output_cost_per_audio_token: 20,
    output_cost_per_image_token: 30,
    output_cost_per_video_token: 40,
    output_cost_per_reasoning_token: 50,
  },
  'azure/tools': { ...TEXT, litellm_provider: 'azure' },
  'azure/container': { litellm_provider: 'azure', mode: 'chat', code_interpreter_cost_per_session: 0.03 },
  'mistral/scan': { litellm_provider: 'mistral', mode: 'ocr', ocr_cost_per_page: 0.001 },
  'openai/eu-model': { ...TEXT, regional_processing_uplift_multiplier_eu: 1.5 },
};
const context = testContext(MAP);

function sides(prompt: JsonObject, completion: JsonObject = {}): [number, number] {
  const usage = readUsage({
    prompt_tokens: 100,
    completion_tokens: 100,
    prompt_tokens_details: { text_tokens: 100, ...prompt },
    completion_tokens_details: completion,
  });
  const cost = costPerToken({ model: 'kinds', customLlmProvider: 'openai', usage, at: NOON }, context);
  return [cost.prompt, cost.completion];
}

describe('kinds of input', () => {
  it.each([
    ['audio tokens', { text_tokens: 90, audio_tokens: 10 }, 90 + 20],
    ['image tokens', { text_tokens: 90, image_tokens: 10 }, 90 + 30],
    ['video tokens', { text_tokens: 90, video_tokens: 10 }, 90 + 40],
    ['characters', { character_count: 10 }, 100 + 50],
    ['images', { image_count: 2 }, 100 + 12],
    ['seconds of video', { video_length_seconds: 2 }, 100 + 14],
    ['seconds of audio', { audio_length_seconds: 2 }, 100 + 16],
    ['queries', { query_count: 2 }, 100 + 18],
  ])('%s', (_name, details, cost) => {
    expect(sides(details)[0]).toBe(cost);
  });
});

describe('kinds of output', () => {
  it.each([
    ['audio tokens', { text_tokens: 90, audio_tokens: 10 }, 900 + 200],
    ['image tokens', { text_tokens: 90, image_tokens: 10 }, 900 + 300],
    ['video tokens', { text_tokens: 90, video_tokens: 10 }, 900 + 400],
    ['reasoning, which the text does not hold', { reasoning_tokens: 10 }, 900 + 500],
    ['reasoning that is counted into the text', { text_tokens: 100, reasoning_tokens: 10 }, 900 + 500],
  ])('%s', (_name, details, cost) => {
    expect(sides({}, details)[1]).toBe(cost);
  });
});

describe('tools of the provider', () => {
  const used = (builtInTools: JsonObject, request: Partial<CompletionCostRequest> = {}): number =>
    completionCost(
      {
        response: { model: 'tools', usage: {} },
        responseKind: 'chat',
        model: 'tools',
        customLlmProvider: 'azure',
        builtInTools,
        at: NOON,
        ...request,
      },
      context,
    );
  const cited = { model: 'tools', usage: {}, choices: [{ message: { annotations: [{ type: 'file_citation' }] } }] };

  it.each([
    ['stored vectors', used({ vector_store_usage: { storage_gb: 2, days: 3 } }), 2 * 3 * 0.1],
    ['operating a computer', used({ computer_use_usage: { input_tokens: 2000, output_tokens: 1000 } }), 6 + 12],
    ['sessions of an interpreter', used({ code_interpreter_sessions: 2 }), 0.06],
    ["files searched, by Azure's storage", used({ file_search: { storage_gb: 1, days: 2 } }, { response: cited }), 0.2],
    [
      'files searched, by the call',
      used({ file_search: { a: 1 } }, { response: cited, model: 'kinds', customLlmProvider: 'openai' }),
      0.0025,
    ],
  ])('%s', (_name, cost, wanted) => {
    expect(cost).toBeCloseTo(wanted, 12);
  });
});

it('pages that were read', () => {
  const response = { model: 'scan', pages: [{}, {}], usage_info: { pages_processed: 3 } };
  const request = { response, model: 'mistral/scan', customLlmProvider: 'mistral', callType: 'ocr', at: NOON } as const;
  expect(completionCost({ ...request, responseKind: 'ocr' }, context)).toBeCloseTo(0.003, 12);
});

it('a region that costs more', () => {
  const usage = readUsage({ prompt_tokens: 10, completion_tokens: 1 });
  const call = { model: 'openai/eu-model', customLlmProvider: 'openai', usage, at: NOON };
  expect(costPerToken({ ...call, dataResidency: 'eu' }, context)).toEqual({ prompt: 15, completion: 15 });
  expect(costPerToken(call, context)).toEqual({ prompt: 10, completion: 10 });
});
