/**
 * Streams of the library's `Router`: whole ones, broken ones, slow readers, callers that leave, and what is left behind
 * after ten thousand calls.
 */
import { getEventListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatCompletionChunk } from '../../src/client/router/answers.ts';
import type { RouterOptions } from '../../src/client/router/contract.ts';
import type { Router } from '../../src/client/router/router.ts';
import { createUndiciTransport } from '../../src/wire/undici-transport.ts';
import type { Transport } from '../../src/wire/contract.ts';
import { deployment, errorOf, messages, routerOf } from '../support/library-router.ts';
import { answerWhole, beginStream, HEALTHY_TEXT, opening, part } from '../support/scripted-answers.ts';
import { type ProviderCall, ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let router: Router;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  process.on('unhandledRejection', onRejection);
});
afterAll(async () => {
  process.off('unhandledRejection', onRejection);
  await provider.close();
});
beforeEach(() => {
  router = routerFor({});
});
afterEach(async () => {
  await router.close({ abort: true });
  if (rejections.length > 0) throw new Error('a rejection that nobody handled', { cause: rejections[0] });
});

const routerFor = (options: RouterOptions, models: readonly string[] = MODELS): Router =>
  routerOf(
    // A name that is an id too would be a deployment, which is never tried again.
    models.map((model) => deployment(provider, model, { model }, { id: `${model}-id` })),
    options,
  );

const MODELS = ['whole', 'broken', 'spare'];

const open = (options: object = {}, on = router) =>
  on.completion({ model: 'broken', messages, stream: true as const, ...options });

async function read(
  stream: AsyncIterable<ChatCompletionChunk>,
): Promise<{ text: string; chunks: ChatCompletionChunk[] }> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), chunks };
}

/** What came before the error, and the error. */
async function readBroken(stream: AsyncIterable<ChatCompletionChunk>): Promise<{ words: number; error: unknown }> {
  let words = 0;
  try {
    for await (const _ of stream) words += 1;
  } catch (error) {
    return { words, error };
  }
  throw new Error('the stream ended as if it were whole');
}

describe('a whole stream', () => {
  it('comes chunk by chunk, with its usage only for those who ask', async () => {
    provider.on('whole', answerWhole);
    const plain = await read(await open({ model: 'whole' }));
    expect(plain.text).toBe(HEALTHY_TEXT);
    expect(plain.chunks.some(({ usage }) => usage != null)).toBe(false);
    const asked = await read(await open({ model: 'whole', stream_options: { include_usage: true } }));
    expect(asked.chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 67 } });
    expect(router.getState()[0]).toMatchObject({ inFlight: 0, successes: 2, tokensThisMinute: 134 });
  });

  it('counts what the provider does not tell, for those who ask', async () => {
    provider.on('whole', (call) => {
      beginStream(call, 3);
      call.event(part(call.model, null, 'stop'));
      call.event('[DONE]');
      call.endChunks();
    });
    const { chunks } = await read(await open({ model: 'whole', stream_options: { include_usage: true } }));
    expect(chunks).toHaveLength(5);
    // `word0 word1 word2` is six tokens, the question nine.
    expect(chunks.at(-1)).toMatchObject({
      id: 'chatcmpl-1',
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 6, total_tokens: 15 },
    });
    expect(router.getState()[0]?.tokensThisMinute).toBe(15);
  });

  it('tells who answered, and can be asked for the next chunk by hand', async () => {
    provider.on('whole', answerWhole);
    const stream = await open({ model: 'whole' });
    expect(stream._hidden_params).toMatchObject({ model_id: 'whole-id', custom_llm_provider: 'openai' });
    expect(await stream.next()).toMatchObject({ done: false, value: { object: 'chat.completion.chunk' } });
    await stream.return?.();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('is whole after [DONE], even where the provider leaves its answer open', async () => {
    provider.on('whole', (call) => {
      beginStream(call, 3);
      call.event(part(call.model, null, 'stop'));
      call.event('[DONE]');
    });
    expect((await read(await open({ model: 'whole' }))).chunks).toHaveLength(4);
    await provider.callsFor('whole').at(-1)?.closed;
  });

  it('survives chunks of one byte and events that are damaged', async () => {
    provider.on('whole', (call) => {
      call.streamHead();
      const events = [part(call.model, 'é'), part(call.model, '👍', 'stop')];
      const bytes = Buffer.from(
        `: hello\r\n\r\ndata: {nonsense\r\n\r\n${events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join('')}`,
      );
      for (const byte of bytes) call.chunk(Buffer.of(byte));
      call.event('[DONE]');
      call.endChunks();
    });
    expect((await read(await open({ model: 'whole' }))).text).toBe('é👍');
  });
});

