import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { collectBody } from './exchange-bench.contract.ts';
import { createNodeServer, type NodeServer } from './node-server.ts';
import { deferred, rawClient, rawServer, type RawConnection, type RawServer } from './raw-http.contract.ts';
import type { TransportError, TunnelRequest, Upgrade, UpgradeHandler } from './contract.ts';

const ASK = 'GET /v1/realtime?model=x HTTP/1.1\r\nHost: gateway\r\nConnection: keep-alive, Upgrade\r\n';
const WEBSOCKET = `${ASK}Upgrade: websocket\r\nSec-WebSocket-Key: abc\r\n\r\n`;
const SWITCHES = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Mine: 1\r\n\r\n';

const servers: NodeServer[] = [];
const providers: RawServer[] = [];
const clients: RawConnection[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.drain(0);
  await Promise.all(providers.splice(0).map((provider) => provider.close()));
});

async function client(onUpgrade: UpgradeHandler | undefined): Promise<RawConnection> {
  const server = createNodeServer({
    handler: (exchange) =>
      void collectBody(exchange).then(({ bytes }) => exchange.reply(200, [], `served ${bytes.toString()}`)),
    ...(onUpgrade === undefined ? {} : { onUpgrade }),
  });
  servers.push(server);
  const made = await rawClient((await server.listen({ port: 0, host: '127.0.0.1' })).port);
  clients.push(made);
  return made;
}

async function provider(script: (connection: RawConnection) => void): Promise<RawServer> {
  const made = await rawServer(script);
  providers.push(made);
  return made;
}

function answering(text: string): (connection: RawConnection) => void {
  return (connection) => void connection.untilText('\r\n\r\n').then(() => connection.write(text));
}

function tunnelTo(origin: string, changes: Partial<TunnelRequest> = {}): TunnelRequest {
  return {
    origin,
    path: '/other',
    headers: ['host', 'behind', 'connection', 'Upgrade', 'upgrade', 'websocket', 'x-twice', '1', 'x-twice', '2'],
    verifyTls: true,
    connectTimeoutMs: 5_000,
    answerTimeoutMs: 5_000,
    replyHeaders: (headers) => [...headers, 'x-by', 'tunnel'],
    onFailure: (error) => expect.unreachable(error.message),
    ...changes,
  };
}

async function joined(): Promise<{ near: RawConnection; far: RawConnection; upgrade: Upgrade }> {
  const behind = await provider(answering(SWITCHES));
  const seen = deferred<Upgrade>();
  const near = await client((upgrade) => {
    upgrade.tunnel(tunnelTo(behind.origin));
    seen.resolve(upgrade);
  });
  near.write(WEBSOCKET);
  await near.untilText('\r\n\r\n');
  return { near, far: behind.connections[0] as RawConnection, upgrade: await seen.promise };
}

