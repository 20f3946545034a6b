/** `--fallback URL`: what is not served natively reaches LiteLLM as it came, and its answer the client. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { FakeLitellm } from '../support/fake-litellm.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { rawConnection, rawRequest } from '../support/raw-reply.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const MB = 1024 * 1024;
const KEY = { authorization: 'Bearer sk-1234' };
const SERVED_BY = 'x-fast-litellm-served-by';

let provider: ScriptedProvider;
let litellm: FakeLitellm;
let gateway: GatewayProcess;

beforeEach(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  litellm = await FakeLitellm.start({ keys: ['sk-virtual'] });
  gateway = await GatewayProcess.start(config(), { args: ['--fallback', litellm.origin] });
});

afterEach(async () => {
  await gateway.stop();
  await litellm.kill();
  await provider.close();
});

function config(): string {
  return `model_list:
  - model_name: native
    litellm_params: { model: openai/native, api_base: ${provider.apiBase}, api_key: k }
  - model_name: foreign
    litellm_params: { model: bedrock/anthropic.claude, api_key: k }
general_settings: { master_key: sk-1234 }
`;
}

function headersOf(raw: readonly string[]): string[] {
  return Array.from(
    { length: raw.length / 2 },
    (_, index) => `${raw[2 * index]?.toLowerCase()}: ${raw[2 * index + 1]}`,
  );
}

describe('a route that is not served natively', () => {
  it('reaches LiteLLM with method, path, query, body and headers as they came', async () => {
    const body = randomBytes(300_000);
    const head = [
      'POST /v1/files/%2e%2e%2Fa?b=%20&c HTTP/1.1',
      'Host: gateway.example:8080',
      'Authorization: Bearer sk-1234',
      'Content-Type: application/octet-stream',
      `Content-Length: ${body.length}`,
      'X-Twice: one',
      'X-Twice: two',
      'X-Latin: caf\xe9',
      'Cookie: a=1; b=2',
      'Accept-Encoding: gzip, br',
    ];
    const reply = await rawRequest(
      gateway.port,
      Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]),
    );
    expect(reply.answers[0]?.status).toBe(200);
    const [received] = litellm.received;
    expect([received?.method, received?.url]).toEqual(['POST', '/v1/files/%2e%2e%2Fa?b=%20&c']);
    expect((await received?.body)?.equals(body)).toBe(true);
    const headers = headersOf(received?.rawHeaders ?? []);
    for (const line of head.slice(2)) expect(headers).toContain(line.replace(/^[^:]+/, (name) => name.toLowerCase()));
    expect(headers.filter((line) => line.startsWith('x-twice'))).toEqual(['x-twice: one', 'x-twice: two']);
  });

  it('tells who asked, and nothing of the connection or of the gateway itself', async () => {
    await rawRequest(
      gateway.port,
      [
        'GET /key/info HTTP/1.1',
        'Host: gateway.example:8080',
        'Authorization: Bearer sk-1234',
        'Connection: keep-alive, X-Hop',
        'Keep-Alive: timeout=5',
        'X-Hop: 1',
        'TE: trailers',
        'Proxy-Authorization: Basic abc',
        'X-Forwarded-For: 6.6.6.6',
        'X-Forwarded-Proto: https',
        'Forwarded: for=6.6.6.6',
        'X-Fast-Litellm-Served-By: me',
        'Via: 1.1 proxy',
        '\r\n',
      ].join('\r\n'),
    );
    const headers = litellm.received[0]?.headers ?? {};
    for (const name of ['x-hop', 'keep-alive', 'te', 'proxy-authorization', 'forwarded', SERVED_BY])
      expect(headers[name]).toBeUndefined();
    expect(headers).toMatchObject({
      host: new URL(litellm.origin).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'gateway.example:8080',
      'x-forwarded-port': '8080',
    });
    expect(headers.via).toMatch(/^1\.1 proxy, 1\.1 fast-litellm-[0-9a-f]{12}$/);
  });

  it('is answered with status, headers and bytes as LiteLLM gave them, and marked', async () => {
    const bytes = randomBytes(100_000);
    litellm.on('/odd', (_received, response) => {
      const headers = {
        'Content-Type': 'application/x-odd',
        'Content-Length': String(bytes.length),
        'Set-Cookie': ['a=1', 'b=2'],
        'X-Latin': 'caf\xe9',
        Connection: 'keep-alive, X-Hop',
        'X-Hop': '1',
        'Access-Control-Allow-Origin': '*',
        Location: `${litellm.origin}/next?a=b`,
      };
      response.writeHead(418, 'Teapot', headers);
      response.end(bytes);
    });
    const reply = await fetch(`${gateway.url}/odd`, { headers: KEY, redirect: 'manual' });
    expect(reply.status).toBe(418);
    expect(Buffer.from(await reply.arrayBuffer()).equals(bytes)).toBe(true);
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const header = (name: string): string | null => reply.headers.get(name);
    expect([header('content-type'), header('content-length')]).toEqual(['application/x-odd', String(bytes.length)]);
    expect([header('x-latin'), header('location')]).toEqual(['caf\xe9', '/next?a=b']);
    expect([header(SERVED_BY), header('x-hop'), header('access-control-allow-origin')]).toEqual([
      'litellm',
      null,
      null,
    ]);
  });

  it('streams both ways as the bytes come', async () => {
    litellm.on('/duplex', (_received, response, request) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      request.pipe(response);
    });
    const socket = await rawConnection(
      gateway.port,
      'POST /duplex HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-1234\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    let seen = '';
    socket.setEncoding('latin1').on('data', (text: string) => (seen += text));
    const until = async (text: string): Promise<void> => {
      while (!seen.includes(text)) await once(socket, 'data');
    };
    for (const event of ['data: first\n\n', 'data: second\n\n']) {
      socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
      await until(event);
    }
    socket.write('0\r\n\r\n');
    await until('\r\n0\r\n\r\n');
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\n/);
    expect(seen).toContain(`${SERVED_BY}: litellm`);
    socket.destroy();
  });

  it('carries forms with files unchanged', async () => {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob([randomBytes(MB)]), 'réq.jsonl');
    const sent = new Request(`${gateway.url}/v1/files`, { method: 'POST', headers: KEY, body: form });
    const copy = Buffer.from(await sent.clone().arrayBuffer());
    await fetch(sent);
    const received = await litellm.nth('/v1/files');
    expect(received.headers['content-type']).toBe(sent.headers.get('content-type'));
    expect((await received.body).equals(copy)).toBe(true);
  });

  it('is served on every method and path, also one that only differs in its method', async () => {
    const asked = [
      ['DELETE', '/v1/chat/completions'],
      ['PUT', '/health/liveliness'],
      ['PATCH', '/nobody/knows/this'],
      ['OPTIONS', '/v1/models'],
      ['GET', '/ui/'],
      ['GET', '/'],
      ['POST', '/v1/messages'],
      ['POST', '/key/generate'],
      ['GET', '/v1/chat/completions/'],
    ] as const;
    for (const [method, path] of asked) {
      const reply = await fetch(`${gateway.url}${path}`, { method, headers: KEY });
      expect([method, path, reply.status, reply.headers.get(SERVED_BY)]).toEqual([method, path, 200, 'litellm']);
    }
    expect(litellm.received.map(({ method, url }) => [method, url])).toEqual(asked.map((one) => [...one]));
    const head = await fetch(`${gateway.url}/sso/x`, { method: 'HEAD', headers: KEY });
    expect([head.status, head.headers.get(SERVED_BY)]).toEqual([200, 'litellm']);
  });

  it('is never served twice in a circle', async () => {
    const port = Number(new URL(litellm.origin).port);
    await litellm.kill();
    // The address leads back: whatever arrives there is sent to the gateway.
    const loop = await FakeLitellm.start({ port });
    loop.on('*', async (received, response) => {
      const answer = await fetch(`${gateway.url}${received.url}`, {
        headers: { ...KEY, via: received.headers.via ?? '' },
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    const reply = await fetch(`${gateway.url}/key/info`, { headers: KEY });
    expect([reply.status, await reply.text()]).toEqual([502, expect.stringContaining('leads back to this gateway')]);
    await loop.kill();
    await litellm.restart();
  });
});

describe('memory and clients', () => {
  it('lets an upload go only as fast as LiteLLM reads it', async () => {
    const read = Promise.withResolvers<void>();
    litellm.on('/v1/files', async (received, response, request) => {
      request.pause();
      await read.promise;
      request.resume();
      response.end(
        createHash('sha256')
          .update(await received.body)
          .digest('hex'),
      );
    });
    const body = randomBytes(64 * MB);
    const socket = await rawConnection(
      gateway.port,
      `POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-1234\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    let flushed = false;
    socket.write(body, () => (flushed = true));
    await litellm.nth('/v1/files');
    for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate);
    expect(flushed).toBe(false);
    read.resolve();
    let seen = '';
    socket.setEncoding('latin1').on('data', (text: string) => (seen += text));
    const digest = createHash('sha256').update(body).digest('hex');
    while (!seen.includes(digest)) await once(socket, 'data');
    socket.destroy();
  });

  it('lets LiteLLM wait for a client that reads slowly', async () => {
    let taken = 0;
    litellm.on('/big', (_received, response) => {
      response.writeHead(200, { 'content-length': String(256 * MB) });
      const chunk = Buffer.alloc(MB);
      const write = (): void => {
        while (taken < 256 * MB) {
          taken += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET /big HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-1234\r\n\r\n');
    const received = await litellm.nth('/big');
    for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate);
    expect(taken).toBeLessThan(64 * MB);
    socket.destroy();
    await received.abandoned;
  });

  it.each([
    ['while LiteLLM is silent', () => undefined],
    ['in the middle of its answer', (response: { write(text: string): void }) => response.write('data: 1\n\n')],
  ])('ends the call of a client that leaves %s', async (_when, begin) => {
    litellm.on('/v1/files', (_received, response) => begin(response));
    const leaving = new AbortController();
    const asked = fetch(`${gateway.url}/v1/files`, { headers: KEY, signal: leaving.signal });
    const outcome = asked.then((reply) => reply.text()).catch((error: unknown) => String(error));
    const received = await litellm.nth('/v1/files');
    leaving.abort();
    await received.abandoned;
    expect(await outcome).toContain('abort');
  });

  it('ends the call of a client that leaves in the middle of its upload', async () => {
    litellm.on('/v1/files', () => undefined);
    const socket = await rawConnection(
      gateway.port,
      'POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-1234\r\ncontent-length: 100\r\n\r\nhalf',
    );
    const received = await litellm.nth('/v1/files');
    socket.destroy();
    await received.abandoned;
    expect(litellm.received).toHaveLength(1);
  });
});

describe('websockets', () => {
  const ask = (path: string, key: string): string =>
    [
      `GET ${path} HTTP/1.1`,
      'Host: gateway.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-1234',
      `Authorization: Bearer ${key}`,
      '\r\n',
    ].join('\r\n');

  it('are joined with LiteLLM byte for byte', async () => {
    const socket = await rawConnection(gateway.port, ask('/v1/realtime?model=x', 'sk-virtual'));
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => (seen = Buffer.concat([seen, chunk])));
    while (!seen.includes('\r\n\r\n')) await once(socket, 'data');
    const head = seen.toString('latin1').toLowerCase();
    expect(head).toMatch(/^http\/1\.1 101 /);
    for (const line of ['upgrade: websocket', 'x-far: 1', `${SERVED_BY}: litellm`]) expect(head).toContain(line);
    const [upgrade] = litellm.upgrades;
    expect(upgrade?.url).toBe('/v1/realtime?model=x');
    expect(upgrade?.headers).toMatchObject({
      'sec-websocket-protocol': 'realtime, openai-insecure-api-key.sk-1234',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'gateway.example',
      host: new URL(litellm.origin).host,
    });
    const frames = randomBytes(3 * MB);
    seen = Buffer.alloc(0);
    socket.write(frames);
    while (seen.length < frames.length) await once(socket, 'data');
    expect(seen.equals(frames)).toBe(true);
    upgrade?.socket.destroy();
    if (!socket.destroyed) await once(socket, 'close');
  });

  it('that LiteLLM refuses are refused', async () => {
    const reply = await rawRequest(gateway.port, ask('/v1/realtime', 'sk-nobody'));
    expect(reply.answers[0]?.status).toBe(403);
    expect(reply.answers[0]?.headers.get(SERVED_BY)).toBe('litellm');
  });

  it('get an error of ours while LiteLLM is down', async () => {
    await litellm.kill();
    const reply = await rawRequest(gateway.port, ask('/v1/realtime', 'sk-1234'));
    expect(reply.answers[0]?.status).toBe(503);
    expect(reply.answers[0]?.body).toContain('LiteLLM behind the gateway');
    await litellm.restart();
  });
});

describe('what is served natively', () => {
  it('never asks LiteLLM', async () => {
    expect((await chat(gateway.url, { model: 'native' })).text).toBe(HEALTHY_TEXT);
    expect((await chat(gateway.url, { model: 'native', stream: true })).text).toBe(HEALTHY_TEXT);
    const models = await fetch(`${gateway.url}/v1/models`, { headers: KEY });
    expect([models.status, models.headers.get(SERVED_BY)]).toEqual([200, null]);
    expect(litellm.received).toEqual([]);
  });

  it('does not change when LiteLLM dies; the rest says what to do, and comes back', async () => {
    await litellm.kill();
    expect((await chat(gateway.url, { model: 'native' })).text).toBe(HEALTHY_TEXT);
    const refused = await fetch(`${gateway.url}/key/info`, { headers: KEY });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toEqual({
      error: {
        message: expect.stringContaining('not affected'),
        type: 'internal_server_error',
        param: null,
        code: '503',
      },
    });
    await gateway.until(() => gateway.stderr.includes('LiteLLM does not answer'));
    expect(await readiness()).toMatchObject({ status: 'healthy', fallback: { kind: 'url', status: 'down' } });
    await litellm.restart();
    await gateway.until(() => gateway.stderr.includes('LiteLLM answers.'));
    expect((await fetch(`${gateway.url}/key/info`, { headers: KEY })).status).toBe(200);
    expect(await readiness()).toMatchObject({ fallback: { status: 'up' } });
  });
});

async function readiness(): Promise<unknown> {
  return await (await fetch(`${gateway.url}/health/readiness`)).json();
}
