/** Transport suite: what the receiver hears, of good replies and of every way in which one can break. */
import { describe, expect, test } from 'vitest';
import { OK, type TransportBench } from './transport-bench.contract.ts';
import { answerEach } from './raw-http.contract.ts';
import type { TransportError } from './contract.ts';

interface Fault {
  readonly name: string;
  readonly answer: string;
  readonly after?: 'end' | 'reset';
  readonly code: TransportError['code'] | 'end';
  readonly head?: boolean;
}

const FAULTS: readonly Fault[] = [
  { name: 'a reset before any byte', answer: '', after: 'reset', code: 'reset' },
  { name: 'a close before any byte', answer: '', after: 'end', code: 'reset' },
  { name: 'a reset inside the head', answer: 'HTTP/1.1 200 OK\r\ncont', after: 'reset', code: 'reset' },
  { name: 'a close inside the head', answer: 'HTTP/1.1 200 OK\r\ncont', after: 'end', code: 'reset' },
  {
    name: 'a reset after the head',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n',
    after: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close before content-length',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    after: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'the same on a connection to be closed',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf',
    after: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset before content-length',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    after: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close between chunks',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    after: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a close between chunks of a last reply',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    after: 'end',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset inside a chunk',
    answer: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nhalf',
    after: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'a reset of a body without length',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf',
    after: 'reset',
    code: 'reset',
    head: true,
  },
  {
    name: 'the close of a body without length',
    answer: 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf',
    after: 'end',
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

export function describeReplies(bench: TransportBench): void {
  const { serve, transportTo, send } = bench;
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

    test.each(FAULTS)('$name: $code', async ({ answer, after, code, head }) => {
      const server = await serve((connection, index) => {
        if (index > 0) {
          answerEach(connection, () => OK);
          return;
        }
        connection.socket.once('data', () => {
          connection.socket.write(answer, 'latin1', () => {
            if (after === 'end') connection.socket.end();
            // The bytes are given a turn to arrive: a reset may overtake them.
            else if (after === 'reset') setImmediate(() => connection.socket.resetAndDestroy());
          });
          if (answer === '' && after === 'reset') connection.socket.resetAndDestroy();
        });
      });
      const transport = transportTo(server.origin);
      const { reply } = send(transport);
      await reply.done;
      expect(reply.error?.code ?? 'end').toBe(code);
      expect(reply.error?.unsent ?? false).toBe(false);
      expect(reply.error?.reusedConnection ?? false).toBe(false);
      expect(reply.status).toBe(head === true ? 200 : 0);
      expect(reply.events.filter((event) => event === 'end' || event === 'error')).toHaveLength(1);

      const next = send(transport);
      expect(await next.reply.done).toBe('end');
      expect(next.reply.text).toBe('ok');
    });
  });
}
