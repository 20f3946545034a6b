/** Transport suite: bodies that are sent as they come. */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { MB, OK, type TransportBench } from './transport-bench.contract.ts';
import type { UpstreamRequest } from './contract.ts';

function streamed(source: Readable, lengthBytes: number | null): Partial<UpstreamRequest> {
  return { method: 'POST', bodyStream: { source, lengthBytes } };
}

export function describeBodyStreams({ serve, transportTo, send }: TransportBench): void {
  describe('bodies that are streamed', () => {
    test('go out with their length before they are whole', async () => {
      const server = await serve((connection) => {
        connection.socket.on('data', () => {
          if (connection.text.endsWith('first second')) connection.write(OK);
        });
      });
      const source = new PassThrough();
      const { reply } = send(transportTo(server.origin), streamed(source, 12));
      source.write('first ');
      await reply.wasSent;
      const far = await server.connection(0);
      await far.untilText('\r\n\r\nfirst ');
      source.end('second');
      expect(await reply.done).toBe('end');
      const head = far.text.toLowerCase();
      expect(head).toContain('\r\ncontent-length: 12\r\n');
      expect(head).not.toContain('transfer-encoding');
    });

    test('go out in chunks when nobody knows their length', async () => {
      const server = await serve((connection) => {
        connection.socket.on('data', () => {
          if (connection.text.endsWith('0\r\n\r\n')) connection.write(OK);
        });
      });
      const { reply } = send(transportTo(server.origin), streamed(Readable.from([Buffer.from('some')]), null));
      expect(await reply.done).toBe('end');
      expect(server.connections[0]?.text).toMatch(/transfer-encoding: chunked\r\n[^]*4\r\nsome\r\n0\r\n\r\n$/i);
    });

    test('are read only as fast as the provider reads', async () => {
      const server = await serve((connection) => void connection.socket.pause());
      let given = 0;
      const source = new Readable({
        read() {
          given += 64 * 1024;
          this.push(Buffer.alloc(64 * 1024));
        },
      });
      const { reply, call } = send(transportTo(server.origin), streamed(source, 4096 * MB));
      await reply.wasSent;
      // What the system buffers differs; that it stands still far below the whole is what counts.
      for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
      expect(given).toBeLessThan(64 * MB);
      call.abort();
      if (!source.destroyed) await once(source, 'close');
    });

    test('end with a call that is given up, also before it has a connection', async () => {
      const server = await serve(() => undefined);
      const transport = transportTo(server.origin, { connections: 1 });
      const running = new PassThrough();
      const waiting = new PassThrough();
      const first = send(transport, streamed(running, null));
      const second = send(transport, streamed(waiting, null));
      running.write('x');
      await first.reply.wasSent;
      second.call.abort();
      expect(waiting.destroyed).toBe(true);
      first.call.abort();
      if (!running.destroyed) await once(running, 'close');
      expect([first.reply.events, second.reply.events]).toEqual([['sent'], []]);
    });

    test('end when the answer comes before they are whole', async () => {
      const server = await serve((connection) => {
        connection.socket.once('data', () => connection.write('HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\nno'));
      });
      const source = new PassThrough();
      const { reply } = send(transportTo(server.origin), streamed(source, 4 * MB));
      source.write(Buffer.alloc(MB));
      expect(await reply.done).toBe('end');
      expect([reply.status, reply.text]).toEqual([413, 'no']);
      if (!source.destroyed) await once(source, 'close');
    });

    test('end the call when their source fails', async () => {
      const server = await serve(() => undefined);
      const source = new PassThrough();
      const { reply } = send(transportTo(server.origin), streamed(source, null));
      source.write('half');
      await reply.wasSent;
      source.destroy(new Error('the client left'));
      expect(await reply.done).toBe('error');
      expect(reply.error).toMatchObject({ code: 'reset', unsent: false });
    });
  });
}
