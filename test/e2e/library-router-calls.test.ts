/** Every kind of call of the library's `Router`: what the provider gets, and what becomes of its answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Router } from '../../src/client/router/router.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { deployment, errorOf, messages, routerOf } from '../support/library-router.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { type ProviderCall, ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let router: Router;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('m', answerWhole);
  provider.on('other', answerWhole);
  router = routerOf([
    deployment(provider, 'chat', { model: 'm', temperature: 0.5 }),
    deployment(provider, 'other-chat', { model: 'other' }),
    deployment(provider, 'groq', { model: 'groq/m' }),
    deployment(provider, 'rerank', { model: 'hosted_vllm/rerank-1' }),
  ]);
});
afterAll(async () => {
  await router.close();
  await provider.close();
});

/** `{ role, content, self: … }` without an end. */
function circle(): object {
  const message: Record<string, unknown> = { role: 'user', content: 'Hello!' };
  message['self'] = message;
  return message;
}

const json = (path: string, answer: object): void =>
  provider.on(path, (call) => call.answer(200, JSON.stringify(answer)));
const lastCall = (): ProviderCall => provider.calls.at(-1) as ProviderCall;

describe('a chat', () => {
  it('gets the deployment’s parameters, its key and what the call says, and nothing of the steering', async () => {
    await router.completion({
      model: 'chat',
      messages,
      max_tokens: 5,
      top_p: undefined,
      numRetries: 1,
      timeout: 30,
      metadata: { tags: ['a'] },
      extraHeaders: { 'X-Trace': 'abc' },
    });
    const { json: body, headers, path } = lastCall();
    expect(path).toBe('/v1/chat/completions');
    expect(body).toEqual({ model: 'm', messages, max_tokens: 5, temperature: 0.5 });
    expect(headers).toMatchObject({ authorization: 'Bearer sk-provider-secret', 'x-trace': 'abc' });
  });

  it('may bring a key and an address of its own', async () => {
    await router.completion({ model: 'chat', messages, apiKey: 'sk-own', api_base: `${provider.apiBase}/own` });
    expect(lastCall()).toMatchObject({ path: '/v1/own/chat/completions' });
    expect(lastCall().headers.authorization).toBe('Bearer sk-own');
  });

  it('refuses what the provider does not take, unless told to drop it', async () => {
    const call = { model: 'groq', messages, verbosity: 'low' };
    await expect(router.completion(call)).rejects.toMatchObject({ name: 'UnsupportedParamsError', status: 400 });
    await router.completion({ ...call, dropParams: true });
    expect(lastCall().json).toEqual({ model: 'm', messages, stream: false });
  });

  it('of a model that nobody has is refused before anything is sent', async () => {
    const before = provider.calls.length;
    const error = await errorOf(router.completion({ model: 'nobody', messages }));
    expect(error).toMatchObject({ name: 'BadRequestError', code: 'unknown_model' });
    expect(String(error)).toContain('You passed in model=nobody');
    expect(provider.calls.length).toBe(before);
  });

  it.each<[string, object, RegExp]>([
    ['no model', { messages }, /completion: `model` has to be the name of a model/],
    ['no messages', { model: 'chat' }, /completion: `messages` has to be given; got undefined/],
    ['a text', { model: 'chat', messages: 'Hello' }, /`messages` has to be an array of messages; got a string/],
    ['a signal that is none', { model: 'chat', messages, signal: {} }, /`signal` has to be an AbortSignal/],
    ['a negative number of retries', { model: 'chat', messages, numRetries: -1 }, /`num_retries` has to be a number/],
    ['a bigint', { model: 'chat', messages: [{ role: 'user', content: 1n }] }, /JSON cannot say/],
    ['a message that holds itself', { model: 'chat', messages: [circle()] }, /`messages` .* a reference to itself/],
    ['a tool that holds itself', { model: 'chat', messages, tools: [circle()], stream: true }, /`tools` .* to itself/],
    ['headers that are none', { model: 'chat', messages, extraHeaders: { 'a b': 'c' } }, /`extraHeaders` has to be/],
  ])('with %s is refused in words', async (_name, call, text) => {
    const error = await errorOf(router.completion(call as never));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'bad_request' });
    expect(String(error)).toMatch(text);
  });
});