describe('a websocket', () => {
  test('is asked for as it was sent', async () => {
    const { upgrade } = await joined();
    expect(upgrade).toMatchObject({ method: 'GET', path: '/v1/realtime', query: 'model=x' });
    expect([upgrade.header('sec-websocket-key'), upgrade.header('x')]).toEqual(['abc', undefined]);
    expect(upgrade.headers().slice(0, 2)).toEqual(['host', 'gateway']);
    expect(upgrade.remoteAddress).toContain('127.0.0.1');
  });

  test('is joined with the server: heads as given, then bytes both ways as they are', async () => {
    const { near, far } = await joined();
    const head = ['host: behind', 'connection: Upgrade', 'upgrade: websocket', 'x-twice: 1', 'x-twice: 2'];
    expect(far.text).toBe(`GET /other HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    const answer = ['upgrade: websocket', 'connection: Upgrade', 'x-mine: 1', 'x-by: tunnel'];
    expect(near.text).toBe(`HTTP/1.1 101 Switching Protocols\r\n${answer.join('\r\n')}\r\n\r\n`);
    near.write(Buffer.from([0x81, 0x00, 0xff]));
    far.write(Buffer.from([0x82, 0xfe, 0x0d]));
    await Promise.all([far.untilText('\x81\x00\xff'), near.untilText('\x82\xfe\x0d')]);
  });

  test('loses no byte that either side sent too early', async () => {
    const behind = await provider(answering(`${SWITCHES}welcome`));
    const near = await client((upgrade) => upgrade.tunnel(tunnelTo(behind.origin)));
    near.write(`${WEBSOCKET}early`);
    await near.untilText('\r\n\r\nwelcome');
    const far = await behind.connection(0);
    await far.untilText('\r\n\r\nearly');
    expect([near.ended, far.ended]).toEqual([false, false]);
  });

  test('is read only as fast as the other side reads', async () => {
    const { near, far } = await joined();
    far.socket.pause();
    let flushed = false;
    near.socket.write(Buffer.alloc(64 * 1024 * 1024), () => (flushed = true));
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(flushed).toBe(false);
    far.socket.resume();
    await far.until(() => far.bytes > 64 * 1024 * 1024);
  });

  test('ends on both sides when one of them goes', async () => {
    const first = await joined();
    first.near.socket.destroy();
    await first.far.untilEnded();
    const second = await joined();
    second.far.write('bye');
    second.far.socket.end();
    await second.near.untilClosed();
    expect(second.near.text.endsWith('\r\n\r\nbye')).toBe(true);
  });

  test('is given up with its client while the server has not answered', async () => {
    const behind = await provider(() => undefined);
    const near = await client((upgrade) => upgrade.tunnel(tunnelTo(behind.origin)));
    near.write(WEBSOCKET);
    const far = await behind.connection(0);
    await far.untilText('\r\n\r\n');
    expect(far.ended).toBe(false);
    near.socket.destroy();
    await far.untilEnded();
  });

  test('that the server refuses is answered with its refusal, and closed', async () => {
    const behind = await provider(answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
    const near = await client((upgrade) => upgrade.tunnel(tunnelTo(behind.origin)));
    near.write(WEBSOCKET);
    await near.untilClosed();
    expect(near.text).toBe(
      'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nx-by: tunnel\r\nconnection: close\r\n\r\nno',
    );
  });

  test.each([
    ['nobody listens', { code: 'connect-failed', unsent: true }, null, {}],
    ['it breaks off', { code: 'reset', unsent: false }, (it: RawConnection) => it.socket.destroy(), {}],
    [
      'it says nothing',
      { code: 'reset', unsent: false },
      () => undefined,
      { connectTimeoutMs: 20, answerTimeoutMs: 20 },
    ],
  ])('is left to the caller when %s', async (_name, expected, script, changes) => {
    const origin = script === null ? await deadOrigin() : (await provider(script)).origin;
    const failure = deferred<TransportError>();
    const near = await client((upgrade) =>
      upgrade.tunnel(
        tunnelTo(origin, {
          ...changes,
          onFailure: (error) => {
            failure.resolve(error);
            upgrade.refuse(503, ['x-a', 'b'], 'down');
          },
        }),
      ),
    );
    near.write(WEBSOCKET);
    expect(await failure.promise).toMatchObject(expected);
    await near.untilClosed();
    expect(near.text).toBe(
      'HTTP/1.1 503 Service Unavailable\r\nx-a: b\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndown',
    );
  });

  test('holds up the draining of its server, and is cut at the end', async () => {
    const { near } = await joined();
    const [server] = servers;
    expect(server?.openExchanges).toBe(1);
    expect(await server?.drain(1)).toBe('timed-out');
    await near.untilClosed();
    while (server?.openExchanges !== 0) await new Promise(setImmediate);
  });

  test('without a Host header is refused', async () => {
    const near = await client(() => expect.unreachable());
    near.write('GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await near.untilClosed();
    expect(near.text).toMatch(/^HTTP\/1\.1 400 [^]*The Host header is missing/);
  });
});

describe('a request that asks for another protocol', () => {
  test.each([
    ['nobody takes websockets', undefined, 'Upgrade: websocket'],
    ['it is no websocket', () => expect.unreachable(), 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__'],
  ] as const)('is served as it is when %s', async (_name, onUpgrade, header) => {
    const near = await client(onUpgrade);
    const request = `POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n${header}\r\n`;
    near.write(`${request}Content-Length: 5\r\n\r\nhello`);
    await near.untilText('served hello');
    // The connection is kept, and its next request may be another of the kind.
    near.write(`${request}Transfer-Encoding: chunked\r\n\r\n5\r\nagain\r\n0\r\n\r\n`);
    await near.untilText('served again');
    expect(near.ended).toBe(false);
  });

  test('behind a request that is being answered ends the connection', async () => {
    const near = await client(() => expect.unreachable());
    near.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n${WEBSOCKET}`);
    await near.untilClosed();
    expect(near.text).not.toContain('101');
  });
});

async function deadOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
