import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { MockContext, MockReply } from './mock-context.ts';
import { mockPlan, type MockFamily } from './mock-plan.ts';
import { mockReply } from './mock-reply.ts';

const NOW = 1_800_000_000;
const USAGE = { completion_tokens: 20, prompt_tokens: 10, total_tokens: 30 };

function reply(params: JsonObject, context: Partial<MockContext> = {}, family: MockFamily = 'chat'): MockReply {
  const plan = mockPlan({ family, mocks: {}, params, clientResponses: false, timeoutSeconds: 1 });
  if (plan === null) throw new Error('no plan');
  return mockReply(plan, {
    model: 'm',
    stream: false,
    includeUsage: false,
    n: undefined,
    nowSeconds: NOW,
    newId: () => '00000000-0000-4000-8000-000000000000',
    ...context,
  });
}

function json(params: JsonObject, context: Partial<MockContext> = {}, family: MockFamily = 'chat'): JsonObject {
  const answer = reply(params, context, family);
  if (answer.kind !== 'json') throw new Error('not JSON');
  return answer.body;
}

function events(
  params: JsonObject,
  context: Partial<MockContext> = {},
  family: MockFamily = 'chat',
): (JsonObject | string)[] {
  const answer = reply(params, { stream: true, ...context }, family);
  if (answer.kind !== 'stream') throw new Error('not a stream');
  return answer.events.map((event) => {
    expect(event.endsWith('\n\n')).toBe(true);
    const data = event.slice(event.indexOf('data: ') + 6).trimEnd();
    return data === '[DONE]' ? data : (JSON.parse(data) as JsonObject);
  });
}

function failure(
  params: JsonObject,
  context: Partial<MockContext> = {},
  family: MockFamily = 'chat',
): Record<string, unknown> {
  try {
    reply(params, context, family);
  } catch (error) {
    if (error instanceof GatewayError) return { status: error.status, type: error.type, message: error.message };
    throw error;
  }
  throw new Error('no failure');
}

const choicesOf = (event: JsonObject | string | undefined): JsonValue | undefined =>
  typeof event === 'object' ? event['choices'] : undefined;