describe('a stream that breaks', () => {
  it.each<[string, (call: ProviderCall) => void]>([
    ['with an error', (call) => call.event({ error: { message: 'overloaded', code: 503 } })],
    ['in order', (call) => call.endChunks()],
    ['with a reset', (call) => call.reset()],
    ['in silence', () => undefined],
  ])('%s before its first content is tried elsewhere', async (_name, breaks) => {
    provider.on('broken', async (call) => {
      call.streamHead();
      for (const event of opening('broken')) call.event(event);
      await call.writeAll('');
      breaks(call);
    });
    provider.on('spare', answerWhole);
    const stream = await open({ fallbacks: ['spare'], streamTimeout: 0.3 });
    const { text, chunks } = await read(stream);
    expect([stream._hidden_params.model_group, text, chunks[0]?.model]).toEqual(['spare', HEALTHY_TEXT, 'spare']);
  });

  it.each<[string, (call: Parameters<typeof beginStream>[0]) => void, object]>([
    [
      'with an error event',
      (call) => {
        call.event({ error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 429 } });
        call.endChunks();
      },
      { name: 'RateLimitError', status: 429 },
    ],
    ['ended in order of HTTP, but not of its events', (call) => call.endChunks(), { status: 500 }],
    ['cut', (call) => call.end(), { status: 500 }],
    ['silent', () => undefined, { status: 500 }],
  ])('%s throws behind the chunks that came', async (_name, end, wanted) => {
    provider.on('broken', (call) => {
      beginStream(call, 5);
      end(call);
    });
    provider.on('spare', answerWhole);
    const { words, error } = await readBroken(await open({ fallbacks: ['spare'], streamTimeout: 0.2 }));
    expect(words).toBe(5);
    expect(error).toMatchObject(wanted);
    expect(router.getState()[1]).toMatchObject({ inFlight: 0, fails: 1 });
  });

  it('and falls silent has its connection dropped', async () => {
    provider.on('broken', (call) => beginStream(call, 1));
    const { words } = await readBroken(await open({ streamTimeout: 0.1 }));
    const call = provider.callsFor('broken').at(-1);
    await call?.closed;
    expect([words, call?.connectionOpen]).toEqual([1, false]);
  });

  it('says a time-out when nothing ever came', async () => {
    provider.on('broken', (call) => call.streamHead());
    await expect(open({ streamTimeout: 0.1 })).rejects.toMatchObject({ name: 'Timeout', status: 408 });
  });

  it('of the Responses API too', async () => {
    provider.on('broken', (call) => {
      call.streamHead();
      call.event({ type: 'response.created', response: { id: 'resp_1' } });
      call.event({ type: 'response.output_text.delta', delta: 'Hel' });
      call.event({ type: 'error', code: 'rate_limit_exceeded', message: 'Rate limit reached' });
      call.endChunks();
    });
    const stream = await router.responses({ model: 'broken', input: 'Hello!', stream: true });
    expect(await stream.next()).toMatchObject({ value: { type: 'response.created' } });
    expect(await stream.next()).toMatchObject({ value: { delta: 'Hel' } });
    await expect(stream.next()).rejects.toMatchObject({ name: 'RateLimitError' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a slow reader', () => {
  it('pauses the provider, and is not taken for a silent one', async () => {
    const padding = 'x'.repeat(64 * 1024);
    const total = 1000;
    let written = 0;
    provider.on('broken', async (call) => {
      call.streamHead();
      for (; written < total && call.connectionOpen; written++) {
        const text = `data: ${JSON.stringify(part(call.model, padding))}\n\n`;
        await call.writeAll(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
      }
      call.event(part(call.model, null, 'stop'));
      call.event('[DONE]');
      call.endChunks();
    });
    const stream = await open({ streamTimeout: 1 });
    await stream.next();
    // Longer than the limit: what the provider could write by then waits in sockets, not in the reader's memory.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(written).toBeLessThan(total / 2);
    const { chunks } = await read(stream);
    expect(chunks).toHaveLength(total);
  });
});

describe('a caller that leaves', () => {
  const holding = (words: number): void =>
    provider.on('broken', (call) => {
      if (words > 0) beginStream(call, words);
    });

  it('ends the provider’s call by leaving the loop', async () => {
    holding(2);
    for await (const _ of await open()) break;
    await provider.callsFor('broken').at(-1)?.closed;
    expect(router.getState()[1]).toMatchObject({ inFlight: 0, fails: 0, successes: 0 });
  });

  it('before the call, gets the signal’s reason and nothing is sent', async () => {
    const before = provider.calls.length;
    await expect(open({ signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(provider.calls.length).toBe(before);
  });

  it('while the first byte is waited for', async () => {
    holding(0);
    const controller = new AbortController();
    const before = provider.callsFor('broken').length;
    const answer = errorOf(open({ signal: controller.signal }));
    const call = await provider.nthCall('broken', before + 1);
    controller.abort();
    expect(await answer).toMatchObject({ name: 'AbortError' });
    await call.closed;
    expect(router.getState()[1]).toMatchObject({ inFlight: 0, fails: 0 });
  });

  it('between two attempts', async () => {
    const refused = Promise.withResolvers<void>();
    provider.on('broken', (call) => {
      call.answer(500, '{"error":{"message":"no"}}', ['content-type: application/json', 'retry-after: 30']);
      refused.resolve();
    });
    const controller = new AbortController();
    const before = provider.callsFor('broken').length;
    const answer = errorOf(open({ signal: controller.signal, numRetries: 2 }));
    await refused.promise;
    await vi.waitUntil(() => router.getState()[1]?.fails === 1);
    controller.abort(new Error('enough'));
    expect(await answer).toMatchObject({ message: 'enough' });
    expect(provider.callsFor('broken').length).toBe(before + 1);
  });

  it('in the middle of a stream, with and without somebody waiting', async () => {
    holding(3);
    for (const waits of [true, false]) {
      const controller = new AbortController();
      const stream = await open({ signal: controller.signal });
      await stream.next();
      if (waits) for (let word = 0; word < 2; word++) await stream.next();
      const next = waits ? errorOf(stream.next()) : null;
      controller.abort(new Error('enough'));
      expect(await (next ?? errorOf(stream.next()))).toMatchObject({ message: 'enough' });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      await provider.callsFor('broken').at(-1)?.closed;
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    }
  });
});

describe('what is left behind', () => {
  it(
    'is nothing, after 10,000 concurrent calls of which a part fails, streams or is ended',
    { timeout: 60_000 },
    async () => {
      const simulated = routerOf(
        ['fast', 'error-503+fast', 'cut-2+fast', 'slow-600s'].map((name) => ({
          modelName: name,
          litellmParams: { model: `simulated/${name}` },
        })),
        { disableCooldowns: true, fallbacks: [{ 'error-503+fast': ['fast'] }] },
      );
      const intervals = vi.spyOn(globalThis, 'setInterval');
      const cleared = vi.spyOn(globalThis, 'clearInterval');
      const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const before = timers();
      const controller = new AbortController();
      const { signal } = controller;
      const outcomes = Array.from({ length: 10_000 }, async (_, index) => {
        switch (index % 5) {
          case 0:
            return simulated.completion({ model: 'fast', messages, signal });
          case 1:
            return simulated.completion({ model: 'error-503+fast', messages, signal });
          case 2:
            return read(await simulated.completion({ model: 'cut-2+fast', messages, signal, stream: true as const }));
          case 3: {
            const stream = await simulated.completion({ model: 'fast', messages, signal, stream: true as const });
            for await (const _ of stream) break;
            return stream;
          }
          default:
            return simulated.completion({ model: 'slow-600s', messages, signal });
        }
      });
      const ended = outcomes.filter((_, index) => index % 5 !== 4);
      const settled = await Promise.allSettled(ended);
      expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(2000);
      expect(getEventListeners(signal, 'abort')).toHaveLength(2000);
      controller.abort(new Error('enough'));
      const left = await Promise.allSettled(outcomes);
      expect(left.filter(({ status }) => status === 'rejected')).toHaveLength(4000);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      expect(simulated.getState().map(({ inFlight }) => inFlight)).toEqual([0, 0, 0, 0]);
      await simulated.close();
      expect(timers()).toBeLessThanOrEqual(before);
      expect(cleared.mock.calls.length).toBeGreaterThanOrEqual(intervals.mock.calls.length);
      intervals.mockRestore();
      cleared.mockRestore();
    },
  );

  it('is no connection after close', async () => {
    provider.on('whole', answerWhole);
    const transports: Transport[] = [];
    const counted = routerOf(
      [deployment(provider, 'whole', { model: 'whole' })],
      {},
      {
        transportFor: (origin, options) => {
          const transport = createUndiciTransport(origin, options);
          transports.push(transport);
          return transport;
        },
      },
    );
    await Promise.all(Array.from({ length: 200 }, () => counted.completion({ model: 'whole', messages })));
    const [transport] = transports;
    expect(transport?.counters()).toMatchObject({ busy: 0, waiting: 0, requestsTotal: 200 });
    await counted.close();
    expect(transport?.counters().busy).toBe(0);
    await Promise.all(provider.callsFor('whole').map(({ closed }) => closed));
    await expect(counted.completion({ model: 'whole', messages })).rejects.toThrow(/was closed/);
  });

  it('close waits for what runs, or ends it', async () => {
    const go = Promise.withResolvers<void>();
    provider.on('whole', async (call) => {
      await go.promise;
      answerWhole(call);
    });
    const before = provider.callsFor('whole').length;
    const running = router.completion({ model: 'whole', messages });
    await provider.nthCall('whole', before + 1);
    const closed = router.close();
    go.resolve();
    await Promise.all([closed, expect(running).resolves.toBeDefined()]);

    const other = routerFor({});
    provider.on('broken', () => undefined);
    const held = errorOf(other.completion({ model: 'broken', messages }));
    await provider.nthCall('broken', provider.callsFor('broken').length + 1);
    await other[Symbol.asyncDispose]();
    expect(await held).toMatchObject({ status: 503 });
  });
});
