import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createNodeServer, type NodeServer, type NodeServerOptions } from './node-server.ts';
import { collectBody } from './exchange-bench.contract.ts';
import { describeExchange } from './exchange.contract.ts';
import { describeMalformedRequests } from './malformed-request.contract.ts';
import { deferred, jsonErrorOf, rawClient, RawConnection } from './raw-http.contract.ts';
import { TEST_TLS } from './test-certificate.contract.ts';
import type { MalformedRequest } from './malformed-request.ts';
import type { Exchange, ExchangeHandler } from './contract.ts';

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

const start = async (handler: ExchangeHandler): Promise<{ port: number; stop: () => Promise<void> }> => {
  const server = createNodeServer({ handler });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    port,
    stop: async () => {
      await server.drain(0);
    },
  };
};

describeExchange('node:http', start);
describeMalformedRequests('node:http', start);

describe('node:http server', () => {
  const servers: NodeServer[] = [];
  const clients: RawConnection[] = [];
  const listen = async (options: Partial<NodeServerOptions>): Promise<{ server: NodeServer; port: number }> => {
    const server = createNodeServer({ handler: (exchange) => exchange.reply(200, [], 'ok'), ...options });
    servers.push(server);
    return { server, ...(await server.listen({ port: 0, host: '127.0.0.1' })) };
  };
  const connect = async (port: number): Promise<RawConnection> => {
    const client = await rawClient(port);
    clients.push(client);
    return client;
  };

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await server.drain(0);
  });

  test('draining lets the open exchange end, closes its connection and refuses new ones', async () => {
    const open = deferred<Exchange>();
    const { server, port } = await listen({ handler: open.resolve });
    const client = await connect(port);
    const idle = await connect(port);
    client.write(GET);
    const exchange = await open.promise;
    exchange.replyHead(200, []);
    expect(server.openExchanges).toBe(1);
    const drained = server.drain(60_000);
    await expect(rawClient(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    exchange.write(Buffer.from('last words'));
    exchange.end();
    expect(await drained).toBe('drained');
    await client.untilEnded();
    expect(client.text.endsWith('last words\r\n0\r\n\r\n')).toBe(true);
    await idle.untilEnded();
    expect(server.openExchanges).toBe(0);
  });

  test('a request on a kept connection is answered while draining, and the connection closed', async () => {
    const open = deferred<Exchange>();
    const { server, port } = await listen({
      handler: (exchange) => (exchange.path === '/slow' ? open.resolve(exchange) : exchange.reply(200, [], 'quick')),
    });
    const client = await connect(port);
    client.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    const exchange = await open.promise;
    server.stopAccepting();
    exchange.reply(200, [], 'slow');
    await client.untilEnded();
    expect(client.text.toLowerCase()).toContain('connection: close');
    expect(await server.drain(60_000)).toBe('drained');
  });

  test('what does not end in time is cut', async () => {
    const open = deferred<Exchange>();
    const { server, port } = await listen({ handler: open.resolve });
    const client = await connect(port);
    client.write(GET);
    const exchange = await open.promise;
    exchange.replyHead(200, []);
    const end = new Promise((resolve) => exchange.onEnd(resolve));
    expect(await server.drain(1)).toBe('timed-out');
    expect(await end).toBe('client-left');
    await client.untilClosed();
    expect(client.text).not.toContain('0\r\n\r\n');
  });

  test('a head that does not come in time is answered 408, and silence with silence', async () => {
    const { port } = await listen({ headTimeoutMs: 50 });
    const slow = await connect(port);
    const silent = await connect(port);
    slow.write('GET / HTTP/1.1\r\nhost');
    await slow.untilEnded();
    await silent.untilEnded();
    expect(slow.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(jsonErrorOf(slow.text).code).toBe('408');
    expect(silent.bytes).toBe(0);
  });

  test('a body that trickles is bounded', async () => {
    const body = deferred<string | undefined>();
    const { port } = await listen({
      headTimeoutMs: 20,
      requestTimeoutMs: 60,
      handler: (exchange) => void collectBody(exchange).then(({ error }) => body.resolve(error?.reason)),
    });
    const client = await connect(port);
    client.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\na');
    expect(await body.promise).toBe('incomplete');
    await client.untilEnded();
    expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('refused requests are told to the log without their content', async () => {
    const told: MalformedRequest[] = [];
    const { port } = await listen({ onMalformed: (request) => told.push(request) });
    const client = await connect(port);
    client.write('GET / HTTP/1.1\r\nhost: x\r\nsk-secret\r\n\r\n');
    await client.untilEnded();
    expect(told).toEqual([expect.objectContaining({ status: 400, code: 'HPE_INVALID_HEADER_TOKEN' })]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('a port that is taken is an error of `listen`', async () => {
    const { port } = await listen({});
    const second = createNodeServer({ handler: () => undefined });
    await expect(second.listen({ port, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('tells how many exchanges are open whenever that changes', async () => {
    const counts: number[] = [];
    const open: Exchange[] = [];
    const { server, port } = await listen({
      handler: (exchange) => void open.push(exchange),
      onOpenExchanges: (count) => counts.push(count),
    });
    const [first, second] = [await connect(port), await connect(port)];
    first.write(GET);
    second.write(GET);
    await expect.poll(() => open.length).toBe(2);
    open[0]?.reply(200, [], 'ok');
    second.socket.destroy();
    await expect.poll(() => counts).toEqual([1, 2, 1, 0]);
    expect(server.openExchanges).toBe(0);
  });

  test('listens on a descriptor that somebody else opened', async () => {
    const opener = createServer();
    opener.listen(0, '127.0.0.1');
    await once(opener, 'listening');
    const { port } = opener.address() as AddressInfo;
    const server = `
      import { createNodeServer } from ${JSON.stringify(new URL('node-server.ts', import.meta.url).href)};
      const server = createNodeServer({ handler: (exchange) => exchange.reply(200, [], 'from the child') });
      console.log((await server.listen({ fd: 3, port: 0 })).port);
    `;
    const { _handle: handle } = opener as Server & { readonly _handle: { readonly fd: number } };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', server], {
      stdio: ['ignore', 'pipe', 'inherit', handle.fd],
    });
    try {
      expect(String((await once(child.stdout as Readable, 'data'))[0])).toBe(`${port}\n`);
      await new Promise((resolve) => opener.close(resolve));
      const client = await connect(port);
      client.write(GET);
      await client.untilText('from the child');
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('HTTPS with a given key and certificate', async () => {
    const { port } = await listen({ tls: TEST_TLS });
    const socket = connectTls({ port, host: '127.0.0.1', ca: TEST_TLS.cert, servername: 'localhost' });
    const client = new RawConnection(socket);
    clients.push(client);
    client.write(GET);
    await client.untilText('\r\n\r\nok');
    expect(socket.authorized).toBe(true);
  });
});
