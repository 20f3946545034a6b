/** The official OpenAI package for Node, unmodified, against a running gateway. */
import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
  toFile,
} from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole, beginStream, HEALTHY_TEXT, part, USAGE } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let gateway: GatewayProcess;
let client: OpenAI;

const MESSAGES = [{ role: 'user' as const, content: 'Say something about the weather tool.' }];
const TOOLS = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' } },
        required: ['city', 'days'],
      },
    },
  },
];

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: named
    litellm_params: { model: simulated/fast }
  - model_name: simulated/*
    litellm_params: { model: simulated/* }
  - model_name: "*"
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: sk-provider-key }
router_settings: { num_retries: 0, disable_cooldowns: true }
general_settings: { master_key: sk-1234 }
`);
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-1234', maxRetries: 0, timeout: 10_000 });
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

describe('chat', () => {
  it('answers, with the usage and the model that was asked for', async () => {
    provider.on('plain', answerWhole);
    const answer = await client.chat.completions.create({ model: 'plain', messages: MESSAGES });
    expect(answer.choices[0]?.message.content).toBe(HEALTHY_TEXT);
    expect(answer.usage).toMatchObject(USAGE);
    expect(answer.model).toBe('plain');
    const call = await provider.nthCall('plain');
    expect(call.headers.authorization).toBe('Bearer sk-provider-key');
    expect(call.json['messages']).toEqual(MESSAGES);
  });

  it('streams every word in order, without a usage chunk that nobody asked for', async () => {
    provider.on('streamed', answerWhole);
    const stream = await client.chat.completions.create({ model: 'streamed', messages: MESSAGES, stream: true });
    let text = '';
    let finishReason: string | null = null;
    let usageChunks = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
      if (chunk.choices.length === 0) usageChunks += 1;
    }
    expect([text, finishReason, usageChunks]).toEqual([HEALTHY_TEXT, 'stop', 0]);
  });

  it('ends a stream in a usage chunk without choices when the client asks for it', async () => {
    const stream = await client.chat.completions.create({
      model: 'simulated/fast',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.total_tokens).toBeGreaterThan(0);
    expect(chunks.slice(0, -1).every((chunk) => chunk.choices.length === 1)).toBe(true);
  });

  it('hands over each event as it comes', async () => {
    provider.on('stepwise', (call) => beginStream(call, 1));
    const stream = await client.chat.completions.create({ model: 'stepwise', messages: MESSAGES, stream: true });
    const events: AsyncIterator<ChatCompletionChunk, undefined> = stream[Symbol.asyncIterator]();
    expect((await events.next()).value?.choices[0]?.delta.content).toBe('word0');
    // Only now does the provider say more: a gateway that waits for more before it writes would hang here.
    const call = await provider.nthCall('stepwise');
    call.event(part('stepwise', ' word1'));
    expect((await events.next()).value?.choices[0]?.delta.content).toBe(' word1');
    call.event(part('stepwise', null, 'stop'));
    call.event('[DONE]');
    call.endChunks();
    expect((await events.next()).value?.choices[0]?.finish_reason).toBe('stop');
    expect((await events.next()).done).toBe(true);
  });

  it('keeps raw responses and headers readable', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'simulated/fast', messages: MESSAGES })
      .withResponse();
    expect(data.object).toBe('chat.completion');
    expect(response.headers.get('x-litellm-call-id')).toMatch(/\S/);
  });
});

describe('tools', () => {
  it('returns calls whose arguments are JSON of the right shape', async () => {
    const answer = await client.chat.completions.create({
      model: 'simulated/fast',
      messages: MESSAGES,
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(answer.choices[0]?.finish_reason).toMatch(/tool_calls|stop/);
    if (call?.type !== 'function') throw new Error('no function call');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String), days: expect.any(Number) });
  });

  it('assembles streamed calls with the package’s own accumulator', async () => {
    const final = await client.chat.completions
      .stream({ model: 'simulated/fast', messages: MESSAGES, tools: TOOLS, tool_choice: 'required' })
      .finalChatCompletion();
    const call = final.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== 'function') throw new Error('no function call');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String), days: expect.any(Number) });
    expect(call.id).toMatch(/\S/);
  });

  it('parses structured output', async () => {
    const schema = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] };
    const answer = await client.chat.completions.create({
      model: 'simulated/fast',
      messages: MESSAGES,
      response_format: { type: 'json_schema', json_schema: { name: 'sum', schema, strict: true } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ sum: expect.any(Number) });
  });
});

describe('other routes', () => {
  it('embeds, whether the package asks for base64 or the caller for floats', async () => {
    const input = ['one', 'two'];
    const decoded = await client.embeddings.create({ model: 'simulated/fast', input, dimensions: 8 });
    const floats = await client.embeddings.create({
      model: 'simulated/fast',
      input,
      dimensions: 8,
      encoding_format: 'float',
    });
    expect(decoded.data.map((row) => row.embedding.length)).toEqual([8, 8]);
    const rounded = (rows: typeof floats): number[][] =>
      rows.data.map((row) => Array.from(row.embedding, (value) => Math.round(value * 1e5)));
    expect(rounded(decoded)).toEqual(rounded(floats));
    const base64 = await client.embeddings.create({
      model: 'simulated/fast',
      input: 'one',
      dimensions: 8,
      encoding_format: 'base64',
    });
    expect(base64.data[0]?.embedding).toEqual(expect.any(String));
  });

  it('completes text, plain and streamed', async () => {
    const request = { model: 'simulated/fast', prompt: 'Once upon a time', max_tokens: 12 };
    const plain = await client.completions.create(request);
    const stream = await client.completions.create({ ...request, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(plain.choices[0]?.text).toMatch(/\S/);
    expect(text).toBe(plain.choices[0]?.text);
  });

  it('answers responses, plain and as events', async () => {
    const plain = await client.responses.create({ model: 'simulated/fast', input: 'Hello' });
    expect(plain.output_text).toMatch(/\S/);
    const types: string[] = [];
    let text = '';
    let whole = '';
    for await (const event of await client.responses.create({
      model: 'simulated/fast',
      input: 'Hello',
      stream: true,
    })) {
      types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.output_text.done') whole = event.text;
    }
    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed']);
    expect(text).toMatch(/\S/);
    expect(text).toBe(whole);
  });

  it('makes images', async () => {
    const answer = await client.images.generate({
      model: 'simulated/fast',
      prompt: 'a cat',
      response_format: 'b64_json',
    });
    const png = Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it('speaks, byte for byte as the provider did', async () => {
    const sound = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256));
    provider.on('speaker', (call) => call.answer(200, sound, ['content-type: audio/mpeg']));
    const answer = await client.audio.speech.create({ model: 'speaker', voice: 'alloy', input: 'Hello' });
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect(Buffer.from(await answer.arrayBuffer()).equals(sound)).toBe(true);
    const simulated = await client.audio.speech.create({ model: 'simulated/fast', voice: 'alloy', input: 'Hello' });
    expect((await simulated.arrayBuffer()).byteLength).toBeGreaterThan(44);
  });

  it('transcribes a file, and the provider gets its bytes', async () => {
    provider.on('/v1/audio/transcriptions', (call) => call.answer(200, JSON.stringify({ text: 'heard' })));
    const sound = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));
    const file = await toFile(sound, 'sound.wav', { type: 'audio/wav' });
    const answer = await client.audio.transcriptions.create({ model: 'listener', file });
    expect(answer.text).toBe('heard');
    const call = provider.calls.find(({ path }) => path === '/v1/audio/transcriptions');
    expect(call?.body.includes(sound)).toBe(true);
    expect(call?.body.toString('latin1')).toMatch(/name="model"\r\n\r\nlistener\r\n/);
    expect(call?.headers.authorization).toBe('Bearer sk-provider-key');
    const simulated = await client.audio.transcriptions.create({ model: 'simulated/fast', file });
    expect(simulated.text).toMatch(/\S/);
  });

  it('lists models and retrieves one', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('named');
    expect((await client.models.retrieve('named')).id).toBe('named');
  });

  it('moderates', async () => {
    const answer = await client.moderations.create({ model: 'simulated/fast', input: 'violence' });
    expect(answer.results[0]?.flagged).toBe(true);
  });
});

describe('errors', () => {
  const fail = (model: string, signal?: AbortSignal): Promise<unknown> =>
    client.chat.completions.create({ model, messages: MESSAGES }, { signal: signal ?? null }).then(
      () => 'no error',
      (error: unknown) => error,
    );

  it.each([
    ['simulated/error-400', BadRequestError, 400],
    ['simulated/error-401', AuthenticationError, 401],
    ['simulated/error-403', PermissionDeniedError, 403],
    ['simulated/error-404', NotFoundError, 404],
    ['simulated/error-422', UnprocessableEntityError, 422],
    ['simulated/error-429', RateLimitError, 429],
    ['simulated/error-500', InternalServerError, 500],
    ['simulated/error-503', InternalServerError, 503],
  ])('%s becomes its exception class, plain and streamed', async (model, expected, status) => {
    const plain = await fail(model);
    expect(plain).toBeInstanceOf(expected);
    expect(plain).toMatchObject({ status });
    const streamed = await client.chat.completions.create({ model, messages: MESSAGES, stream: true }).then(
      () => 'no error',
      (error: unknown) => error,
    );
    expect(streamed).toBeInstanceOf(expected);
  });

  it('tells how long to wait', async () => {
    const error = await fail('simulated/error-429');
    if (!(error instanceof RateLimitError)) throw error;
    expect(error.headers?.get('retry-after')).toBe('1');
  });

  it('keeps the provider’s code', async () => {
    const error = await fail('simulated/error-context');
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ code: 'context_length_exceeded' });
  });

  it('refuses a wrong key as AuthenticationError', async () => {
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model: 'plain', messages: MESSAGES })).rejects.toBeInstanceOf(
      AuthenticationError,
    );
  });

  it('throws while a broken stream is read', async () => {
    provider.on('broken', (call) => {
      beginStream(call, 10);
      call.event({ error: { message: 'the model fell over', type: 'server_error' } });
      call.endChunks();
    });
    const stream = await client.chat.completions.create({ model: 'broken', messages: MESSAGES, stream: true });
    let text = '';
    await expect(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      })(),
    ).rejects.toThrow(/the model fell over/);
    expect(text).toMatch(/word9$/);
  });

  it('ends the provider’s call when the client aborts, plain and streamed', async () => {
    provider.on('silent', () => undefined);
    const controller = new AbortController();
    const error = fail('silent', controller.signal);
    const plain = await provider.nthCall('silent');
    controller.abort();
    expect(await error).toBeInstanceOf(APIUserAbortError);
    await plain.closed;

    provider.on('half', (call) => beginStream(call, 3));
    const stream = await client.chat.completions.create({ model: 'half', messages: MESSAGES, stream: true });
    for await (const _chunk of stream) break;
    await (
      await provider.nthCall('half')
    ).closed;
  });
});
