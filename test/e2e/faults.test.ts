/**
 * What a client sees when the provider fails before its answer is whole: a clear error in bounded time, never part of an
 * answer as if it were all. The model name of a request says what the provider does.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { looksComplete } from '../support/chat-client.ts';
import { expectError, expectWhole, FaultBench } from '../support/fault-bench.ts';
import { completion, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import type { Script } from '../support/scripted-provider.ts';

let bench: FaultBench;
const ask: FaultBench['ask'] = (name, script, asked) => bench.ask(name, script, asked);

beforeAll(async () => {
  bench = await FaultBench.start();
});

afterAll(() => bench.stop());

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
      await bench.provider.nthCall(name)
    ).closed;
  });

  it('S07, E17: the head of a stream, then silence', async () => {
    const reply = await ask('s07', (call) => call.streamHead(), { stream: true, short: true });
    expectError(reply, 408);
    await (
      await bench.provider.nthCall('s07')
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
    const message = `Incorrect API key provided: ${bench.providerKey}.`;
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
      await bench.provider.nthCall('e19')
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