describe('a canned chat answer', () => {
  it('has LiteLLM’s shape', () => {
    expect(json({ mock_response: 'This is a canned answer' })).toEqual({
      id: 'chatcmpl-00000000-0000-4000-8000-000000000000',
      created: NOW,
      model: 'm',
      object: 'chat.completion',
      choices: [
        { finish_reason: 'stop', index: 0, message: { content: 'This is a canned answer', role: 'assistant' } },
      ],
      usage: USAGE,
    });
  });

  it('comes n times, bounded, with the tool calls on the first', () => {
    const calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const { choices } = json({ mock_response: 'hi', mock_tool_calls: calls }, { n: 2 });
    expect(choices).toEqual([
      { finish_reason: 'stop', index: 0, message: { content: 'hi', role: 'assistant', tool_calls: calls } },
      { finish_reason: 'stop', index: 1, message: { content: 'hi', role: 'assistant' } },
    ]);
    expect(json({ mock_response: 'hi' }, { n: 0 })['choices']).toEqual([]);
    expect(json({ mock_response: 'hi' }, { n: 1e9 })['choices']).toHaveLength(128);
  });

  it('may be any value', () => {
    expect(json({ mock_response: 42 })).toMatchObject({ choices: [{ message: { content: 42 } }] });
    expect(json({ mock_response: [0.1, 0.2] })).toMatchObject({ choices: [{ message: { content: [0.1, 0.2] } }] });
  });

  it('may be a whole answer, whose gaps are filled', () => {
    expect(json({ mock_response: { choices: [{ message: { content: 'x' } }] } })).toEqual({
      id: 'chatcmpl-00000000-0000-4000-8000-000000000000',
      created: NOW,
      model: 'm',
      object: 'chat.completion',
      choices: [{ finish_reason: 'stop', index: 0, message: { content: 'x', role: 'assistant' } }],
    });
    const whole = {
      id: 'abc',
      created: 17,
      model: 'other',
      choices: [{ finish_reason: 'length', index: 0, message: { role: 'assistant', content: 'x', tool_calls: [] } }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      extra: 5,
    };
    expect(json({ mock_response: whole })).toEqual({ ...whole, object: 'chat.completion', model: 'm' });
  });

  it('streams three characters at a time, as Python counts them', () => {
    const list = events({ mock_response: 'Grüße 🌍🌍 x' });
    const deltas = list.slice(0, -2).map((event) => choicesOf(event));
    expect(deltas).toEqual([
      [{ index: 0, delta: { content: 'Grü', role: 'assistant' } }],
      [{ index: 0, delta: { content: 'ße ' } }],
      [{ index: 0, delta: { content: '🌍🌍 ' } }],
      [{ index: 0, delta: { content: 'x' } }],
    ]);
    expect(choicesOf(list.at(-2))).toEqual([{ finish_reason: 'stop', index: 0, delta: {} }]);
    expect(list.at(-1)).toBe('[DONE]');
    expect(list[0]).toMatchObject({ object: 'chat.completion.chunk', created: NOW, model: 'm' });
    expect(list.some((event) => typeof event === 'object' && 'usage' in event)).toBe(false);
  });

  it('streams n choices in each chunk and finishes the first', () => {
    const list = events({ mock_response: 'abcd' }, { n: 2 });
    expect(list.map(choicesOf)).toEqual([
      [
        { index: 0, delta: { content: 'abc', role: 'assistant' } },
        { index: 1, delta: { content: 'abc', role: 'assistant' } },
      ],
      [
        { index: 0, delta: { content: 'd' } },
        { index: 1, delta: { content: 'd', role: 'assistant' } },
      ],
      [{ finish_reason: 'stop', index: 0, delta: {} }],
      undefined,
    ]);
  });

  it('counts the tokens of a stream when asked for usage, in a chunk without choices', () => {
    const texts: string[] = [];
    const list = events(
      { mock_response: 'hello' },
      {
        includeUsage: true,
        countTokens: (text) => {
          texts.push(text);
          return { prompt: 8, completion: 14 };
        },
      },
    );
    expect(list.at(-2)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 8, completion_tokens: 14, total_tokens: 22 },
    });
    expect(texts).toEqual(['hello']);
    expect(events({ mock_response: 'hello' }, { includeUsage: true }).at(-2)).toMatchObject({ usage: USAGE });
  });

  it('streams tool calls and whole answers too', () => {
    const [first] = events({
      mock_response: 'hi',
      mock_tool_calls: [{ id: 'c', type: 'function', function: { name: 'f' } }],
    });
    expect(choicesOf(first)).toMatchObject([{ delta: { tool_calls: [{ index: 0, id: 'c' }] } }]);
    const list = events({ mock_response: { choices: [{ message: { content: 'whole' }, finish_reason: 'length' }] } });
    expect(list.map(choicesOf)).toEqual([
      [{ index: 0, delta: { content: 'whole', role: 'assistant' } }],
      [{ finish_reason: 'length', index: 0, delta: {} }],
      undefined,
    ]);
  });
});

describe('failures by text', () => {
  it.each([
    ['litellm.RateLimitError', 429, 'throttling_error', 'litellm.RateLimitError: this is a mock rate limit error'],
    [
      'litellm.ContextWindowExceededError',
      400,
      'invalid_request_error',
      'litellm.ContextWindowExceededError: litellm.BadRequestError: this is a mock context window exceeded error',
    ],
    [
      'litellm.InternalServerError',
      500,
      'internal_server_error',
      'litellm.InternalServerError: this is a mock internal server error',
    ],
    [
      'Exception: content_filter_policy and more',
      400,
      'invalid_request_error',
      'litellm.BadRequestError: OpenAIException - litellm.MockException: Exception: content_filter_policy and more',
    ],
    [
      'Exception: mock_streaming_error',
      529,
      'internal_server_error',
      'litellm.APIError: APIError: OpenAIException - litellm.MockException: This is a mock error raised mid-stream',
    ],
  ])('%s', (text, status, type, message) => {
    expect(failure({ mock_response: text })).toEqual({ status, type, message });
    expect(failure({ mock_response: text }, { stream: true })).toMatchObject({ status, message });
    expect(failure({ mock_response: text }, {}, 'completions')).toMatchObject({ status });
    expect(failure({ mock_response: text }, {}, 'messages')).toMatchObject({ status });
  });

  it('a mock timeout', () => {
    expect(failure({ mock_timeout: true, timeout: 0.2 })).toEqual({
      status: 408,
      type: 'invalid_request_error',
      message: 'litellm.Timeout: This is a mock timeout error\n\nDeployment Info: request_timeout: None\ntimeout: 0.2',
    });
  });
});

