/**
 * What a client sees when the provider fails: the whole answer or a clear error, in bounded time, never part of an answer
 * as if it were all. One provider, one gateway; the model name of a request says what the provider does. Models below
 * `short/` have a time limit of half a second.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat, looksComplete, type ChatReply } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import {
  answerWhole,
  beginStream,
  completion,
  HEALTHY_TEXT,
  part,
  USAGE,
  usagePart,
  WORDS,
} from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall, type Script } from '../support/scripted-provider.ts';

const PROVIDER_KEY = 'sk-canary-5b1f0c7de2a94b3f8d6e1a2c3b4d5e6f';

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: "*"
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: ${PROVIDER_KEY}, timeout: 30 }
  - model_name: short/*
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: ${PROVIDER_KEY}, timeout: 0.5 }
general_settings: { master_key: sk-1234 }
`);
  provider.on('healthy', answerWhole);
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

interface Asked {
  readonly stream?: boolean;
  readonly short?: boolean;
}

/** Lets the provider do `script` for a model of this name, and asks. Afterwards the gateway must still serve. */
async function ask(name: string, script: Script, { stream = false, short = false }: Asked = {}): Promise<ChatReply> {
  provider.on(name, script);
  const reply = await chat(gateway.url, { model: short ? `short/${name}` : name, stream });
  expect(reply.raw).not.toContain(PROVIDER_KEY.slice(-24));
  expect(provider.callsFor(name)).toHaveLength(1);
  const next = await chat(gateway.url, { model: 'healthy', stream });
  expect([next.status, next.text]).toEqual([200, HEALTHY_TEXT]);
  return reply;
}

/** An error reply with a body of LiteLLM's shape. */
function expectError(reply: ChatReply, status: number): void {
  expect([reply.status, reply.cut]).toEqual([status, false]);
  expect(JSON.parse(reply.raw)).toEqual({
    error: expect.objectContaining({ message: expect.stringMatching(/\S/), code: expect.any(String) }),
  });
  expect(reply.raw).not.toMatch(/\n\s+at /);
}

