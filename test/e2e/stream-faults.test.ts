/**
 * Streams that break off end in an error event and never look whole; odd streams that are whole arrive whole. The model
 * name of a request says what the provider does.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { expectBrokenAfter, expectError, expectWhole, FaultBench } from '../support/fault-bench.ts';
import { beginStream, completion, HEALTHY_TEXT, part, USAGE, usagePart, WORDS } from '../support/scripted-answers.ts';
import type { ProviderCall, Script } from '../support/scripted-provider.ts';

let bench: FaultBench;
const ask: FaultBench['ask'] = (name, script, asked) => bench.ask(name, script, asked);

beforeAll(async () => {
  bench = await FaultBench.start();
});

afterAll(() => bench.stop());

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
    bench.provider.on('e15', async (call) => {
      beginStream(call, 40);
      await call.writeAll('');
    });
    const reply = chat(bench.gateway.url, { model: 'e15', stream: true });
    (await bench.provider.nthCall('e15')).reset();
    const got = await reply;
    if (got.status === 200) expectBrokenAfter(got, got.text === '' ? 0 : got.text.split(' ').length);
    else expectError(got, 500);
  });

  it('S09: silence after 20 words', async () => {
    const reply = await ask('s09', (call) => beginStream(call, 20), { stream: true, short: true });
    expectBrokenAfter(reply, 20);
    await (
      await bench.provider.nthCall('s09')
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
