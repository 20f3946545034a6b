/** `ConnectionPool` over real connections: fetch and request, deadlines, slow readers, redirects, encodings, figures. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { getEventListeners } from 'node:events';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionPool, GatewayError } from '../../src/index.ts';
import { errorOf } from '../support/library-router.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { type ProviderCall, ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let pool: ConnectionPool;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('/hello', (call) =>
    call.answer(200, '{"hello":"world"}', ['content-type: application/json', 'x-a: 1', 'x-a: 2']),
  );
  provider.on('/silent', () => undefined);
  provider.on('/m', answerWhole);
});
afterAll(() => provider.close());
beforeEach(() => {
  pool = new ConnectionPool({ connections: 4 });
});
afterEach(() => pool.close({ abort: true }));

const at = (path: string): string => `http://127.0.0.1:${provider.port}${path}`;
const lastCall = (): ProviderCall => provider.calls.at(-1) as ProviderCall;

describe('fetch', () => {
  it('is the platform’s: methods, headers, bodies of every kind, and what a Response tells', async () => {
    const response = await pool.fetch(at('/hello'), {
      method: 'post',
      headers: { 'X-Trace': 'abc', host: 'elsewhere.test' },
      body: 'text',
    });
    expect([response.status, response.ok, response.url, response.redirected]).toEqual([200, true, at('/hello'), false]);
    expect(response.headers.get('x-a')).toBe('1, 2');
    expect(await response.json()).toEqual({ hello: 'world' });
    expect(lastCall()).toMatchObject({ method: 'POST', headers: { 'x-trace': 'abc', 'content-length': '4' } });
    expect(lastCall().headers.host).toBe(`127.0.0.1:${provider.port}`);
    const form = new FormData();
    form.append('file', new File(['bytes'], 'a.txt'));
    await pool.fetch(new Request(at('/hello'), { method: 'PUT', body: form }));
    expect(lastCall().headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(lastCall().body.toString()).toContain('bytes');
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('in '));
        controller.enqueue(new TextEncoder().encode('parts'));
        controller.close();
      },
    });
    await pool.fetch(at('/hello'), { method: 'POST', body: streamed, duplex: 'half' });
    expect(lastCall().body.toString()).toBe('in parts');
  });

  it('keeps connections and shares them, as its figures tell', async () => {
    expect(pool.stats()).toEqual([]);
    for (let call = 0; call < 5; call++) await (await pool.fetch(at('/hello'))).text();
    const [stats] = pool.stats();
    expect(stats).toMatchObject({ origin: at(''), requests: 5, connects: 1, busy: 0, waiting: 0 });
    const many = Array.from({ length: 20 }, async () => (await pool.fetch(at('/hello'))).text());
    await Promise.all(many);
    expect(pool.stats()[0]?.connects).toBeLessThanOrEqual(4);
  });

  it('serves the official client', async () => {
    const client = new OpenAI({ baseURL: at('/v1'), apiKey: 'k', fetch: pool.fetch, maxRetries: 0 });
    provider.on('m', answerWhole);
    const messages = [{ role: 'user' as const, content: 'Hello!' }];
    const answer = await client.chat.completions.create({ model: 'm', messages });
    expect(answer.choices[0]?.message.content).toBe(HEALTHY_TEXT);
    let text = '';
    for await (const chunk of await client.chat.completions.create({ model: 'm', messages, stream: true }))
      text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(HEALTHY_TEXT);
    provider.on('m', () => undefined);
    const patient = client.chat.completions.create({ model: 'm', messages }, { timeout: 50 });
    await expect(patient).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  });

  it('fails as the platform’s does, with the reason as cause', async () => {
    const refused = (await errorOf(pool.fetch('http://127.0.0.1:1/'))) as Error;
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message).toBe('fetch failed');
    expect(refused.cause).toMatchObject({ code: 'api_connection' });
    await expect(pool.fetch('ftp://a.test/')).rejects.toMatchObject({ cause: { code: 'bad_request' } });
    await expect(pool.fetch('no address')).rejects.toBeInstanceOf(TypeError);
    provider.on('/cut', (call) => {
      call.head(200, ['content-length: 100']);
      call.write('part');
      call.end();
    });
    const cut = await pool.fetch(at('/cut'));
    await expect(cut.text()).rejects.toMatchObject({ message: 'terminated', cause: { code: 'api_connection' } });
  });
});

describe('deadlines', () => {
  it.each([
    ['firstByteMs', { firstByteMs: 30 }, 'no answer'],
    ['totalMs', { totalMs: 30 }, 'no whole answer'],
  ])('%s ends a call that says nothing', async (_name, deadlines, text) => {
    const error = (await errorOf(pool.fetch(at('/silent'), { deadlines }))) as Error;
    expect(error.cause).toMatchObject({ code: 'timeout', name: 'Timeout' });
    expect(String(error.cause)).toContain(text);
    await lastCall().closed;
  });

  it('gapMs ends an answer that falls silent, but not one whose reader is slow', async () => {
    provider.on('/pauses', (call) => {
      call.streamHead();
      call.chunk('a');
    });
    const silent = await pool.fetch(at('/pauses'), { deadlines: { gapMs: 40 } });
    await expect(silent.text()).rejects.toMatchObject({ cause: { code: 'timeout' } });
    const part = Buffer.alloc(256 * 1024, 'x');
    provider.on('/large', async (call) => {
      call.streamHead();
      for (let count = 0; count < 16 && call.connectionOpen; count++)
        await call.writeAll(Buffer.concat([Buffer.from('40000\r\n'), part, Buffer.from('\r\n')]));
      call.endChunks();
    });
    const slow = await pool.fetch(at('/large'), { deadlines: { gapMs: 150 } });
    // Longer than the gap: what is read late was there in time.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await slow.arrayBuffer()).byteLength).toBe(16 * part.length);
  });

  it('of the pool hold where a call says none', async () => {
    await using bounded = new ConnectionPool({ deadlines: { firstByteMs: 30 } });
    await expect(bounded.request(at('/silent'))).rejects.toMatchObject({ code: 'timeout' });
    await expect(bounded.request(at('/hello'), { deadlines: { firstByteMs: 30_000 } })).resolves.toBeDefined();
  });
});

describe('a signal', () => {
  it('ends a call in any phase with its reason, and is left without listeners', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await (await pool.fetch(at('/hello'), { signal })).text();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const waiting = pool.request(at('/silent'), { signal });
    const before = provider.calls.length;
    while (provider.calls.length === before) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await lastCall().closed;
    await expect(pool.request(at('/hello'), { signal })).rejects.toThrow('enough');
    const late = new AbortController();
    const reading = await pool.fetch(at('/pauses'), { signal: late.signal });
    late.abort(new Error('no more'));
    await expect(reading.text()).rejects.toThrow('no more');
  });
});

describe('request', () => {
  it('gives status, headers and a readable body as they come', async () => {
    const answer = await pool.request(at('/hello?a=1'), {
      method: 'POST',
      headers: { 'X-List': ['1', '2'] },
      body: Buffer.from('b'),
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-a': ['1', '2'] });
    expect(await answer.body.json()).toEqual({ hello: 'world' });
    expect(lastCall()).toMatchObject({ method: 'POST', path: '/hello?a=1', headers: { 'x-list': '1, 2' } });
    expect(await (await pool.request(new URL(at('/hello')))).body.text()).toBe('{"hello":"world"}');
  });

  it('frees the connection of a body that is left', async () => {
    const { body } = await pool.request(at('/pauses'));
    for await (const chunk of body) {
      expect(String(chunk)).toBe('a');
      break;
    }
    await lastCall().closed;
    expect(pool.stats()[0]).toMatchObject({ busy: 0 });
  });

  it('refuses what cannot be sent', async () => {
    await expect(pool.request('nowhere')).rejects.toMatchObject({ code: 'bad_request', param: 'url' });
    await expect(pool.request(at('/hello'), { body: 5 as never })).rejects.toMatchObject({ param: 'body' });
    await expect(pool.request(at('/hello'), { deadlines: { totalMs: -1 } })).rejects.toThrow(
      /deadlines\.totalMs has to be/,
    );
  });

  it.each<[string, readonly unknown[], string]>([
    ['no address', [], 'url'],
    ['an address that is none', [{}], 'url'],
    ['no object', ['http://a.test', 5], 'init'],
    ['a signal that is none', ['http://a.test', { signal: 5 }], 'signal'],
    ['a method that is none', ['http://a.test', { method: 5 }], 'method'],
    ['a misspelt member', ['http://a.test', { metod: 'POST' }], 'metod'],
    ['headers that have no names', ['http://a.test', { headers: new Headers({ a: 'b' }) }], 'headers'],
    ['a header that is no text', ['http://a.test', { headers: { 'x-a': 5 } }], 'headers.x-a'],
  ])('names the parameter: %s', async (_name, given, param) => {
    const error = await errorOf(pool.request(...(given as Parameters<typeof pool.request>)));
    expect(error).toMatchObject({ code: 'bad_request', param });
    expect(pool.stats()).toEqual([]);
  });

  it('fetch names the parameter in the cause', async () => {
    const error = await errorOf(pool.fetch(at('/hello'), { signal: 5 as never }));
    expect(error).toMatchObject({ message: 'fetch failed', cause: { code: 'bad_request', param: 'signal' } });
    expect(await errorOf(pool.fetch(at('/hello'), null as never))).toMatchObject({ cause: { param: 'init' } });
  });
});

describe('bounds', () => {
  it('more calls than may wait fail at once', async () => {
    await using small = new ConnectionPool({ connections: 1, maxWaiting: 1 });
    const held = small.request(at('/silent'));
    const waiting = small.request(at('/silent'));
    const third = await errorOf(small.request(at('/silent')));
    expect(third).toMatchObject({ code: 'service_unavailable' });
    expect(String(third)).toContain('raise maxWaiting');
    expect(small.stats()[0]).toMatchObject({ busy: 1, waiting: 1 });
    await small.close({ abort: true });
    for (const call of [held, waiting]) await expect(call).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  it('a closed pool waits for what runs and takes nothing new', async () => {
    const answer = await pool.request(at('/hello'));
    const closed = pool.close();
    await expect(pool.request(at('/hello'))).rejects.toBeInstanceOf(GatewayError);
    await expect(pool.fetch(at('/hello'))).rejects.toMatchObject({ cause: { code: 'service_unavailable' } });
    await answer.body.text();
    await closed;
  });

  it.each<[object, RegExp]>([
    [{ connection: 1 }, /Unknown option of ConnectionPool: connection\. Did you mean connections\?/],
    [{ connections: 0 }, /connections has to be a whole number, 1 or more; got 0/],
    [{ keepAliveMs: 'long' }, /keepAliveMs has to be a number above 0; got a string/],
    [{ verifyTls: 'no' }, /verifyTls has to be true or false/],
    [{ deadlines: { firstBytesMs: 1 } }, /Unknown deadline: firstBytesMs\. Did you mean firstByteMs\?/],
  ])('a wrong option is told: %j', (options, text) => {
    expect(() => new ConnectionPool(options)).toThrow(text);
  });
});

describe('redirects and encodings', () => {
  let server: Server;
  let seen: { readonly method: string; readonly url: string; readonly authorization: string; readonly body: string }[] =
    [];
  const origin = (host = '127.0.0.1'): string => `http://${host}:${(server.address() as AddressInfo).port}`;

  const ROUTES: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/see-other': (response) => response.writeHead(303, { location: '/end' }).end('over there'),
    '/moved': (response) => response.writeHead(302, { location: '/end' }).end(),
    '/keep': (response) => response.writeHead(307, { location: 'end' }).end(),
    '/away': (response) => response.writeHead(307, { location: `${origin('localhost')}/end` }).end(),
    '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
    '/gzip': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed')),
    '/br': (response) => response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('packed')),
    '/broken': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed'),
    '/nothing': (response) => response.writeHead(204).end(),
    '/end': (response) => response.end('arrived'),
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        seen.push({ method, url, authorization: headers.authorization ?? '', body });
        ROUTES[url]?.(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    seen = [];
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['/see-other', 'GET', ''],
    ['/moved', 'GET', ''],
    ['/keep', 'POST', 'b'],
  ])('%s goes on as the standard says', async (path, method, body) => {
    const init = { method: 'POST', body: 'b', headers: { authorization: 'k' } };
    const response = await pool.fetch(`${origin()}${path}`, init);
    expect([await response.text(), response.redirected, response.url]).toEqual(['arrived', true, `${origin()}/end`]);
    expect(seen.at(-1)).toEqual({ method, url: '/end', authorization: 'k', body });
  });

  it('credentials stay with their origin', async () => {
    await (await pool.fetch(`${origin()}/away`, { headers: { authorization: 'k' } })).text();
    expect(seen.map(({ authorization }) => authorization)).toEqual(['k', '']);
  });

  it('are not followed where that is asked, and not for ever', async () => {
    expect((await pool.fetch(`${origin()}/moved`, { redirect: 'manual' })).status).toBe(302);
    expect((await pool.request(`${origin()}/moved`)).statusCode).toBe(302);
    await expect(pool.fetch(`${origin()}/moved`, { redirect: 'error' })).rejects.toBeInstanceOf(TypeError);
    const endless = (await errorOf(pool.fetch(`${origin()}/loop`))) as Error;
    expect(String(endless.cause)).toContain('more than 20 redirects');
    expect(seen.filter(({ url }) => url === '/loop')).toHaveLength(21);
  });

  it('compressed answers are decoded, damaged ones fail', async () => {
    for (const path of ['/gzip', '/br']) expect(await (await pool.fetch(`${origin()}${path}`)).text()).toBe('packed');
    await expect((await pool.fetch(`${origin()}/broken`)).text()).rejects.toMatchObject({
      cause: { code: 'Z_DATA_ERROR' },
    });
    const none = await pool.fetch(`${origin()}/nothing`);
    expect([none.status, none.body]).toEqual([204, null]);
  });
});
