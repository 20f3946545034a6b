/** `completion` and its like without a router: what the provider gets, and what the program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveEnvironment } from '../../src/config/environment.ts';
import { completion, embedding, imageGeneration, moderation, registerModel, rerank } from '../../src/index.ts';
import { type ChatCompletionChunk, responses, speech, streamChunkBuilder } from '../../src/index.ts';
import { textCompletion, transcription } from '../../src/index.ts';
import { TestCalls } from '../support/direct-calls.ts';
import { errorOf, messages } from '../support/library-router.ts';
import { answerWhole, beginStream, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { type ProviderCall, type Script, ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let calls: TestCalls;

const failing =
  (status: number, message: string, more: object = {}): Script =>
  (call) =>
    call.answer(status, JSON.stringify({ error: { message, type: 'x', ...more } }));

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  calls = new TestCalls();
  provider.on('m', answerWhole);
  provider.on('down', failing(503, 'overloaded'));
  provider.on('wrong', failing(400, 'no such thing'));
  provider.on(
    'small',
    failing(400, "This model's maximum context length is 10 tokens", { code: 'context_length_exceeded' }),
  );
});
afterAll(async () => {
  await calls.direct.close();
  await provider.close();
});

const lastCall = (): ProviderCall => provider.calls.at(-1) as ProviderCall;
const at = () => ({ apiBase: provider.apiBase, apiKey: 'sk-provider-secret' });

describe('a call', () => {
  it('goes where it says, with its key, its parameters in either spelling, and nothing of the steering', async () => {
    const answer = await calls.completion({
      model: 'openai/m',
      messages,
      ...at(),
      maxTokens: 5,
      top_p: 0.5,
      toolChoice: undefined,
      numRetries: 0,
      timeout: 30,
      metadata: { a: 1 },
      extraHeaders: { 'X-Trace': 'abc' },
      provider_specific_header: { custom_llm_provider: 'groq, openai', extra_headers: { 'x-only': 'openai' } },
      someParameter: { nestedName: 1 },
    });
    const { json, headers, path } = lastCall();
    expect(path).toBe('/v1/chat/completions');
    expect(json).toEqual({ model: 'm', messages, max_tokens: 5, top_p: 0.5, someParameter: { nestedName: 1 } });
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-provider-secret',
      'x-trace': 'abc',
      'x-only': 'openai',
    });
    expect(answer.choices[0]?.message.content).toBe(HEALTHY_TEXT);
    expect(answer._hidden_params).toEqual({
      custom_llm_provider: 'openai',
      api_base: provider.apiBase,
      attempted_retries: 0,
      attempted_fallbacks: 0,
      response_cost: null,
    });
    expect(JSON.stringify(answer)).not.toContain('_hidden_params');
  });

  it('costs what the price table says, or what it says itself', async () => {
    provider.on('gpt-4o-mini', (call) => {
      const answer = { object: 'chat.completion', model: call.model, choices: [], usage: { prompt_tokens: 1000 } };
      call.answer(200, JSON.stringify(answer));
    });
    const call = { model: 'openai/gpt-4o-mini', messages, ...at() };
    expect((await calls.completion(call))._hidden_params.response_cost).toBeCloseTo(0.000_15, 10);
    const priced = await calls.completion({ ...call, inputCostPerToken: 0.5, outputCostPerToken: 1 });
    expect(priced._hidden_params.response_cost).toBe(500);
    expect(lastCall().json).toEqual({ model: 'gpt-4o-mini', messages });
    const price = { litellm_provider: 'openai', mode: 'image_generation', input_cost_per_image: 0.04 };
    registerModel({ '1024-x-1024/registered-image': price });
    provider.on('registered-image', (image) => image.answer(200, '{"created":1,"data":[{"url":"u"},{"url":"v"}]}'));
    const pictures = { model: 'openai/registered-image', prompt: 'A cat', size: '1024x1024', n: 2, ...at() };
    expect((await imageGeneration(pictures))._hidden_params.response_cost).toBeCloseTo(0.08, 10);
  });

  it('refuses what the model does not take, unless told to drop or to allow it', async () => {
    const call = { model: 'groq/m', messages, ...at(), verbosity: 'low' };
    await expect(calls.completion(call)).rejects.toMatchObject({ name: 'UnsupportedParamsError', statusCode: 400 });
    await calls.completion({ ...call, dropParams: true });
    expect(lastCall().json).not.toHaveProperty('verbosity');
    await calls.completion({ ...call, allowedOpenaiParams: ['verbosity'] });
    expect(lastCall().json).toHaveProperty('verbosity', 'low');
    await calls.completion({ model: 'openai/m', messages, ...at(), seed: 1, additional_drop_params: ['seed'] });
    expect(lastCall().json).not.toHaveProperty('seed');
  });

  it('of a provider by name, by `customLlmProvider`, or to a deployment of Azure', async () => {
    await calls.completion({ model: 'm', messages, ...at(), customLlmProvider: 'openai' });
    expect(lastCall()).toMatchObject({ path: '/v1/chat/completions' });
    provider.on('/openai/deployments/mine/chat/completions', answerWhole);
    const origin = `http://127.0.0.1:${provider.port}`;
    await calls.completion({
      model: 'gpt-4o',
      deployment_id: 'mine',
      messages,
      apiBase: origin,
      apiKey: 'k',
      apiVersion: '2024-10-21',
    });
    expect(lastCall().path).toContain('/openai/deployments/mine/chat/completions?api-version=2024-10-21');
  });

  it.each<[string, object, RegExp]>([
    ['no object', 'gpt-4o' as never, /completion takes one object/],
    ['no model', { messages }, /`model` has to be the name of a model/],
    ['a model of nobody', { model: 'nobody', messages }, /LLM Provider NOT provided/],
    ['no key', { model: 'openai/m', messages }, /OPENAI_API_KEY/],
    ['a router’s list', { model: 'm', messages, modelList: [] }, /`model_list` is for routers\. Use new Router/],
    ['a router’s fallbacks', { model: 'm', messages, fallbacks: [{ m: ['n'] }] }, /Fallbacks of model groups/],
    ['retries that are none', { model: 'm', messages, maxRetries: 'two' }, /completion: num_retries has to be/],
    ['a policy that is none', { model: 'm', messages, retryPolicy: { Ratelimit: 1 } }, /Unknown kind of error/],
    [
      'an empty fallback',
      { model: 'm', messages, fallbacks: [{}] },
      /has to be a list of models, .*; got an empty object/,
    ],
    ['a fallback with a slip', { model: 'm', messages, fallbacks: [{ modle: 'n' }] }, /modle\. Did you mean model\?/],
    ['a fallback to no name', { model: 'm', messages, fallbacks: [{ model: 5 }] }, /got a number as model/],
    ['a policy beside no retries', { model: 'm', messages, retryPolicy: 5, numRetries: 0 }, /retry_policy has to be/],
    [
      'a price that is none',
      { model: 'm', messages, inputCostPerToken: 'x' },
      /`input_cost_per_token` has to be a price/,
    ],
    ['a key that is no text', { model: 'm', messages, apiKey: 5 }, /`api_key` has to be text; got a number/],
    ['an integration by name', { model: 'm', messages, callbacks: ['langfuse'] }, /by name are not there yet/],
    ['a guardrail', { model: 'm', messages, guardrails: ['pii'] }, /`guardrails` is not there yet/],
  ])('with %s is refused in words', async (_name, call, text) => {
    const error = await errorOf(calls.completion(call as never));
    expect(String(error)).toMatch(text);
    expect(error).toMatchObject({ attemptedFallbacks: 0 });
  });
});

describe('what fails', () => {
  it('is tried again as often as the call says', async () => {
    let times = 0;
    provider.on('flaky', (call) => (times++ === 0 ? failing(500, 'again')(call) : answerWhole(call)));
    const answer = await calls.completion({ model: 'openai/flaky', messages, ...at(), numRetries: 1 });
    expect([times, answer._hidden_params.attempted_retries]).toEqual([2, 1]);
  });

  it('falls back to other models, keys and parameters, whatever the failure', async () => {
    const answer = await calls.completion({
      model: 'openai/wrong',
      messages,
      ...at(),
      numRetries: 0,
      fallbacks: ['openai/down', { model: 'groq/m', apiKey: 'sk-other', temperature: 0 }],
    });
    expect(answer._hidden_params).toMatchObject({ attempted_fallbacks: 2, custom_llm_provider: 'groq' });
    expect(lastCall().headers.authorization).toBe('Bearer sk-other');
    expect(lastCall().json).toMatchObject({ model: 'm', temperature: 0 });
  });

  it('for a long prompt goes to a larger model', async () => {
    const answer = await calls.completion({
      model: 'openai/small',
      messages,
      ...at(),
      contextWindowFallbackDict: { 'openai/small': 'openai/m' },
    });
    expect(answer._hidden_params.attempted_fallbacks).toBe(1);
  });

  it('tells LiteLLM’s class, the provider and what was tried, and no key', async () => {
    provider.on('keyless', failing(401, 'Incorrect API key provided: sk-provider-secret'));
    const error = await errorOf(
      calls.completion({ model: 'openai/keyless', messages, ...at(), fallbacks: ['openai/keyless'] }),
    );
    expect(error).toMatchObject({
      name: 'AuthenticationError',
      statusCode: 401,
      llmProvider: 'openai',
      model: 'openai/keyless',
      attemptedFallbacks: 1,
    });
    expect(String(error)).toContain('All fallback attempts failed');
    expect(String(error)).not.toContain('sk-provider-secret');
  });
});

describe('a stream', () => {
  it('comes chunk by chunk; leaving the loop ends the provider’s call', async () => {
    provider.on('endless', (call) => beginStream(call, 3));
    let text = '';
    for await (const chunk of await calls.stream({ model: 'openai/endless', messages, ...at() })) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text.includes('word1')) break;
    }
    expect(text).toBe('word0 word1');
    await lastCall().closed;
  });

  it('hides what it used from who did not ask, and streamChunkBuilder finds it', async () => {
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of await calls.stream({ model: 'openai/m', messages, ...at() })) chunks.push(chunk);
    expect(JSON.stringify(chunks)).not.toContain('usage');
    expect(streamChunkBuilder(chunks)).toMatchObject({
      choices: [{ message: { content: HEALTHY_TEXT } }],
      usage: { prompt_tokens: 7, completion_tokens: 60 },
    });
  });

  it('ends with its signal, and throws the signal’s reason', async () => {
    const controller = new AbortController();
    const stream = await calls.stream({ model: 'openai/endless', messages, ...at(), signal: controller.signal });
    await stream.next();
    controller.abort(new Error('enough'));
    await expect(stream.next()).rejects.toThrow('enough');
    await lastCall().closed;
  });

  it('that fails before its first chunk falls back, behind it it throws', async () => {
    const stream = await calls.stream({
      model: 'openai/down',
      messages,
      ...at(),
      numRetries: 0,
      fallbacks: ['openai/m'],
    });
    expect(stream._hidden_params.attempted_fallbacks).toBe(1);
    await stream.return?.();
    provider.on('breaks', (call) => {
      beginStream(call, 1);
      call.event({ error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 429 } });
      call.endChunks();
    });
    const broken = await calls.stream({ model: 'openai/breaks', messages, ...at() });
    await broken.next();
    await expect(broken.next()).rejects.toMatchObject({
      name: 'RateLimitError',
      llmProvider: 'openai',
      model: 'openai/breaks',
      statusCode: 429,
    });
  });
});

describe('mocks', () => {
  it('answer with texts, calls, choices and errors, after a delay or a time-out', async () => {
    const call = { model: 'anthropic/claude-3-haiku-20240307', messages };
    const toolCalls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const answer = await calls.completion({ ...call, mockResponse: 'canned', n: 2, mockToolCalls: toolCalls });
    expect(answer.choices.map(({ message }) => message.content)).toEqual(['canned', 'canned']);
    expect(answer.choices[0]?.message.tool_calls).toEqual(toolCalls);
    expect(answer._hidden_params.response_cost).toBeGreaterThan(0);
    const own = await errorOf(calls.completion({ ...call, mockResponse: new Error('mine'), numRetries: 0 }));
    expect(own).toMatchObject({ name: 'APIError', statusCode: 500, cause: { message: 'mine' } });
    const late = calls.completion({ ...call, mockTimeout: true, timeout: 0.01, numRetries: 0 });
    await expect(late).rejects.toMatchObject({ name: 'Timeout', statusCode: 408 });
    const controller = new AbortController();
    const delayed = calls.completion({ ...call, mockDelay: 60, signal: controller.signal });
    controller.abort(new Error('too slow'));
    await expect(delayed).rejects.toThrow('too slow');
  });

  it('stream whole answers too', async () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'as one' }, finish_reason: 'length' }];
    const stream = await calls.stream({ model: 'gpt-4o', messages, mockResponse: { id: 'own', choices } });
    const seen: unknown[] = [];
    for await (const {
      id,
      choices: [choice],
    } of stream)
      seen.push([id, choice?.delta.content, choice?.finish_reason]);
    expect(seen).toEqual([
      ['own', 'as one', null],
      ['own', undefined, 'length'],
    ]);
  });
});

describe('the environment', () => {
  it('is asked at every call, so that a program may set a key before it calls', async () => {
    const live = new TestCalls({ environment: new LiveEnvironment() });
    const call = { model: 'groq/m', messages, apiBase: provider.apiBase };
    const name = 'GROQ_API_KEY';
    delete process.env[name];
    try {
      await expect(live.completion(call)).rejects.toMatchObject({ code: 'authentication' });
      process.env[name] = 'sk-first';
      await live.completion(call);
      expect(lastCall().headers.authorization).toBe('Bearer sk-first');
      process.env[name] = 'sk-second';
      await live.completion(call);
      expect(lastCall().headers.authorization).toBe('Bearer sk-second');
    } finally {
      delete process.env[name];
      await live.direct.close();
    }
  });
});

it('a function without what LiteLLM requires asks nobody', async () => {
  const [model, asked] = ['openai/m', provider.calls.length];
  const text = (name: string) => ({ code: 'bad_request', param: name });
  await expect(responses({ model, ...at() })).rejects.toMatchObject(text('input'));
  await expect(rerank({ model, query: 'q', ...at() } as never)).rejects.toMatchObject(text('documents'));
  expect(provider.calls).toHaveLength(asked);
});

it('every function reaches its provider', async () => {
  const model = 'simulated/fast';
  const file = { name: 'a.mp3', data: new Uint8Array([7, 7]) };
  expect((await completion({ model, messages })).object).toBe('chat.completion');
  expect((await textCompletion({ model, prompt: 'Hello!' })).object).toBe('text_completion');
  expect((await embedding({ model, input: ['a', 'b'] })).data).toHaveLength(2);
  expect((await responses({ model, input: 'Hello!' })).object).toBe('response');
  expect((await imageGeneration({ model, prompt: 'A cat' })).data).toHaveLength(1);
  expect(await transcription({ model, file })).toHaveProperty('text');
  expect((await (await speech({ model, input: 'Hello!', voice: 'alloy' })).arrayBuffer()).byteLength).toBeGreaterThan(
    0,
  );
  expect((await moderation({ model, input: 'Hello!' })).results).toHaveLength(1);
  expect((await rerank({ model, query: 'a', documents: ['a', 'b'] })).results).toHaveLength(2);
});

it('a moderation needs no model, and a bare name is OpenAI’s', async () => {
  await expect(moderation({ input: 'Hello!', apiKey: 'k', apiBase: provider.apiBase })).rejects.toMatchObject({
    model: 'openai/omni-moderation-latest',
  });
  expect(lastCall()).toMatchObject({ path: '/v1/moderations', model: 'omni-moderation-latest' });
  provider.on('/v1/moderations', (call) => call.answer(200, '{"id":"m","results":[]}'));
  await moderation({ model: 'text-moderation-stable', input: 'Hello!', apiKey: 'k', apiBase: provider.apiBase });
  expect(lastCall().model).toBe('text-moderation-stable');
});

it('a request that holds itself is refused by its member’s name', async () => {
  const message: Record<string, unknown> = { role: 'user', content: 'Hello!' };
  message['self'] = message;
  const error = await errorOf(calls.completion({ model: 'openai/m', messages: [message], ...at() }));
  expect(error).toMatchObject({ code: 'bad_request', param: 'messages' });
  expect(String(error)).toMatch(/`messages` holds something that JSON cannot say: a reference to itself/);
});
