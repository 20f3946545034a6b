/** What the official client makes of every family: it must parse all of it and raise the right errors. */
import OpenAI, {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
  toFile,
} from 'openai';
import { describe, expect, it } from 'vitest';
import { fetchOver } from '../../../test/support/transport-fetch.ts';
import { createSimulatedTransport, SIMULATED_ORIGIN } from './simulated-transport.ts';

const OPTIONS = { connections: 1, maxWaiting: 1, connectTimeoutMs: 1, keepAliveMs: 1, verifyTls: true };
const transport = createSimulatedTransport({ now: () => 1_800_000_000_000 })(SIMULATED_ORIGIN, OPTIONS);
const client = new OpenAI({
  apiKey: 'none',
  baseURL: `${SIMULATED_ORIGIN}/v1`,
  maxRetries: 0,
  fetch: fetchOver(transport),
});

const model = 'simulated/fast';
const messages = [{ role: 'user' as const, content: 'Hello there' }];
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] }, days: { type: 'integer', minimum: 3 } },
    },
  },
};
const clock = { type: 'function' as const, function: { name: 'tell_time', parameters: { type: 'object' } } };

describe('chat', () => {
  it('answers with text and consistent usage', async () => {
    const reply = await client.chat.completions.create({ model, messages });
    expect(reply).toMatchObject({ object: 'chat.completion', model, created: 1_800_000_000 });
    const choice = reply.choices[0];
    expect(choice?.message.content).toMatch(/^This is a simulated answer to “Hello there”\./);
    expect(choice?.finish_reason).toBe('stop');
    expect(reply.usage?.prompt_tokens).toBe(Math.ceil('Hello there'.length / 4));
    expect(reply.usage?.completion_tokens).toBe(Math.ceil((choice?.message.content?.length ?? 0) / 4));
  });

  it('streams the same text, with usage only when asked for', async () => {
    for (const includeUsage of [true, false]) {
      const body = {
        model,
        messages,
        stream: true as const,
        ...(includeUsage ? { stream_options: { include_usage: true } } : {}),
      };
      let text = '';
      const usages = [];
      for await (const chunk of await client.chat.completions.create(body)) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (chunk.usage) usages.push([chunk.choices.length, chunk.usage.completion_tokens]);
      }
      expect(text).toMatch(/^This is a simulated answer/);
      expect(usages).toEqual(includeUsage ? [[0, Math.ceil(text.length / 4)]] : []);
    }
  });

  it('makes n answers, also in a stream', async () => {
    const plain = await client.chat.completions.create({ model, messages, n: 3 });
    expect(plain.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const texts = ['', '', ''];
    for await (const chunk of await client.chat.completions.create({ model, messages, n: 3, stream: true })) {
      const choice = chunk.choices[0];
      if (choice) texts[choice.index] += choice.delta.content ?? '';
    }
    expect(texts.every((text) => text.length > 20)).toBe(true);
  });

  it('keeps to max_tokens and stop', async () => {
    const short = await client.chat.completions.create({ model, messages, max_completion_tokens: 3 });
    expect(short.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'This is a si' } });
    const stopped = await client.chat.completions.create({ model, messages, stop: [' answer'] });
    expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'This is a simulated' } });
  });

  it('takes the length from the name', async () => {
    const reply = await client.chat.completions.create({ model: 'simulated/fast+tokens-200', messages });
    expect(reply.usage?.completion_tokens).toBe(200);
  });

  it('calls the tools that the user names, or the one that is forced', async () => {
    const ask = async (content: string, more: object = {}): Promise<[string, unknown][]> => {
      const body = { model, messages: [{ role: 'user' as const, content }], tools: [weather, clock], ...more };
      const { choices } = await client.chat.completions.create(body);
      const calls = choices[0]?.message.tool_calls ?? [];
      return calls.flatMap((call): [string, unknown][] =>
        call.type === 'function' ? [[call.function.name, JSON.parse(call.function.arguments)]] : [],
      );
    };
    expect(await ask('Please get weather for me')).toEqual([
      ['get_weather', { city: 'Please get weather for me', unit: 'C', days: 3 }],
    ]);
    expect((await ask('get_weather and tell time')).map(([name]) => name)).toEqual(['get_weather', 'tell_time']);
    expect(await ask('get_weather and tell time', { parallel_tool_calls: false })).toHaveLength(1);
    expect((await ask('Hi', { tool_choice: 'required' })).map(([name]) => name)).toEqual(['get_weather']);
    const forced = { tool_choice: { type: 'function', function: { name: 'tell_time' } } };
    expect(await ask('Hi', forced)).toEqual([['tell_time', {}]]);
    expect(await ask('Hi')).toEqual([]);
    expect(await ask('use a tool', { tool_choice: 'none' })).toEqual([]);
  });

  it('streams tool calls that the client puts together again', async () => {
    const stream = client.chat.completions.stream({
      model,
      messages: [{ role: 'user', content: 'get weather and tell time' }],
      tools: [weather, clock],
    });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const calls = (choices[0]?.message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ name: call.function.name, arguments: call.function.arguments }] : [],
    );
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'tell_time']);
    expect(JSON.parse(calls[0]?.arguments ?? '')).toMatchObject({ unit: 'C' });
  });

  it('writes text after a tool has answered', async () => {
    const reply = await client.chat.completions.create({
      model,
      tools: [weather],
      messages: [
        { role: 'user', content: 'get weather' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'sunny' },
      ],
    });
    expect(reply.choices[0]?.message.content).toContain('“sunny”');
  });

  it('writes JSON that fits the schema', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, tags: { type: 'array', items: { enum: ['x'] } } },
    };
    const reply = await client.chat.completions.create({
      model,
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 's', schema } },
    });
    expect(JSON.parse(reply.choices[0]?.message.content ?? '')).toEqual({ name: 'Hello there', tags: ['x'] });
  });
});

