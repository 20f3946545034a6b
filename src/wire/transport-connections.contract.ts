/** Transport suite: how many connections there are, and how long. */
import { describe, expect, test } from 'vitest';
import { OK, type TransportBench } from './transport-bench.contract.ts';
import { answerEach } from './raw-http.contract.ts';

export function describeConnections(bench: TransportBench): void {
  const { serve, transportTo, send } = bench;
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
}