describe('the other families', () => {
  it('completes text, plain and streamed', () => {
    expect(json({ mock_response: 'canned' }, {}, 'completions')).toEqual({
      id: 'chatcmpl-00000000-0000-4000-8000-000000000000',
      object: 'text_completion',
      created: NOW,
      model: 'm',
      choices: [{ finish_reason: 'stop', index: 0, text: 'canned', logprobs: null }],
      usage: { ...USAGE, completion_tokens_details: null, prompt_tokens_details: null },
    });
    const nothing = { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 };
    const list = events({ mock_response: 'abcd' }, {}, 'completions');
    expect(list.map(choicesOf)).toEqual([
      [{ index: 0, text: 'abc' }],
      [{ index: 0, text: 'd' }],
      [{ finish_reason: 'stop', index: 0 }],
      undefined,
    ]);
    expect(list[0]).toMatchObject({ object: 'text_completion', usage: nothing });
    const counted = events({ mock_response: 'abcd' }, { includeUsage: true }, 'completions');
    expect(counted[0]).not.toHaveProperty('usage');
    expect(counted.at(-2)).toMatchObject({ choices: [], usage: USAGE });
  });

  it('embeds one vector', () => {
    expect(json({ mock_response: [0.1, 0.2, 0.3] }, {}, 'embeddings')).toEqual({
      model: 'm',
      data: [{ embedding: [0.1, 0.2, 0.3], index: 0, object: 'embedding' }],
      object: 'list',
      usage: {
        completion_tokens: 0,
        prompt_tokens: 10,
        total_tokens: 0,
        completion_tokens_details: null,
        prompt_tokens_details: null,
      },
    });
    expect(failure({ mock_response: 'error' }, {}, 'embeddings')).toMatchObject({
      status: 500,
      message: 'litellm.APIConnectionError: APIConnectionError: OpenAIException - Mock error',
    });
    expect(failure({ mock_response: { a: 1 } }, {}, 'embeddings')).toMatchObject({ status: 500 });
    expect(json({ mock_response: 'litellm.RateLimitError' }, {}, 'embeddings')).toMatchObject({
      data: [{ embedding: 'litellm.RateLimitError' }],
    });
  });

  it('points to a picture', () => {
    expect(json({ mock_response: 'https://img.example/1.png' }, {}, 'images.generations')).toEqual({
      created: NOW,
      background: null,
      data: [{ b64_json: null, revised_prompt: null, url: 'https://img.example/1.png' }],
      output_format: null,
      quality: null,
      size: null,
      usage: {
        total_tokens: 0,
        input_tokens: 0,
        input_tokens_details: { image_tokens: 0, text_tokens: 0 },
        output_tokens: 0,
      },
    });
    expect(failure({ mock_response: [0.1] }, {}, 'images.generations')).toMatchObject({ status: 500 });
  });

  it('answers messages with LiteLLM’s fixed id and usage, even when a stream was asked for', () => {
    expect(json({ mock_response: 'canned' }, { stream: true }, 'messages')).toEqual({
      content: [{ text: 'canned', type: 'text' }],
      id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
      model: 'm',
      role: 'assistant',
      stop_reason: 'end_turn',
      stop_sequence: null,
      type: 'message',
      usage: { input_tokens: 2095, output_tokens: 503 },
    });
  });

  it('answers the responses API, plain and as numbered events', () => {
    const body = json({ mock_response: 'canned' }, {}, 'responses');
    expect(body).toMatchObject({
      created_at: 1_741_476_542,
      object: 'response',
      status: 'completed',
      output: [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'canned', logprobs: null }] },
      ],
      usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 },
    });
    expect(body['id']).toMatch(/^resp_[0-9a-f]{32}$/);
    const list = events({ mock_response: 'canned' }, {}, 'responses').filter((event) => typeof event === 'object');
    expect(list.map((event) => event['sequence_number'])).toEqual(list.map((_, index) => index));
    const deltas = list.filter((event) => event['type'] === 'response.output_text.delta');
    expect(deltas.map((event) => event['delta'])).toEqual(['can', 'ned']);
    expect([list[0]?.['type'], list.at(-1)?.['type']]).toEqual(['response.created', 'response.completed']);
  });
});
