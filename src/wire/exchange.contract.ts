/** What every `Exchange` and the server under it must do. Each implementation's test calls `describeExchange`. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deferred, rawClient, type RawConnection } from './raw-http.contract.ts';
import type { BodyError, Exchange, ExchangeEnd, ExchangeHandler } from './contract.ts';

export interface ExchangeServer {
  readonly port: number;
  stop(): Promise<void>;
}

export type StartExchangeServer = (handler: ExchangeHandler) => Promise<ExchangeServer>;

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const MB = 1024 * 1024;

/** What a body turned out to be. */
interface Collected {
  readonly bytes: Buffer;
  readonly error: BodyError | null;
}

export function collectBody(exchange: Exchange, limitBytes = 100 * MB): Promise<Collected> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    exchange.readBody(
      {
        onBodyChunk: (chunk) => chunks.push(chunk),
        onBodyEnd: () => resolve({ bytes: Buffer.concat(chunks), error: null }),
        onBodyError: (error) => resolve({ bytes: Buffer.concat(chunks), error }),
      },
      limitBytes,
    );
  });
}

export function describeExchange(name: string, start: StartExchangeServer): void {
  describe(`${name}: Exchange`, () => {
    let server: ExchangeServer | null = null;
    let handler: ExchangeHandler = () => undefined;
    const clients: RawConnection[] = [];

    const connect = async (): Promise<RawConnection> => {
      const client = await rawClient(server?.port ?? 0);
      clients.push(client);
      return client;
    };
    /** Sends `text` on a new connection to a server that does `reply`. */
    const ask = async (text: string, reply: ExchangeHandler): Promise<RawConnection> => {
      handler = reply;
      const client = await connect();
      client.write(text);
      return client;
    };

    beforeEach(async () => {
      server = await start((exchange) => handler(exchange));
    });
    afterEach(async () => {
      for (const { socket } of clients.splice(0)) socket.destroy();
      await server?.stop();
    });

    describe('replies', () => {
      test('a whole reply has its length and leaves the connection open for the next', async () => {
        const client = await ask(GET, (exchange) => exchange.reply(200, ['content-type', 'text/plain'], 'grüße'));
        await client.untilText('\r\n\r\ngr');
        expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        expect(client.text).toContain('content-length: 7\r\n');
        client.write(GET);
        await client.untilText('HTTP/1.1 200 OK', 2);
        expect(client.ended).toBe(false);
      });

      test.each([
        ['few bytes', [Buffer.from('a'), Buffer.from('bc'), Buffer.from('')], 3],
        ['many bytes', [Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')], 140_000],
        ['none', [], 0],
      ])('body parts arrive in order: %s', async (_name, parts, length) => {
        const client = await ask(GET, (exchange) => exchange.reply(200, [], parts));
        await client.until(
          () => client.text.includes('\r\n\r\n') && client.bytes >= client.text.indexOf('\r\n\r\n') + 4 + length,
        );
        expect(client.text).toContain(`content-length: ${length}\r\n`);
        expect(client.buffer.subarray(client.text.indexOf('\r\n\r\n') + 4)).toEqual(Buffer.concat(parts));
      });

      test('repeated and large headers are kept as they are', async () => {
        const large = 'x'.repeat(15_000);
        const client = await ask(GET, (exchange) =>
          exchange.reply(200, ['set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-large', large], ''),
        );
        await client.untilText('\r\n\r\n');
        expect(client.text).toContain('set-cookie: a=1\r\nset-cookie: b=2\r\n');
        expect(client.text).toContain(`x-large: ${large}\r\n`);
      });

      test('the head of a streamed reply leaves before any byte of its body', async () => {
        const client = await ask(GET, (exchange) => exchange.replyHead(200, ['content-type', 'text/event-stream']));
        await client.untilText('\r\n\r\n');
        expect(client.text).toContain('content-type: text/event-stream');
      });

      test('each chunk arrives before the next is written', async () => {
        const open = deferred<Exchange>();
        const client = await ask(GET, (exchange) => {
          exchange.replyHead(200, []);
          exchange.write(Buffer.from('one'));
          open.resolve(exchange);
        });
        const exchange = await open.promise;
        await client.untilText('one');
        exchange.write(Buffer.from('two'));
        await client.untilText('two');
        exchange.end();
        await client.untilText('0\r\n\r\n');
        expect(client.text.endsWith('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n')).toBe(true);
      });

      test('a HEAD request gets the length and no body, and 204 neither', async () => {
        const client = await ask('HEAD / HTTP/1.1\r\nhost: x\r\n\r\n', (exchange) => exchange.reply(200, [], 'body'));
        await client.untilText('\r\n\r\n');
        handler = (exchange) => exchange.reply(204, [], '');
        client.write(GET);
        await client.untilText('204 No Content');
        await client.untilText('\r\n\r\n', 2);
        expect(client.text).toContain('content-length: 4\r\n');
        expect(client.text).not.toContain('body');
        expect(client.text.split('content-length').length).toBe(2);
      });

      test('HTTP/1.0 is answered and closed', async () => {
        const client = await ask('GET / HTTP/1.0\r\n\r\n', (exchange) => exchange.reply(200, [], 'old'));
        await client.untilEnded();
        expect(client.text).toContain('\r\n\r\nold');
      });

      test('a stream to HTTP/1.0 ends with its connection, unchunked', async () => {
        const client = await ask('GET / HTTP/1.0\r\n\r\n', (exchange) => {
          exchange.replyHead(200, []);
          exchange.write(Buffer.from('old'));
          exchange.end();
        });
        await client.untilEnded();
        expect(client.text.endsWith('\r\n\r\nold')).toBe(true);
        expect(client.error).toBeNull();
      });

      test('three pipelined requests are answered in order, whichever is ready first', async () => {
        const waiting: Exchange[] = [];
        const client = await ask(
          ['/1', '/2', '/3'].map((path) => GET.replace('/ ', `${path} `)).join(''),
          (exchange) => {
            waiting.unshift(exchange);
            if (waiting.length === 3) for (const each of waiting) each.reply(200, [], `answer ${each.path}`);
          },
        );
        await client.untilText('answer /3');
        expect(client.text.match(/answer \/\d/g)).toEqual(['answer /1', 'answer /2', 'answer /3']);
      });

      test('what comes after the end of a reply is ignored', async () => {
        const client = await ask(GET, (exchange) => {
          exchange.reply(200, [], 'first');
          exchange.reply(500, [], 'second');
          exchange.replyHead(500, []);
          exchange.write(Buffer.from('third'));
          exchange.end();
        });
        await client.untilText('first');
        handler = (exchange) => exchange.reply(200, [], 'next');
        client.write(GET);
        await client.untilText('next');
        expect(client.text).not.toMatch(/second|third|500/);
      });
    });

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
        client.write(Buffer.alloc(8 * MB));
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
        for (let i = 0; i < 20; i++) client.write(`2710\r\n${'x'.repeat(10_000)}\r\n`);
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
        handler = (exchange) => exchange.reply(200, [], 'yes');
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
          if (version === '1.0') expect(client.error?.code).toBe('ECONNRESET');
        }
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

      test('a client that leaves while the writer waits for it', async () => {
        const open = deferred<Exchange>();
        const client = await ask(GET, open.resolve);
        client.socket.pause();
        const exchange = await open.promise;
        exchange.replyHead(200, []);
        while (exchange.write(Buffer.alloc(64 * 1024)));
        const end = ending(exchange);
        client.socket.destroy();
        expect(await end).toBe('client-left');
      });
    });
  });
}