/** The words that came, then an error event as the last event, and no sign of a regular end. */
function expectBrokenAfter(reply: ChatReply, words: number): void {
  expect(reply.status).toBe(200);
  expect(reply.text).toBe(WORDS.slice(0, words).join(''));
  expect(reply.error?.message).toMatch(/\S/);
  expect([reply.done, reply.finishReason]).toEqual([false, null]);
  expect(reply.raw.trimEnd().split('\n').at(-1)).toMatch(/^data: \{"error":/);
}

function expectWhole(reply: ChatReply): void {
  expect([reply.status, reply.text, reply.error, reply.cut]).toEqual([200, HEALTHY_TEXT, null, false]);
}

const endStream = (call: ProviderCall): void => {
  call.event(part(call.model, null, 'stop'));
  call.event(usagePart(call.model));
  call.event('[DONE]');
  call.endChunks();
};

const asBytes = (call: ProviderCall, text: string, lineEnd = '\n'): Buffer =>
  Buffer.from(
    [part(call.model, text), part(call.model, null, 'stop'), usagePart(call.model)]
      .map((event) => `data: ${JSON.stringify(event)}${lineEnd}${lineEnd}`)
      .join('') + `data: [DONE]${lineEnd}${lineEnd}`,
  );

describe('before the answer', () => {
  it.each([false, true])('S05: the connection is reset (stream: %s)', async (stream) => {
    expectError(await ask(`s05-${stream}`, (call) => call.reset(), { stream }), 500);
  });

  it('S05: the connection is closed without a byte', async () => {
    expectError(await ask('closed', (call) => call.end()), 500);
  });

  it.each([false, true])('S06: silence (stream: %s)', async (stream) => {
    const name = `s06-${stream}`;
    const reply = await ask(name, () => undefined, { stream, short: true });
    expectError(reply, 408);
    await (
      await provider.nthCall(name)
    ).closed;
  });

  it('S07, E17: the head of a stream, then silence', async () => {
    const reply = await ask('s07', (call) => call.streamHead(), { stream: true, short: true });
    expectError(reply, 408);
    await (
      await provider.nthCall('s07')
    ).closed;
  });

  it('E02: comments alone are no content', async () => {
    let timer: NodeJS.Timeout | undefined;
    const script: Script = (call) => {
      call.streamHead();
      timer = setInterval(() => call.chunk(': keep-alive\n\n'), 50);
    };
    const reply = await ask('e02', script, { stream: true, short: true });
    clearInterval(timer);
    expectError(reply, 408);
  });

  it('E03: the first event is an error', async () => {
    const script: Script = (call) => {
      call.streamHead();
      call.event({ error: { message: 'too many', type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
      call.endChunks();
    };
    const reply = await ask('e03', script, { stream: true });
    expectError(reply, 429);
    expect(reply.error?.message).toContain('too many');
  });

  it('E07: 401 with the key in its message', async () => {
    const message = `Incorrect API key provided: ${PROVIDER_KEY}.`;
    const reply = await ask('e07', (call) =>
      call.answer(401, JSON.stringify({ error: { message, code: 'invalid_api_key' } })),
    );
    expectError(reply, 401);
    expect(reply.error?.message).toContain('Incorrect API key provided');
  });

  it('S01: 429 hands on retry-after', async () => {
    const script: Script = (call) =>
      call.answer(429, JSON.stringify({ error: { message: 'slow down' } }), [
        'content-type: application/json',
        'retry-after: 17',
      ]);
    const reply = await ask('s01', script);
    expectError(reply, 429);
    expect(reply.headers.get('retry-after')).toBe('17');
  });

  it('E01: a date in retry-after becomes seconds', async () => {
    const now = Date.UTC(2026, 0, 1);
    const script: Script = (call) =>
      call.answer(429, '{"error":{"message":"slow down"}}', [
        'content-type: application/json',
        `date: ${new Date(now).toUTCString()}`,
        `retry-after: ${new Date(now + 3000).toUTCString()}`,
      ]);
    const reply = await ask('e01', script);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '3']);
  });

  it('S12: context_length_exceeded keeps its code', async () => {
    const error = {
      message: 'maximum context length is 8192',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    };
    const reply = await ask('s12', (call) => call.answer(400, JSON.stringify({ error })));
    expectError(reply, 400);
    expect(reply.error?.code).toBe('context_length_exceeded');
  });

  it('S13: content_policy_violation keeps its reason', async () => {
    const error = { message: 'your request was rejected as unsafe', code: 'content_policy_violation' };
    const reply = await ask('s13', (call) => call.answer(400, JSON.stringify({ error })), { stream: true });
    expectError(reply, 400);
    expect(reply.error?.message).toContain('rejected as unsafe');
  });

  it('E08: a gzip-encoded error is readable', async () => {
    const body = gzipSync(
      JSON.stringify({ error: { message: 'temperature is too high', type: 'invalid_request_error' } }),
    );
    const script: Script = (call) =>
      call.answer(400, body, ['content-type: application/json', 'content-encoding: gzip']);
    const reply = await ask('e08', script);
    expectError(reply, 400);
    expect(reply.error?.message).toContain('temperature is too high');
  });

  it('E22: the head, then a reset', async () => {
    const script: Script = async (call) => {
      await call.writeAll('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
      call.reset();
    };
    expectError(await ask('e22', script, { stream: true }), 500);
  });

  it('E20: a response header of 200 KB', async () => {
    const script: Script = (call) =>
      call.answer(200, completion(call.model, HEALTHY_TEXT), [
        'content-type: application/json',
        `x-big: ${'h'.repeat(200_000)}`,
      ]);
    const reply = await ask('e20', script);
    if (looksComplete(reply)) expectWhole(reply);
    else expectError(reply, 500);
  });

  it('E19: an error body of 114 MB is not read', async () => {
    let written = 0;
    const script: Script = async (call) => {
      call.head(500, ['content-type: application/json', 'content-length: 114000000']);
      const block = Buffer.alloc(1_000_000, 'x');
      call.write('{"error":{"message":"');
      for (; written < 114 && call.connectionOpen; written += 1) await call.writeAll(block);
    };
    const reply = await ask('e19', script);
    expectError(reply, 500);
    expect(reply.raw.length).toBeLessThan(1_000_000);
    await (
      await provider.nthCall('e19')
    ).closed;
    expect(written).toBeLessThan(32);
  });

  it.each(['<html><body>maintenance</body></html>', 'Bad gateway'])('an error that is no JSON: %s', async (page) => {
    const reply = await ask(`page-${page.length}`, (call) => call.answer(502, page, ['content-type: text/html']));
    expectError(reply, 502);
  });
});

describe('a body that is not whole', () => {
  const WHOLE = completion('m', HEALTHY_TEXT);
  const half = WHOLE.slice(0, WHOLE.length / 2);

  it('E09: content-length larger than the body, then FIN', async () => {
    const script: Script = async (call) => {
      await call.writeAll(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${WHOLE.length + 100}\r\n\r\n${WHOLE}`,
      );
      call.end();
    };
    expectError(await ask('e09', script), 500);
  });

  it('E12: one byte every 100 ms', async () => {
    let timer: NodeJS.Timeout | undefined;
    const script: Script = (call) => {
      call.head(200, ['content-type: application/json', `content-length: ${WHOLE.length}`]);
      let sent = 0;
      timer = setInterval(() => call.write(WHOLE.slice(sent, ++sent)), 100);
    };
    const reply = await ask('e12', script, { short: true });
    clearInterval(timer);
    expectError(reply, 408);
  });

  it('E13: 200 with truncated JSON', async () => {
    expectError(await ask('e13', (call) => call.answer(200, half)), 500);
  });

  it('E13: 200 with nothing', async () => {
    expectError(await ask('nothing', (call) => call.answer(200, '')), 500);
  });

  it.each([false, true])('E14: a reset in the middle of a JSON body (stream asked for: %s)', async (stream) => {
    const script: Script = async (call) => {
      await call.writeAll(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${WHOLE.length}\r\n\r\n${half}`,
      );
      call.reset();
    };
    expectError(await ask(`e14-${stream}`, script, { stream }), 500);
  });

  it('a body without a length, cut by FIN', async () => {
    const script: Script = async (call) => {
      await call.writeAll(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${half}`);
      call.end();
    };
    expectError(await ask('until-close', script), 500);
  });

  it.each([false, true])('E21: an HTML page with 200 (stream asked for: %s)', async (stream) => {
    const page = '<html><head><title>Log in</title></head><body>please</body></html>';
    const reply = await ask(`e21-${stream}`, (call) => call.answer(200, page, ['content-type: text/html']), { stream });
    expectError(reply, 500);
  });

  it('a gzip body that is cut', async () => {
    const packed = gzipSync(WHOLE);
    const script: Script = (call) =>
      call.answer(200, packed.subarray(0, packed.length / 2), [
        'content-type: application/json',
        'content-encoding: gzip',
      ]);
    expectError(await ask('gzip-cut', script), 500);
  });
});

describe('a stream that breaks off', () => {
  it('S08, S14: closed in order of HTTP after 40 words', async () => {
    const script: Script = (call) => {
      beginStream(call, 40);
      call.endChunks();
    };
    expectBrokenAfter(await ask('s08-ended', script, { stream: true }), 40);
  });

  it('S08: FIN without a last chunk after 40 words', async () => {
    const script: Script = (call) => {
      beginStream(call, 40);
      call.end();
    };
    expectBrokenAfter(await ask('s08-fin', script, { stream: true }), 40);
  });

  it('E15: a reset after 40 words', async () => {
    provider.on('e15', async (call) => {
      beginStream(call, 40);
      await call.writeAll('');
    });
    const reply = chat(gateway.url, { model: 'e15', stream: true });
    (await provider.nthCall('e15')).reset();
    const got = await reply;
    if (got.status === 200) expectBrokenAfter(got, got.text === '' ? 0 : got.text.split(' ').length);
    else expectError(got, 500);
  });

  it('S09: silence after 20 words', async () => {
    const reply = await ask('s09', (call) => beginStream(call, 20), { stream: true, short: true });
    expectBrokenAfter(reply, 20);
    await (
      await provider.nthCall('s09')
    ).closed;
  });

  it('S09: comments after 20 words do not keep it alive', async () => {
    let timer: NodeJS.Timeout | undefined;
    const script: Script = (call) => {
      beginStream(call, 20);
      timer = setInterval(() => call.chunk(': keep-alive\n\n'), 50);
    };
    const reply = await ask('s09-comments', script, { stream: true, short: true });
    clearInterval(timer);
    expectBrokenAfter(reply, 20);
  });

  it.each([
    ['E16', { message: 'the engine died', type: 'server_error' }],
    ['E18', { message: 'too many tokens', type: 'rate_limit_error', code: 'rate_limit_exceeded' }],
  ])('%s: an error event after 20 words', async (id, error) => {
    const script: Script = (call) => {
      beginStream(call, 20);
      call.event({ error });
      call.event('[DONE]');
      call.endChunks();
    };
    const reply = await ask(id, script, { stream: true });
    expectBrokenAfter(reply, 20);
    expect(reply.error?.message).toContain(error.message);
  });

  it('an event that never ends is bounded', async () => {
    const script: Script = async (call) => {
      beginStream(call, 2);
      call.chunk('data: {"x":"');
      const block = Buffer.alloc(1_000_000, 'y');
      while (call.connectionOpen) {
        call.chunk(block);
        await call.writeAll('');
      }
    };
    expectBrokenAfter(await ask('endless-event', script, { stream: true }), 2);
  });

  it('an answer cut inside its last event', async () => {
    const script: Script = (call) => {
      beginStream(call, 60);
      call.chunk('data: {"choices":[{"index":0,"delta":{},"finish_rea');
      call.endChunks();
    };
    expectBrokenAfter(await ask('cut-in-event', script, { stream: true }), 60);
  });
});

describe('odd streams that are whole', () => {
  it('S10: an event that is no JSON is left out', async () => {
    const script: Script = (call) => {
      beginStream(call, 30);
      call.event('{"choices":[{"index":0,"delta":{"content":');
      for (const word of WORDS.slice(30)) call.event(part(call.model, word));
      endStream(call);
    };
    const reply = await ask('s10', script, { stream: true });
    expectWhole(reply);
    expect(reply.raw).not.toContain('"content":\n');
  });

  it('S11: [DONE] is missing', async () => {
    const script: Script = (call) => {
      beginStream(call, 60);
      call.event(part(call.model, null, 'stop'));
      call.event(usagePart(call.model));
      call.endChunks();
    };
    const reply = await ask('s11', script, { stream: true });
    expectWhole(reply);
    expect([reply.done, reply.usage]).toEqual([true, USAGE]);
  });

  it('a connection that is cut after [DONE]', async () => {
    const script: Script = (call) => {
      beginStream(call, 60);
      call.event(part(call.model, null, 'stop'));
      call.event('[DONE]');
      call.end();
    };
    const reply = await ask('after-done', script, { stream: true });
    expectWhole(reply);
    expect(reply.done).toBe(true);
  });

  const TEXT = 'naïve café – 漢字かな – 👩‍👩‍👧‍👦🇫🇷 – ﷽ – e\u0301 🙂';

  it('E04: one byte per chunk, through multi-byte characters', async () => {
    const script: Script = (call) => {
      call.streamHead();
      for (const byte of asBytes(call, TEXT)) call.chunk(Buffer.from([byte]));
      call.endChunks();
    };
    const reply = await ask('e04', script, { stream: true });
    expect([reply.text, reply.finishReason, reply.done]).toEqual([TEXT, 'stop', true]);
  });

  it.each(['\r\n', '\r'])('E05: line ends %j, cut every 7 bytes', async (lineEnd) => {
    const name = `e05-${lineEnd.length}`;
    const script: Script = (call) => {
      call.streamHead();
      const bytes = asBytes(call, TEXT, lineEnd);
      for (let at = 0; at < bytes.length; at += 7) call.chunk(bytes.subarray(at, at + 7));
      call.endChunks();
    };
    const reply = await ask(name, script, { stream: true });
    const normalised = reply.raw.replaceAll(/\r\n?/g, '\n');
    expect([normalised.includes(JSON.stringify(TEXT)), reply.error, reply.cut]).toEqual([true, null, false]);
    expect(normalised).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('E06: content_filter after 20 words', async () => {
    const script: Script = (call) => {
      beginStream(call, 20);
      call.event(part(call.model, null, 'content_filter'));
      call.event('[DONE]');
      call.endChunks();
    };
    const reply = await ask('e06', script, { stream: true });
    expect([reply.text, reply.finishReason, reply.done]).toEqual([WORDS.slice(0, 20).join(''), 'content_filter', true]);
  });

  it('E11: duplicate headers, two cookies, one of 15 KB', async () => {
    const script: Script = (call) =>
      call.answer(200, completion(call.model, HEALTHY_TEXT), [
        'content-type: application/json',
        'x-twice: 1',
        'x-twice: 2',
        'set-cookie: a=1',
        'set-cookie: b=2',
        `x-large: ${'h'.repeat(15_000)}`,
      ]);
    const reply = await ask('e11', script);
    expectWhole(reply);
    expect(reply.headers.get('set-cookie')).toBeNull();
  });

  it('E10: an answer of 10 MB, intact', async () => {
    const text = 'ä0123456789'.repeat(950_000);
    const reply = await ask('e10', (call) => call.answer(200, completion(call.model, text)));
    expect([reply.status, reply.text.length, reply.text === text]).toEqual([200, text.length, true]);
  });

  it('a gzip-encoded stream and a gzip-encoded body', async () => {
    const plain = await ask('gzip-body', (call) =>
      call.answer(200, gzipSync(completion(call.model, HEALTHY_TEXT)), [
        'content-type: application/json',
        'content-encoding: gzip',
      ]),
    );
    expectWhole(plain);
    const stream = await ask(
      'gzip-stream',
      (call) =>
        call.answer(200, gzipSync(asBytes(call, TEXT)), ['content-type: text/event-stream', 'content-encoding: gzip']),
      { stream: true },
    );
    expect([stream.text, stream.done]).toEqual([TEXT, true]);
  });

  it('a stream that was asked for and answered with one JSON object', async () => {
    const reply = await ask('json-for-stream', (call) => call.answer(200, completion(call.model, HEALTHY_TEXT)), {
      stream: true,
    });
    expectWhole(reply);
  });
});
