/** What every `Transport` must do. Each implementation's test calls `describeTransport`. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { answerEach, deferred, rawServer, type RawConnection, type RawServer } from './raw-http.contract.ts';
import type {
  HeaderList,
  Transport,
  TransportError,
  TransportFactory,
  TransportOptions,
  UpstreamCall,
  UpstreamRequest,
} from './contract.ts';

const MB = 1024 * 1024;
const OPTIONS: TransportOptions = {
  connections: 8,
  maxWaiting: 8,
  connectTimeoutMs: 10_000,
  keepAliveMs: 60_000,
  verifyTls: true,
};
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** One reply, collected; `done` resolves with its last event. */
export class CollectedReply {
  sent = 0;
  status = 0;
  headers: HeaderList = [];
  readonly chunks: Buffer[] = [];
  bytes = 0;
  error: TransportError | null = null;
  events: string[] = [];
  readonly #done = deferred<'end' | 'error'>();
  readonly #head = deferred<void>();
  readonly #sentOnce = deferred<void>();
  #wanted: { readonly bytes: number; readonly resolve: (value: void) => void } | null = null;

  get done(): Promise<'end' | 'error'> {
    return this.#done.promise;
  }
  get head(): Promise<void> {
    return this.#head.promise;
  }
  get wasSent(): Promise<void> {
    return this.#sentOnce.promise;
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
  untilBytes(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return Promise.resolve();
    const { promise, resolve } = deferred<void>();
    this.#wanted = { bytes, resolve };
    return promise;
  }

  onSent(): void {
    this.sent += 1;
    this.events.push('sent');
    this.#sentOnce.resolve();
  }
  onHead(status: number, headers: HeaderList): void {
    this.status = status;
    this.headers = headers;
    this.events.push('head');
    this.#head.resolve();
  }
  onData(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.#wanted !== null && this.bytes >= this.#wanted.bytes) this.#wanted.resolve();
  }
  onEnd(): void {
    this.events.push('end');
    this.#done.resolve('end');
  }
  onError(error: TransportError): void {
    this.error = error;
    this.events.push('error');
    this.#done.resolve('error');
  }
}

interface Fault {
  readonly name: string;
  readonly answer: string;
  readonly then?: 'end' | 'reset';
  readonly code: TransportError['code'] | 'end';
  readonly head?: boolean;
}

const FAULTS: readonly Fault[] = [
  { name: 'a reset before any byte', answer: '', then: 'reset', code: 'reset' },
  { name: 'a close before any byte', answer: '', then: 'end', code: 'reset' },
  { name: 'a reset inside the head', answer: 'HTTP/1.1 200 OK\r\ncont', then: 'reset', code: 'reset' },
  { name: 'a close inside the head', answer: 'HTTP/1.1 200 OK\r\ncont', then: 'end', code: 'reset' },
  {
    name: 'a reset after the head',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n',
    then: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close before content-length',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    then: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'the same on a connection to be closed',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf',
    then: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset before content-length',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    then: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close between chunks',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    then: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close between chunks of a last reply',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    then: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset inside a chunk',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nhalf',
    then: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset of a body without length',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf',
    then: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'the close of a body without length',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf',
    then: 'end',
    code: 'end',
    head: true,
  },
  {
    name: 'a bad chunk size',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhalf\r\n',
    code: 'malformed-reply',
    head: true,
  },
  {
    name: 'both lengths',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n4\r\nhalf\r\n0\r\n\r\n',
    code: 'malformed-reply',
  },
  {
    name: 'two lengths',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nhalf',
    code: 'reset',
  },
  { name: 'no HTTP at all', answer: 'SSH-2.0-OpenSSH_9.6\r\n', code: 'malformed-reply' },
  {
    name: 'a header of 200 KB',
    answer: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\ncontent-length: 2\r\n\r\nok`,
    code: 'malformed-reply',
  },
];

export function describeTransport(name: string, create: TransportFactory): void {
  describe(`${name}: Transport`, () => {
    const servers: RawServer[] = [];
    const transports: Transport[] = [];
    const calls: UpstreamCall[] = [];

    const serve = async (script: (connection: RawConnection, index: number) => void): Promise<RawServer> => {
      const server = await rawServer(script);
      servers.push(server);
      return server;
    };
    const transportTo = (origin: string, options: Partial<TransportOptions> = {}): Transport => {
      const transport = create(origin, { ...OPTIONS, ...options });
      transports.push(transport);
      return transport;
    };
    const send = (
      transport: Transport,
      changes: Partial<UpstreamRequest> = {},
    ): { reply: CollectedReply; call: UpstreamCall } => {
      const reply = new CollectedReply();
      const request: UpstreamRequest = {
        origin: '',
        method: 'GET',
        path: '/',
        headers: [],
        body: null,
        bodyLength: 0,
        ...changes,
      };
      const call = transport.send(request, reply);
      calls.push(call);
      return { reply, call };
    };
    const post = (body: readonly Buffer[]): Partial<UpstreamRequest> => ({
      method: 'POST',
      body,
      bodyLength: body.reduce((sum, part) => sum + part.length, 0),
    });

    afterEach(async () => {
      for (const call of calls.splice(0)) call.abort();
      await Promise.all(transports.splice(0).map((transport) => transport.close()));
      await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    describe('requests', () => {
      test('go out with host, length and headers as given', async () => {
        const server = await serve((connection) => {
          connection.socket.on('data', () => {
            if (connection.text.endsWith('{"a":1}')) connection.write(OK);
          });
        });
        const { reply } = send(transportTo(server.origin), {
          ...post([Buffer.from('{"a"'), Buffer.from(':1}')]),
          path: '/v1/x?y=%20z',
          headers: ['content-type', 'application/json', 'x-two', '1', 'x-two', '2'],
        });
        expect(await reply.done).toBe('end');
        expect(reply.events).toEqual(['sent', 'head', 'end']);
        expect(reply.text).toBe('ok');
        const head = (server.connections[0]?.text ?? '').toLowerCase();
        expect(head).toMatch(/^post \/v1\/x\?y=%20z http\/1\.1\r\n/);
        for (const line of [
          `host: 127.0.0.1:${server.port}`,
          'content-length: 7',
          'content-type: application/json',
          'x-two: 1',
          'x-two: 2',
        ]) {
          expect(head).toContain(`\r\n${line}\r\n`);
        }
        expect(head).not.toContain('transfer-encoding');
      });

      test('10 MB in many parts arrive intact and with their length', async () => {
        const parts = Array.from({ length: 160 }, (_, i) => Buffer.alloc(64 * 1024, i));
        const expected = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
        const server = await serve((connection) => {
          connection.socket.on('data', () => {
            if (connection.bytes < 10 * MB) return;
            const at = connection.text.indexOf('\r\n\r\n') + 4;
            const body = connection.buffer.subarray(at);
            if (body.length < 10 * MB) return;
            const hash = createHash('sha256').update(body).digest('hex');
            connection.write(`HTTP/1.1 200 OK\r\ncontent-length: 64\r\n\r\n${hash}`);
          });
        });
        const { reply } = send(transportTo(server.origin), post(parts));
        expect(await reply.done).toBe('end');
        expect(reply.text).toBe(expected);
        const head = server.connections[0]?.text.slice(0, 300).toLowerCase() ?? '';
        expect(head).toContain(`content-length: ${10 * MB}\r\n`);
        expect(head).not.toContain('transfer-encoding');
      });

      test('an early answer to a large upload does not hang', async () => {
        const server = await serve((connection) => {
          connection.socket.once('data', () => {
            connection.socket.pause();
            connection.socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno');
          });
        });
        const { reply } = send(
          transportTo(server.origin),
          post(Array.from({ length: 160 }, () => Buffer.alloc(64 * 1024))),
        );
        const outcome = await reply.done;
        if (outcome === 'end') expect(reply.status).toBe(413);
        else expect(reply.error?.code).toBe('reset');
      });

      test.each([
        ['a line break in a header', { headers: ['x', 'a\r\nb: c'] }],
        ['a space in the path', { path: '/a b' }],
        ['a line break in the path', { path: '/a\r\nb' }],
      ])('%s is refused and never sent', async (_name, changes) => {
        const server = await serve((connection) => answerEach(connection, () => OK));
        const transport = transportTo(server.origin);
        const { reply } = send(transport, changes);
        expect(reply.events).toEqual([]);
        expect(await reply.done).toBe('error');
        expect(reply.error).toMatchObject({ code: 'invalid-request', unsent: true });
        const next = send(transport);
        expect(await next.reply.done).toBe('end');
        expect(server.connections.map(({ text }) => text).join('')).not.toMatch(/b: c|a b/);
      });
    });

    describe('replies', () => {
      test('a redirect is a reply like any other', async () => {
        const server = await serve((connection) =>
          answerEach(
            connection,
            () => 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
          ),
        );
        const { reply } = send(transportTo(server.origin));
        expect(await reply.done).toBe('end');
        expect(reply.status).toBe(302);
        expect(reply.headers).toContain('http://127.0.0.1:1/');
      });

      test('repeated, large and oddly named headers are kept; names in lower case', async () => {
        const large = 'y'.repeat(15_000);
        const server = await serve((connection) =>
          answerEach(
            connection,
            () =>
              `HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Large: ${large}\r\n__proto__: p\r\nx: 1\r\nX: 2\r\ncontent-length: 0\r\n\r\n`,
          ),
        );
        const { reply } = send(transportTo(server.origin));
        expect(await reply.done).toBe('end');
        const pairs: string[] = [];
        for (let i = 0; i < reply.headers.length; i += 2) pairs.push(`${reply.headers[i]}=${reply.headers[i + 1]}`);
        expect(pairs.sort()).toEqual(
          [
            '__proto__=p',
            'content-length=0',
            'set-cookie=a=1',
            'set-cookie=b=2',
            'x-large=' + large,
            'x=1',
            'x=2',
          ].sort(),
        );
      });

      test('early hints are no head', async () => {
        const server = await serve((connection) =>
          answerEach(connection, () => `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}`),
        );
        const { reply } = send(transportTo(server.origin));
        expect(await reply.done).toBe('end');
        expect(reply.events).toEqual(['sent', 'head', 'end']);
        expect(reply.status).toBe(200);
      });

      test.each([
        ['HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
        ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
        ['GET', 'HTTP/1.1 304 Not Modified\r\n\r\n'],
      ])('%s answered without a body', async (method, answer) => {
        const server = await serve((connection) => answerEach(connection, () => answer));
        const { reply } = send(transportTo(server.origin), { method });
        expect(await reply.done).toBe('end');
        expect(reply.bytes).toBe(0);
      });

      test('each chunk is handed on when it comes', async () => {
        const server = await serve((connection) =>
          answerEach(connection, () => 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
        );
        const { reply } = send(transportTo(server.origin));
        await reply.head;
        const connection = await server.connection(0);
        for (let i = 1; i <= 5; i++) {
          for (const byte of '1;x=y\r\nz\r\n') connection.write(byte);
          await reply.untilBytes(i);
        }
        connection.write('0\r\n\r\n');
        expect(await reply.done).toBe('end');
        expect(reply.text).toBe('zzzzz');
      });

      test.each(FAULTS)('$name: $code', async ({ answer, then, code, head }) => {
        const server = await serve((connection, index) => {
          if (index > 0) {
            answerEach(connection, () => OK);
            return;
          }
          connection.socket.once('data', () => {
            connection.socket.write(answer, 'latin1', () => {
              if (then === 'end') connection.socket.end();
              // The bytes are given a turn to arrive: a reset may overtake them.
              else if (then === 'reset') setImmediate(() => connection.socket.resetAndDestroy());
            });
            if (answer === '' && then === 'reset') connection.socket.resetAndDestroy();
          });
        });
        const transport = transportTo(server.origin);
        const { reply } = send(transport);
        await reply.done;
        if (code === 'end') expect(reply.error).toBeNull();
        else expect(reply.error).toMatchObject({ code, unsent: false, reusedConnection: false });
        if (head === true) expect(reply.status).toBe(200);
        expect(reply.events.filter((event) => event === 'end' || event === 'error')).toHaveLength(1);

        const next = send(transport);
        expect(await next.reply.done).toBe('end');
        expect(next.reply.text).toBe('ok');
      });
    });

    describe('connections', () => {
      test('are reused one request after the other', async () => {
        const server = await serve((connection) => answerEach(connection, () => OK));
        const transport = transportTo(server.origin);
        for (let i = 0; i < 5; i++) expect(await send(transport).reply.done).toBe('end');
        expect(server.connections).toHaveLength(1);
        expect(transport.counters()).toEqual({ open: 1, busy: 0, waiting: 0, connectsTotal: 1, requestsTotal: 5 });
      });

      test('that the provider closes are replaced', async () => {
        const server = await serve((connection) =>
          answerEach(connection, () => 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
        );
        const transport = transportTo(server.origin);
        for (let i = 0; i < 3; i++) expect(await send(transport).reply.done).toBe('end');
        expect(server.connections).toHaveLength(3);
      });

      test('that the provider closes while idle are not used again', async () => {
        const server = await serve((connection) => answerEach(connection, () => OK));
        const transport = transportTo(server.origin);
        expect(await send(transport).reply.done).toBe('end');
        const first = await server.connection(0);
        first.socket.end();
        await first.untilClosed();
        expect(await send(transport).reply.done).toBe('end');
        expect(server.connections).toHaveLength(2);
        expect(transport.counters().busy).toBe(0);
      });

      test('a reset on a connection that had served before says so', async () => {
        const server = await serve((connection) => {
          connection.socket.once('data', () => {
            connection.write(OK);
            connection.socket.once('data', () => connection.socket.resetAndDestroy());
          });
        });
        const transport = transportTo(server.origin);
        expect(await send(transport).reply.done).toBe('end');
        const { reply } = send(transport);
        expect(await reply.done).toBe('error');
        expect(reply.error).toMatchObject({ code: 'reset', unsent: false, reusedConnection: true });
      });

      test('are bounded; waiters are served in order and are bounded too', async () => {
        const server = await serve(() => undefined);
        const transport = transportTo(server.origin, { connections: 1, maxWaiting: 2 });
        const replies = [0, 1, 2, 3].map((i) => send(transport, { path: `/${i}` }).reply);
        expect(await replies[3]?.done).toBe('error');
        expect(replies[3]?.error).toMatchObject({ code: 'saturated', unsent: true });
        expect(transport.counters()).toMatchObject({ busy: 1, waiting: 2 });
        const connection = await server.connection(0);
        for (let i = 0; i < 3; i++) {
          await connection.untilText(`GET /${i} `);
          connection.write(OK);
          expect(await replies[i]?.done).toBe('end');
        }
        expect(server.connections).toHaveLength(1);
      });

      test('a failed connection makes room for the next waiter', async () => {
        const server = await serve((connection, index) => {
          if (index === 0) connection.socket.once('data', () => connection.socket.resetAndDestroy());
          else answerEach(connection, () => OK);
        });
        const transport = transportTo(server.origin, { connections: 1 });
        const first = send(transport).reply;
        const second = send(transport).reply;
        expect(await first.done).toBe('error');
        expect(await second.done).toBe('end');
      });

      test('refused: never sent', async () => {
        const server = await serve(() => undefined);
        await server.close();
        const { reply } = send(transportTo(server.origin));
        expect(await reply.done).toBe('error');
        expect(reply.error).toMatchObject({ code: 'connect-failed', unsent: true });
        expect(reply.sent).toBe(0);
      });

      test('an unknown host and a server that is not TLS: never sent', async () => {
        const unknown = send(transportTo('http://no-such-host.invalid:80')).reply;
        expect(await unknown.done).toBe('error');
        expect(unknown.error).toMatchObject({ code: 'connect-failed', unsent: true });
        const server = await serve((connection) => connection.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
        const plain = send(transportTo(server.origin.replace('http:', 'https:'))).reply;
        expect(await plain.done).toBe('error');
        expect(plain.error).toMatchObject({ code: 'connect-failed', unsent: true });
      });

      test('closing lets running calls end, closes idle connections and refuses new calls', async () => {
        const server = await serve((connection, index) => {
          if (index === 0) answerEach(connection, () => OK);
        });
        const transport = transportTo(server.origin);
        expect(await send(transport).reply.done).toBe('end');
        const running = send(transport).reply; // takes the idle one
        expect(await running.done).toBe('end');
        const slow = [send(transport).reply, send(transport).reply];
        await (await server.connection(1)).untilText('\r\n\r\n');
        let closed = false;
        const closing = transport.close().then(() => {
          closed = true;
        });
        const late = send(transport).reply;
        expect(await late.done).toBe('error');
        expect(late.error).toMatchObject({ code: 'closed', unsent: true });
        expect(closed).toBe(false);
        (await server.connection(1)).write(OK);
        expect(await Promise.all(slow.map((reply) => reply.done))).toEqual(['end', 'end']);
        await closing;
        await Promise.all(server.connections.map((connection) => connection.untilEnded()));
      });
    });

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
          await new Promise(setImmediate); // the request of a connect that just succeeded is still counted
          const before = pending();
          const { reply, call } = send(transport);
          await new Promise(setImmediate);
          expect(pending()).toBe(before + 1);
          call.abort();
          await new Promise(setImmediate);
          await new Promise(setImmediate);
          expect(pending()).toBe(before);
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
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 0);
    });`;
  const worker = new Worker(source, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const { connect } = await import('node:net');
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
