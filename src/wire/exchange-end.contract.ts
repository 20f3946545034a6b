/** Exchange suite: how an exchange ends, and how a slow client slows the writer. */
import { describe, expect, test } from 'vitest';
import { collectBody, GET, MB, type Collected, type ExchangeBench } from './exchange-bench.contract.ts';
import { deferred } from './raw-http.contract.ts';
import type { Exchange, ExchangeEnd } from './contract.ts';

export function describeEnds({ ask }: ExchangeBench): void {
  describe('the end', () => {
    const ending = (exchange: Exchange): Promise<ExchangeEnd> => new Promise((resolve) => exchange.onEnd(resolve));

    test('finished', async () => {
      const end = deferred<ExchangeEnd>();
      await ask(GET, (exchange) => {
        exchange.onEnd(end.resolve);
        exchange.reply(200, [], 'ok');
      });
      expect(await end.promise).toBe('finished');
    });

    test.each(['reset', 'close'] as const)('the client leaves by %s in every phase', async (how) => {
      const phases: ((exchange: Exchange) => void)[] = [
        () => undefined, // nothing done yet
        (exchange) => exchange.replyHead(200, []),
        (exchange) => {
          exchange.replyHead(200, []);
          exchange.write(Buffer.from('some'));
        },
        (exchange) => void collectBody(exchange),
      ];
      for (const phase of phases) {
        const open = deferred<Exchange>();
        const client = await ask('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', (exchange) => {
          phase(exchange);
          open.resolve(exchange);
        });
        const exchange = await open.promise;
        const end = ending(exchange);
        if (how === 'reset') client.socket.resetAndDestroy();
        else client.socket.end();
        expect(await end).toBe('client-left');
        expect(exchange.ended).toBe(true);
        exchange.write(Buffer.from('ignored'));
        exchange.end();
      }
    });

    test('the client leaves inside its body', async () => {
      const reading = deferred<boolean>();
      const bodies = deferred<Collected>();
      const end = deferred<ExchangeEnd>();
      const client = await ask('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf', (exchange) => {
        exchange.onEnd(end.resolve);
        void collectBody(exchange).then(bodies.resolve);
        reading.resolve(true);
      });
      await reading.promise;
      client.socket.resetAndDestroy();
      expect((await bodies.promise).error?.reason).toBe('incomplete');
      expect(await end.promise).toBe('client-left');
    });
    test('the client leaves while its pipelined requests wait', async () => {
      const ends: Promise<ExchangeEnd>[] = [];
      const both = deferred<boolean>();
      const client = await ask(GET + GET, (exchange) => {
        ends.push(ending(exchange));
        if (ends.length === 2) both.resolve(true);
      });
      await both.promise;
      client.socket.destroy();
      expect(await Promise.all(ends)).toEqual(['client-left', 'client-left']);
    });

    test('an aborted stream never looks complete', async () => {
      for (const version of ['1.0', '1.1']) {
        const open = deferred<Exchange>();
        const client = await ask(`GET / HTTP/${version}\r\nhost: x\r\n\r\n`, (exchange) => {
          exchange.replyHead(200, []);
          exchange.write(Buffer.from('some'));
          open.resolve(exchange);
        });
        const exchange = await open.promise;
        await client.untilText('some');
        const end = ending(exchange);
        exchange.abort();
        expect(await end).toBe('aborted');
        await client.untilClosed();
        expect(client.text.endsWith('0\r\n\r\n')).toBe(false);
        expect(client.error?.code).toBe(version === '1.0' ? 'ECONNRESET' : undefined);
      }
    });

    test('what was written before an abort still arrives', async () => {
      const client = await ask(GET, (exchange) => {
        exchange.replyHead(200, []);
        exchange.write(Buffer.from('data: {"error"'));
        exchange.write(Buffer.from(': {}}'));
        exchange.abort();
      });
      await client.untilClosed();
      expect(client.text).toContain('data: {"error": {}}');
      expect(client.text.endsWith('0\r\n\r\n')).toBe(false);
    });

    test('a client that does not read stops the writer, and starts it again by reading', async () => {
      const open = deferred<Exchange>();
      const client = await ask(GET, open.resolve);
      client.socket.pause();
      const exchange = await open.promise;
      const chunk = Buffer.alloc(64 * 1024, 'x');
      let written = 0;
      let stopped = 0;
      const pump = (): void => {
        while (written < 10 * MB) {
          written += chunk.length;
          if (exchange.write(chunk)) continue;
          stopped += 1;
          return;
        }
        exchange.end();
      };
      exchange.onWritable(pump);
      exchange.replyHead(200, ['content-length', String(10 * MB)]);
      pump();
      await new Promise(setImmediate);
      expect(stopped).toBeGreaterThan(0);
      expect(written).toBeLessThan(8 * MB);
      const end = ending(exchange);
      client.socket.resume();
      expect(await end).toBe('finished');
      await client.until(() => client.bytes > 10 * MB);
    });

    test.each(['destroy', 'end'] as const)('a client that leaves by %s while the writer waits for it', async (how) => {
      const open = deferred<Exchange>();
      const client = await ask('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nok', (exchange) => {
        void collectBody(exchange).then(() => open.resolve(exchange));
      });
      client.socket.pause();
      const exchange = await open.promise;
      exchange.replyHead(200, []);
      let quietTurns = 0;
      const pump = (): void => {
        quietTurns = 0;
        while (exchange.write(Buffer.alloc(64 * 1024)));
      };
      exchange.onWritable(pump);
      pump();
      while (quietTurns++ < 50) await new Promise(setImmediate); // the system's buffers are full, too
      const end = ending(exchange);
      client.socket[how]();
      expect(await end).toBe('client-left');
    });
  });
}