describe('errors', () => {
  it.each([
    ['error-401', AuthenticationError, 401],
    ['error-429', RateLimitError, 429],
    ['error-500', InternalServerError, 500],
    ['error-503', InternalServerError, 503],
    ['error-context', BadRequestError, 400],
    ['error-policy', BadRequestError, 400],
  ])('%s', async (name, kind, status) => {
    const failure: unknown = await client.chat.completions
      .create({ model: `simulated/fast+${name}`, messages, stream: true })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect(failure).toMatchObject({ status });
  });

  it('carries retry-after and OpenAI’s codes', async () => {
    const failureOf = async (name: string): Promise<APIError> => {
      const reply = client.chat.completions.create({ model: `simulated/fast+${name}`, messages });
      const failure: unknown = await reply.catch((error: unknown) => error);
      if (failure instanceof APIError) return failure;
      throw new Error(`${name} did not fail`);
    };
    expect((await failureOf('error-429')).headers?.get('retry-after')).toBe('1');
    expect((await failureOf('error-context')).code).toBe('context_length_exceeded');
    expect((await failureOf('error-policy')).code).toBe('content_policy_violation');
  });

  it('refuses what no provider could answer', async () => {
    await expect(client.chat.completions.create({ model } as never)).rejects.toThrow(
      "Missing required parameter: 'messages'",
    );
    await expect(client.post('/nothing', { body: {} })).rejects.toMatchObject({ status: 404 });
    await expect(client.post('/chat/completions', { body: [1] as never })).rejects.toMatchObject({ status: 400 });
  });

  it('cuts a connection and fails in the middle of a stream', async () => {
    await expect(client.chat.completions.create({ model: 'simulated/fast+reset', messages })).rejects.toBeInstanceOf(
      APIConnectionError,
    );
    const read = async (name: string): Promise<void> => {
      const stream = await client.chat.completions.create({ model: `simulated/fast+${name}`, messages, stream: true });
      for await (const chunk of stream) expect(chunk.choices).toHaveLength(1);
    };
    await expect(read('cut-3')).rejects.toThrow('ended the connection');
    await expect(read('errmid-3')).rejects.toBeInstanceOf(APIError);
  });
});

