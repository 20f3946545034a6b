/** Exchange suite: what the client receives. */
import { describe, expect, test } from 'vitest';
import { GET, type ExchangeBench } from './exchange-bench.contract.ts';
import { deferred } from './raw-http.contract.ts';
import type { Exchange } from './contract.ts';

export function describeReplies({ ask, serve }: ExchangeBench): void {
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
      serve((exchange) => exchange.reply(204, [], ''));
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
      const client = await ask(['/1', '/2', '/3'].map((path) => GET.replace('/ ', `${path} `)).join(''), (exchange) => {
        waiting.unshift(exchange);
        if (waiting.length === 3) for (const each of waiting) each.reply(200, [], `answer ${each.path}`);
      });
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
      serve((exchange) => exchange.reply(200, [], 'next'));
      client.write(GET);
      await client.untilText('next');
      expect(client.text).not.toMatch(/second|third|500/);
    });
  });
}
