/** Transport suite: aborting in every phase, pausing and resuming. */
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { CollectedReply, MB, OK, type TransportBench } from './transport-bench.contract.ts';
import { answerEach, deferred } from './raw-http.contract.ts';
import type { UpstreamCall } from './contract.ts';

export function describeAborts(bench: TransportBench): void {
  const { serve, transportTo, send, post } = bench;
  describe('abort', () => {
    test('while waiting: the request never reaches the provider', async () => {
      const server = await serve(() => undefined);
      const transport = transportTo(server.origin, { connections: 1 });
      const first = send(transport, { path: '/first' });
      const second = send(transport, { path: '/second' });
      const third = send(transport, { path: '/third' });
      second.call.abort();
      expect(transport.counters().waiting).toBe(1);
      const connection = await server.connection(0);
      await connection.untilText('/first');
      connection.write(OK);
      await first.reply.done;
      await connection.untilText('/third');
      connection.write(OK);
      await third.reply.done;
      expect(connection.text).not.toContain('/second');
      expect(second.reply.events).toEqual([]);
    });

    test('in the same turn as the send: nothing reaches the provider', async () => {
      const server = await serve((connection) => answerEach(connection, () => OK));
      const transport = transportTo(server.origin);
      await send(transport).reply.done;
      const { reply, call } = send(transport, { path: '/dropped' });
      call.abort();
      expect(await send(transport, { path: '/next' }).reply.done).toBe('end');
      expect(server.connections.map(({ text }) => text).join('')).not.toContain('/dropped');
      expect(reply.events).toEqual([]);
    });

    test('while the handshake is pending: the socket goes at once', async () => {
      const server = await serve(() => undefined);
      const transport = transportTo(server.origin.replace('http:', 'https:'));
      const { reply, call } = send(transport);
      const connection = await server.connection(0);
      await connection.until(() => connection.bytes > 0);
      call.abort();
      await connection.untilEnded();
      expect(transport.counters()).toMatchObject({ open: 0, busy: 0 });
      expect(reply.events).toEqual([]);
    });

    test('while a connect is pending, and the bound of the connect', async () => {
      const deaf = await deafServer();
      try {
        const transport = transportTo(deaf.origin, { connectTimeoutMs: 60_000 });
        const pending = (): number =>
          process.getActiveResourcesInfo().filter((kind) => kind.endsWith('ConnectWrap')).length;
        const { reply, call } = send(transport);
        // The request of a connect that has just succeeded is counted for some turns more.
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        const before = pending();
        call.abort();
        while (pending() >= before) await new Promise(setImmediate); // the test's own bound is the limit
        expect(transport.counters().busy).toBe(0);
        expect(reply.events).toEqual([]);

        const bounded = send(transportTo(deaf.origin, { connectTimeoutMs: 20 })).reply;
        expect(await bounded.done).toBe('error');
        expect(bounded.error).toMatchObject({ code: 'connect-timeout', unsent: true });
      } finally {
        await deaf.close();
      }
    });

    test.each([
      ['while the provider is silent', ''],
      ['after the head', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
      ['inside the body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ])('%s: the connection goes at once and nothing more is heard', async (_name, answer) => {
      const server = await serve((connection) => {
        connection.socket.once('data', () => connection.write(answer));
      });
      const transport = transportTo(server.origin);
      const { reply, call } = send(transport);
      const connection = await server.connection(0);
      await connection.untilText('\r\n\r\n');
      if (answer !== '') await reply.head;
      const heard = reply.events.slice();
      call.abort();
      call.abort();
      await connection.untilEnded();
      expect(reply.events).toEqual(heard);
      expect(transport.counters()).toMatchObject({ busy: 0, waiting: 0 });
    });

    test('inside a large upload', async () => {
      const server = await serve((connection) => connection.socket.once('data', () => connection.socket.pause()));
      const transport = transportTo(server.origin);
      const { reply, call } = send(transport, post(Array.from({ length: 320 }, () => Buffer.alloc(64 * 1024))));
      const connection = await server.connection(0);
      await connection.until(() => connection.bytes > 0);
      call.abort();
      connection.socket.resume();
      await connection.untilEnded();
      expect(connection.bytes).toBeLessThan(20 * MB);
      expect(reply.events).not.toContain('error');
    });

    test('from inside each callback', async () => {
      const server = await serve((connection) => answerEach(connection, () => OK));
      const transport = transportTo(server.origin);
      for (const at of ['onSent', 'onHead', 'onData'] as const) {
        const reply = new CollectedReply();
        const aborted = deferred<void>();
        let call: UpstreamCall | null = null;
        const original = reply[at].bind(reply) as (...values: unknown[]) => void;
        Object.assign(reply, {
          [at]: (...values: unknown[]) => {
            original(...values);
            call?.abort();
            aborted.resolve();
          },
        });
        call = transport.send(
          { origin: '', method: 'GET', path: `/${at}`, headers: [], body: null, bodyLength: 0 },
          reply,
        );
        await aborted.promise;
        expect(await send(transport).reply.done).toBe('end');
        expect(reply.events).not.toContain('end');
        expect(reply.events).not.toContain('error');
      }
    });
  });
}

export function describeBackpressure(bench: TransportBench): void {
  const { serve, transportTo, send } = bench;
  describe('backpressure', () => {
    test('a paused reply of 10 MB stops the provider, and arrives intact when resumed', async () => {
      const body = Buffer.alloc(10 * MB);
      for (let i = 0; i < body.length; i += 991) body[i] = i;
      const server = await serve((connection) => {
        let handedOver = 0;
        connection.socket.once('data', () => {
          connection.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
          const pump = (): void => {
            while (handedOver < body.length) {
              const flowing = connection.socket.write(body.subarray(handedOver, handedOver + 65_536));
              handedOver += 65_536;
              if (!flowing) {
                connection.socket.once('drain', pump);
                return;
              }
            }
          };
          pump();
        });
      });
      const transport = transportTo(server.origin);
      const { reply, call } = send(transport);
      await reply.head;
      call.pause();
      const quick = send(transport).reply; // other calls go on meanwhile
      await quick.head;
      const received = reply.bytes;
      expect(received).toBeLessThan(2 * MB);
      for (let i = 0; i < 50; i++) await new Promise(setImmediate);
      expect(reply.bytes).toBeLessThan(received + 256 * 1024);
      call.resume();
      expect(await reply.done).toBe('end');
      expect(Buffer.concat(reply.chunks).equals(body)).toBe(true);
    });

    test('pausing and resuming at every chunk loses nothing', async () => {
      const server = await serve((connection) => {
        connection.socket.once('data', () => {
          connection.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
          for (let i = 0; i < 200; i++) connection.write(`4\r\n${String(i).padStart(4, '0')}\r\n`);
          connection.write('0\r\n\r\n');
        });
      });
      const reply = new CollectedReply();
      const transport = transportTo(server.origin);
      let call: UpstreamCall | null = null;
      const onData = reply.onData.bind(reply);
      reply.onData = (chunk) => {
        onData(chunk);
        call?.pause();
        setImmediate(() => call?.resume());
      };
      call = transport.send({ origin: '', method: 'GET', path: '/', headers: [], body: null, bodyLength: 0 }, reply);
      expect(await reply.done).toBe('end');
      expect(reply.text).toBe(Array.from({ length: 200 }, (_, i) => String(i).padStart(4, '0')).join(''));
    });

    test('a paused reply whose connection fails is told so', async () => {
      const server = await serve((connection) => {
        connection.socket.once('data', () => connection.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
      });
      const { reply, call } = send(transportTo(server.origin));
      await reply.head;
      call.pause();
      (await server.connection(0)).socket.resetAndDestroy();
      call.resume();
      expect(await reply.done).toBe('error');
      expect(reply.error?.code).toBe('reset');
    });
  });
}

/** A port whose queue of connections is full: a connect to it stays pending. */
async function deafServer(): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const net = require('node:net');
    const server = net.createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      const { port } = server.address();
      parentPort.postMessage(port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // never accepts
    });`;
  const worker = new Worker(source, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const fillers = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => undefined));
  await new Promise((resolve) => fillers[0]?.once('connect', resolve));
  await new Promise((resolve) => fillers[1]?.once('connect', resolve));
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}
