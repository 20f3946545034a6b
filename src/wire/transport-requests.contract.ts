/** Transport suite: what reaches the provider. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MB, OK, type TransportBench } from './transport-bench.contract.ts';
import { answerEach } from './raw-http.contract.ts';

export function describeRequests(bench: TransportBench): void {
  const { serve, transportTo, send, post } = bench;
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
      await reply.done;
      // Either is right: whether the answer is seen depends on when the upload fails.
      expect([reply.status, reply.error?.code]).toSatisfy(
        ([status, code]: [number, string | undefined]) => (status === 413 && code === undefined) || code === 'reset',
      );
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
}
