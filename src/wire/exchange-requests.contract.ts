/** Exchange suite: what the handler sees of a request and its body. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { collectBody, GET, MB, type Collected, type ExchangeBench } from './exchange-bench.contract.ts';
import { deferred } from './raw-http.contract.ts';
import type { Exchange } from './contract.ts';

export function describeRequests({ ask, serve }: ExchangeBench): void {
  describe('requests', () => {
    test.each([
      ['/v1/models?a=1&b=%20', '/v1/models', 'a=1&b=%20'],
      ['http://host:1/a/b?c', '/a/b', 'c'],
      ['http://host', '/', ''],
      ['http://host?q', '/', 'q'],
      ['//v1//models', '//v1//models', ''],
      ['/a%2Fb/../c?x=/?', '/a%2Fb/../c', 'x=/?'],
    ])('target %s', async (target, path, query) => {
      const seen = deferred<Exchange>();
      await ask(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`, seen.resolve);
      const exchange = await seen.promise;
      expect([exchange.target, exchange.path, exchange.query]).toEqual([target, path, query]);
      expect(exchange.remoteAddress).toContain('127.0.0.1');
    });

    test('headers keep their order and repeats; `header` gives the first of them', async () => {
      const seen = deferred<Exchange>();
      const lines = ['X-Api-Key: a, b', 'x-api-key: c', 'Accept: 1', 'accept: 2', 'Cookie: k=1', 'cookie: k=2'];
      await ask(`GET / HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\n\r\n`, seen.resolve);
      const exchange = await seen.promise;
      expect(exchange.header('x-api-key')).toBe('a, b');
      expect(exchange.header('accept')).toBe('1');
      expect(exchange.header('cookie')).toBe('k=1');
      expect(exchange.header('__proto__')).toBeUndefined();
      expect(exchange.header('constructor')).toBeUndefined();
      expect(exchange.headers()).toEqual(
        ['host: x', ...lines].flatMap((line) => {
          const [name = '', value = ''] = line.split(': ');
          return [name.toLowerCase(), value];
        }),
      );
    });

    test('2,000 headers are all seen', async () => {
      const seen = deferred<Exchange>();
      const lines = Array.from({ length: 2_000 }, (_, i) => `x-${i}: ${i}`).join('\r\n');
      await ask(`GET / HTTP/1.1\r\nhost: x\r\n${lines}\r\nauthorization: last\r\n\r\n`, seen.resolve);
      expect((await seen.promise).header('authorization')).toBe('last');
    });

    test('a body of 10 MB arrives intact', async () => {
      const body = Buffer.alloc(10 * MB);
      for (let i = 0; i < body.length; i += 997) body[i] = i;
      const client = await ask(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`, (exchange) => {
        void collectBody(exchange).then(({ bytes }) =>
          exchange.reply(200, [], createHash('sha256').update(bytes).digest('hex')),
        );
      });
      client.write(body);
      await client.untilText(createHash('sha256').update(body).digest('hex'));
      expect(client.ended).toBe(false);
    });

    test('a client whose body is paused has to wait, and goes on', async () => {
      const length = 64 * MB;
      const open = deferred<Exchange>();
      const client = await ask(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`, open.resolve);
      const exchange = await open.promise;
      let bytes = 0;
      const whole = deferred<void>();
      exchange.readBody(
        {
          onBodyChunk: (chunk) => {
            if (bytes === 0) exchange.pauseBody();
            bytes += chunk.length;
          },
          onBodyEnd: whole.resolve,
          onBodyError: () => undefined,
        },
        length,
      );
      let sent = false;
      client.socket.write(Buffer.alloc(length), () => (sent = true));
      while (bytes === 0) await new Promise(setImmediate);
      const paused = bytes;
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      expect([sent, bytes <= paused + MB]).toEqual([false, true]);
      exchange.resumeBody();
      await whole.promise;
      expect(bytes).toBe(length);
      exchange.reply(200, [], 'ok');
      await client.untilText('\r\n\r\nok');
    });

    test('a chunked body arrives decoded, also byte by byte', async () => {
      const client = await ask('', (exchange) => {
        void collectBody(exchange).then(({ bytes }) => exchange.reply(200, [], `got ${bytes.toString()}`));
      });
      const request =
        'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n';
      for (const byte of request) {
        client.write(byte);
        await new Promise(setImmediate);
      }
      await client.untilText('got hello!');
      expect(client.ended).toBe(false);
    });

    test('a body that is announced too large is not read, and its sender still gets the answer', async () => {
      const length = 50 * MB;
      const bodies: Collected[] = [];
      const client = await ask(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`, (exchange) => {
        void collectBody(exchange, MB).then((body) => {
          bodies.push(body);
          exchange.reply(413, [], 'too large');
        });
      });
      const failure = await new Promise((sent) => client.socket.write(Buffer.alloc(8 * MB), sent));
      expect(failure ?? null).toBeNull(); // a client that sends all before it reads is not cut off
      await client.untilText('too large');
      expect(bodies[0]?.error?.reason).toBe('too-large');
      expect(bodies[0]?.bytes.length).toBe(0);
      expect(client.text).toContain('connection: close');
      await client.untilEnded();
    });

    test('a chunked body is stopped at the limit', async () => {
      const bodies: Collected[] = [];
      const client = await ask('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', (exchange) => {
        void collectBody(exchange, 100_000).then((body) => {
          bodies.push(body);
          exchange.reply(413, [], 'too large');
        });
      });
      const chunks = Buffer.from(`2710\r\n${'x'.repeat(10_000)}\r\n`.repeat(800));
      const failure = await new Promise((sent) => client.socket.write(chunks, sent));
      expect(failure ?? null).toBeNull();
      await client.untilText('too large');
      expect(bodies[0]?.error?.reason).toBe('too-large');
      expect(bodies[0]?.bytes.length).toBeLessThanOrEqual(100_000);
      await client.untilEnded();
    });

    test('a body nobody reads does not hold up the connection when it is small', async () => {
      const client = await ask('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello', (exchange) =>
        exchange.reply(401, [], 'no'),
      );
      await client.untilText('401');
      serve((exchange) => exchange.reply(200, [], 'yes'));
      client.write(GET);
      await client.untilText('yes');
      expect(client.ended).toBe(false);
    });

    test('`100 Continue` is sent when the body is wanted', async () => {
      const open = deferred<Exchange>();
      const client = await ask(
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
        open.resolve,
      );
      const exchange = await open.promise;
      expect(client.text).toBe('');
      const body = collectBody(exchange);
      await client.untilText('HTTP/1.1 100 Continue\r\n\r\n');
      client.write('ok');
      exchange.reply(200, [], (await body).bytes);
      await client.untilText('\r\n\r\nok');
      expect(client.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
    });

    test('a client that expects `100 Continue` and is refused gets the refusal alone', async () => {
      const client = await ask(
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
        (exchange) => exchange.reply(401, [], 'no'),
      );
      await client.untilEnded();
      expect(client.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401']);
    });
  });
}