describe('the other families', () => {
  it('completes text, plain and streamed', async () => {
    const plain = await client.completions.create({ model, prompt: ['One', 'Two'], max_tokens: 8, echo: true });
    expect(plain.choices.map(({ text }) => text.slice(0, 11))).toEqual(['OneThis is ', 'TwoThis is ']);
    let text = '';
    let finish: string | null = null;
    for await (const chunk of await client.completions.create({ model, prompt: 'One', stream: true })) {
      text += chunk.choices[0]?.text ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect([text.length, finish]).toEqual([64, 'length']);
  });

  it('embeds: unit vectors, equal for equal texts, both encodings the same', async () => {
    const input = ['red', 'blue', 'red'];
    const floats = await client.embeddings.create({ model, input, encoding_format: 'float', dimensions: 64 });
    const base64 = await client.embeddings.create({ model, input, dimensions: 64 });
    const vectors = floats.data.map(({ embedding }) => embedding);
    expect(vectors.map((vector) => vector.length)).toEqual([64, 64, 64]);
    expect(vectors[2]).toEqual(vectors[0]);
    expect(vectors[1]).not.toEqual(vectors[0]);
    expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1, 5);
    expect(base64.data.map(({ embedding }) => embedding)).toEqual(vectors);
    const usual = await client.embeddings.create({ model, input: 'red' });
    expect(usual.data[0]?.embedding).toHaveLength(1536);
    await expect(client.embeddings.create({ model, input, dimensions: 0 })).rejects.toThrow("'dimensions' must be");
  });

  it('moderates by the names of the categories', async () => {
    const { results } = await client.moderations.create({ model, input: ['a kind word', 'plain violence'] });
    expect(results.map(({ flagged, categories }) => [flagged, categories.violence])).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('draws a PNG', async () => {
    const { data, usage } = await client.images.generate({ model, prompt: 'a cat', n: 2 });
    const images = data?.map(({ b64_json: encoded }) => Buffer.from(encoded ?? '', 'base64')) ?? [];
    expect(images.map((image) => image.toString('latin1', 1, 4))).toEqual(['PNG', 'PNG']);
    expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(false);
    expect(usage?.output_tokens).toBe(128);
  });

  it('speaks WAV and writes down what it hears', async () => {
    const speech = await client.audio.speech.create({ model, input: 'one two three', voice: 'alloy' });
    const wav = Buffer.from(await speech.arrayBuffer());
    expect([speech.headers.get('content-type'), wav.toString('latin1', 0, 4)]).toEqual(['audio/wav', 'RIFF']);
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
    const file = await toFile(wav, 'speech.wav');
    const heard = await client.audio.transcriptions.create({ model, file });
    expect(heard.text).toBe(`This is a simulated transcription of ${wav.length} bytes of audio.`);
    expect(await client.audio.transcriptions.create({ model, file, response_format: 'text' })).toBe(`${heard.text}\n`);
    let streamed = '';
    for await (const event of await client.audio.transcriptions.create({ model, file, stream: true })) {
      if (event.type === 'transcript.text.delta') streamed += event.delta;
    }
    expect(streamed).toBe(heard.text);
  });

  it('ranks documents by the words of the query', async () => {
    const body = { model, query: 'red apple', documents: ['green pear', 'a red apple', { text: 'red' }], top_n: 2 };
    const { results } = await client.post<{ results: { index: number; relevance_score: number }[] }>('/rerank', {
      body,
    });
    expect(results.map(({ index }) => index)).toEqual([1, 2]);
    expect(results[0]?.relevance_score).toBeGreaterThan(results[1]?.relevance_score ?? 1);
  });
});

describe('responses', () => {
  it('answers plain, in the shape that the client reads', async () => {
    const reply = await client.responses.create({ model, input: 'Hello', instructions: 'Be kind' });
    expect(reply).toMatchObject({ object: 'response', status: 'completed', instructions: 'Be kind' });
    expect(reply.output_text).toContain('“Hello”');
    expect(reply.usage?.total_tokens).toBe((reply.usage?.input_tokens ?? 0) + (reply.usage?.output_tokens ?? 0));
  });

  it('streams numbered events that add up to the whole', async () => {
    const stream = client.responses.stream({ model, input: 'Hello' });
    const types: string[] = [];
    const numbers: number[] = [];
    let text = '';
    for await (const event of stream) {
      types.push(event.type);
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect([types[0], types[1], types.at(-1)]).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
    expect((await stream.finalResponse()).output_text).toBe(text);
  });

  it('calls functions, and says when the answer was cut short', async () => {
    const tools = [
      { type: 'function' as const, name: 'get_weather', strict: false, parameters: weather.function.parameters },
    ];
    const stream = client.responses.stream({ model, input: 'get weather', tools });
    const { output } = await stream.finalResponse();
    expect(output[0]).toMatchObject({ type: 'function_call', name: 'get_weather', status: 'completed' });
    const short = await client.responses.create({ model, input: 'Hello', max_output_tokens: 2 });
    expect(short).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });
});