describe('a call with a priority', () => {
  it('is refused, because calls wait in the order in which they come', async () => {
    const error = await errorOf(router.completion({ model: 'chat', messages, priority: 1 }));
    expect(error).toMatchObject({ code: 'not_implemented', message: expect.stringContaining('`priority`') as string });
  });
});

describe('other calls', () => {
  it('text completions of a chat model go over chat', async () => {
    const withChat = routerOf([deployment(provider, 'text', { model: 'gpt-4o' })]);
    provider.on('gpt-4o', answerWhole);
    const answer = await withChat.textCompletion({ model: 'text', prompt: 'Hello!' });
    expect(answer.choices[0]?.text).toBe(HEALTHY_TEXT);
    let text = '';
    for await (const chunk of await withChat.textCompletion({ model: 'text', prompt: 'Hello!', stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(HEALTHY_TEXT);
    await withChat.close();
  });

  it('embeddings, pictures, moderations and rankings', async () => {
    provider.on('m', (call) => call.answer(200, JSON.stringify({ object: 'list', data: [], path: call.path })));
    const paths = [
      await router.embedding({ model: 'chat', input: 'Hello!' }),
      await router.imageGeneration({ model: 'chat', prompt: 'A cat' }),
      await router.moderation({ model: 'chat', input: 'Hello!' }),
    ].map((answer) => (answer as unknown as { path: string }).path);
    provider.on('m', answerWhole);
    expect(paths).toEqual(['/v1/embeddings', '/v1/images/generations', '/v1/moderations']);
    provider.on('rerank-1', (call) => call.answer(200, '{"results":[{"index":0,"relevance_score":1}]}'));
    const ranked = await router.rerank({ model: 'rerank', query: 'a', documents: ['a', 'b'] });
    expect(ranked.results).toEqual([{ index: 0, relevance_score: 1 }]);
  });

  it('speech is a web Response with its media type', async () => {
    provider.on('m', (call) => call.answer(200, Buffer.from([1, 2, 3]), ['content-type: audio/mpeg']));
    const sound = await router.speech({ model: 'chat', input: 'Hello!', voice: 'alloy' });
    provider.on('m', answerWhole);
    expect(sound.headers.get('content-type')).toBe('audio/mpeg');
    expect([...new Uint8Array(await sound.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  it('transcriptions send the file as a form', async () => {
    json('/v1/audio/transcriptions', { text: 'hello' });
    const file = { name: 'a.mp3', data: new Uint8Array([7, 7]) };
    await expect(router.transcription({ model: 'chat', file, keywords: circle() })).rejects.toMatchObject({
      code: 'bad_request',
      param: 'keywords',
    });
    const answer = await router.transcription({ model: 'chat', file, language: 'en', numRetries: 0 });
    expect(answer.text).toBe('hello');
    const form = await new Response(new Uint8Array(lastCall().body), {
      headers: { 'content-type': lastCall().headers['content-type'] ?? '' },
    }).formData();
    expect([form.get('model'), form.get('language'), form.has('num_retries')]).toEqual(['m', 'en', false]);
    expect((form.get('file') as File).name).toBe('a.mp3');
    provider.on('/v1/audio/transcriptions', (call) => call.answer(200, '1\n00:00', ['content-type: text/plain']));
    expect(await router.transcription({ model: 'chat', file: new Blob(['x']) })).toEqual({ text: '1\n00:00' });
    await expect(router.transcription({ model: 'chat', file: 'a.mp3' as never })).rejects.toThrow(/`file` has to be/);
  });

  it('a response that follows another one goes to the deployment that gave it', async () => {
    for (const name of ['one', 'two'])
      provider.on(name, (call) =>
        call.answer(200, JSON.stringify({ id: `resp_${name}`, object: 'response', output: [] })),
      );
    const pair = routerOf(['one', 'two'].map((model) => deployment(provider, 'g', { model })));
    const first = await pair.responses({ model: 'g', input: 'Hello!' });
    for (let call = 0; call < 6; call++) {
      const next = await pair.responses({ model: 'g', input: 'And?', previous_response_id: first.id });
      expect(next._hidden_params.model_id).toBe(first._hidden_params.model_id);
    }
    expect(lastCall().json).toMatchObject({ previous_response_id: first.id });
    await pair.close();
  });

  it('messages of Anthropic are not there yet, and say so', async () => {
    await expect(router.anthropicMessages({ model: 'chat' })).rejects.toMatchObject({
      code: 'not_implemented',
      status: 501,
    });
  });
});

describe('several models at once', () => {
  it('answer in their order, errors in their places', async () => {
    const answers = await router.batchCompletion({ models: ['chat', 'nobody', 'other-chat'], messages });
    expect(answers.map((answer) => (answer instanceof Error ? answer.name : answer._hidden_params.model_id))).toEqual([
      'm',
      'BadRequestError',
      'other',
    ]);
    const lists = await router.batchCompletion({ models: ['chat'], messages: [messages, messages] });
    expect(lists.map((list) => list.length)).toEqual([1, 1]);
  });

  it('or the first one answers and the others are ended', async () => {
    provider.on('m', () => undefined);
    const before = provider.callsFor('m').length;
    provider.on('other', async (call) => {
      await provider.nthCall('m', before + 1);
      answerWhole(call);
    });
    const call = { models: ['chat', 'other-chat'], messages };
    const answer = await router.batchCompletionFastestResponse(call);
    expect(answer._hidden_params.model_id).toBe('other');
    await provider.callsFor('m').at(-1)?.closed;
    expect(router.getState().map(({ inFlight }) => inFlight)).toEqual([0, 0, 0, 0]);
    provider.on('m', answerWhole);
    provider.on('other', answerWhole);
  });

  it('fails with the first model’s error when none answers', async () => {
    const error = await errorOf(router.batchCompletionFastestResponse({ models: ['nobody', 'no-one'], messages }));
    expect(error).toMatchObject({ code: 'unknown_model', cause: { errors: [{}, {}] } });
    expect(String(error)).toContain('model=nobody');
  });
});

describe('mockResponse', () => {
  it('answers without a provider, key or address', async () => {
    const mocked = routerOf([{ modelName: 'g', litellmParams: { model: 'anthropic/claude', mockResponse: 'canned' } }]);
    const call = { model: 'g', messages };
    expect((await mocked.completion(call)).choices[0]?.message.content).toBe('canned');
    let text = '';
    for await (const chunk of await mocked.completion({ ...call, stream: true as const, mockResponse: 'of the call' }))
      text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('of the call');
    const embedding = await mocked.embedding({ model: 'g', input: 'x', mockResponse: [0.5] });
    expect(embedding.data[0]?.embedding).toEqual([0.5]);
    expect(mocked.getState()[0]?.inFlight).toBe(0);
    await mocked.close();
  });

  it('fails as LiteLLM’s, so that fallbacks can be tried', async () => {
    const call = { model: 'chat', messages, mockResponse: 'litellm.RateLimitError' };
    await expect(router.completion(call)).rejects.toMatchObject({ name: 'RateLimitError', status: 429 });
    const answer = await router.completion({ ...call, fallbacks: [{ model: 'other-chat', mockResponse: 'spare' }] });
    expect(answer.choices[0]?.message.content).toBe('spare');
    const tested = { model: 'chat', messages, mock_testing_fallbacks: true, fallbacks: ['other-chat'] };
    expect((await router.completion(tested))._hidden_params.model_group).toBe('other-chat');
  });
});
