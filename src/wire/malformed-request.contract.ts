/** What every server must do with bytes that are not one valid request: a JSON error, a closed connection, no smuggling. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonErrorOf, rawClient, type RawConnection } from './raw-http.contract.ts';
import { collectBody, type ExchangeServer, type StartExchangeServer } from './exchange-bench.contract.ts';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n';
const post = (headers: string, body: string): string => `POST /a HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n${body}`;

interface Case {
  readonly name: string;
  readonly bytes: string;
  readonly status: number;
  /** The client sends no more afterwards. */
  readonly end?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'garbage', bytes: '\x00\x01\x02garbage\r\n\r\n', status: 400 },
  { name: 'a TLS hello', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', status: 400 },
  { name: 'HTTP/0.9', bytes: 'GET /\r\n\r\n', status: 400 },
  { name: 'an unknown verb', bytes: 'BREW / HTTP/1.1\r\nhost: x\r\n\r\n', status: 501 },
  { name: 'a verb in lower case', bytes: 'get / HTTP/1.1\r\nhost: x\r\n\r\n', status: 501 },
  { name: 'an unknown version', bytes: 'GET / HTTP/3.7\r\nhost: x\r\n\r\n', status: 505 },
  { name: 'the HTTP/2 preface', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 505 },
  { name: 'CONNECT', bytes: 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n', status: 405 },
  { name: 'another Expect', bytes: post('content-length: 0\r\nexpect: a-miracle', ''), status: 417 },
  { name: 'no Host', bytes: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
  { name: 'two Hosts', bytes: 'GET / HTTP/1.1\r\nhost: x\r\nHost: y\r\n\r\n', status: 400 },
  { name: 'a head of 100 KB', bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, status: 431 },
  { name: 'a query of 100 KB', bytes: `GET /?${'y'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, status: 431 },
  {
    name: 'an authorization of 1 MB',
    bytes: `GET / HTTP/1.1\r\nhost: x\r\nauthorization: ${'y'.repeat(1e6)}\r\n\r\n`,
    status: 431,
  },
  {
    name: 'both lengths',
    bytes: post('content-length: 5\r\ntransfer-encoding: chunked', `0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  {
    name: 'both lengths, the other way',
    bytes: post('transfer-encoding: chunked\r\ncontent-length: 5', `0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  {
    name: 'two different lengths',
    bytes: post('content-length: 5\r\ncontent-length: 6', `hello!${HIDDEN}`),
    status: 400,
  },
  { name: 'a length list', bytes: post('content-length: 5, 5', `hello${HIDDEN}`), status: 400 },
  { name: 'a signed length', bytes: post('content-length: +5', `hello${HIDDEN}`), status: 400 },
  { name: 'a negative length', bytes: post('content-length: -5', HIDDEN), status: 400 },
  { name: 'a hexadecimal length', bytes: post('content-length: 0x5', `hello${HIDDEN}`), status: 400 },
  { name: 'an enormous length', bytes: post('content-length: 99999999999999999999', HIDDEN), status: 400 },
  {
    name: 'a bad chunk size',
    bytes: post('transfer-encoding: chunked', `zz\r\nhello\r\n0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  {
    name: 'a chunk size with a sign',
    bytes: post('transfer-encoding: chunked', `-5\r\nhello\r\n0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  {
    name: 'a chunk larger than said',
    bytes: post('transfer-encoding: chunked', `2\r\nhello\r\n0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  {
    name: 'chunk extensions of 100 KB',
    bytes: post('transfer-encoding: chunked', `5;${'x'.repeat(100_000)}\r\nhello\r\n0\r\n\r\n`),
    status: 413,
  },
  { name: 'an unknown transfer coding', bytes: post('transfer-encoding: gzip', HIDDEN), status: 400 },
  {
    name: 'a hidden transfer coding',
    bytes: post('transfer-encoding: chunked, identity', `0\r\n\r\n${HIDDEN}`),
    status: 400,
  },
  { name: 'a folded header', bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n${HIDDEN}`, status: 400 },
  { name: 'a space before the colon', bytes: post('content-length : 5', `hello${HIDDEN}`), status: 400 },
  { name: 'a header without a colon', bytes: `GET / HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n${HIDDEN}`, status: 400 },
  { name: 'bare line feeds', bytes: 'GET / HTTP/1.1\nhost: x\n\n', status: 400 },
  { name: 'a bare carriage return', bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: a\rb: c\r\n\r\n${HIDDEN}`, status: 400 },
  { name: 'NUL in a header', bytes: `GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n${HIDDEN}`, status: 400 },
  { name: 'a body shorter than said', bytes: post('content-length: 50', 'short'), status: 400, end: true },
  {
    name: 'a chunked body without its end',
    bytes: post('transfer-encoding: chunked', '5\r\nhello\r\n'),
    status: 400,
    end: true,
  },
  { name: 'half a head', bytes: 'GET / HTTP/1.1\r\nhos', status: 400, end: true },
];

export function describeMalformedRequests(name: string, start: StartExchangeServer): void {
  describe(`${name}: malformed requests`, () => {
    let server: ExchangeServer;
    let paths: string[] = [];
    let client: RawConnection;

    beforeEach(async () => {
      paths = [];
      server = await start((exchange) => {
        paths.push(exchange.path);
        void collectBody(exchange).then(({ error }) => {
          if (error === null) exchange.reply(200, [], 'fine');
        });
      });
      client = await rawClient(server.port);
    });
    afterEach(async () => {
      client.socket.destroy();
      await server.stop();
    });

    test.each(CASES)('$name is answered $status', async ({ bytes, status, end }) => {
      client.write(bytes);
      if (end === true) client.socket.end();
      await client.untilEnded();
      expect(client.text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(jsonErrorOf(client.text).code).toBe(String(status));
      expect(client.text.match(/^HTTP\/1\.1 \d+/gm)).toHaveLength(1);
      expect(paths).not.toContain('/hidden');

      const next = await rawClient(server.port);
      next.write('GET /next HTTP/1.1\r\nhost: x\r\n\r\n');
      await next.untilText('fine');
      next.socket.destroy();
    });

    test('garbage behind a good request: the good one is answered first', async () => {
      client.write(`GET /good HTTP/1.1\r\nhost: x\r\n\r\nBAD\r\n\r\n`);
      await client.untilEnded();
      expect(client.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
      expect(client.text.indexOf('fine')).toBeLessThan(client.text.indexOf('400'));
    });

    test('an upgrade that nobody offers is an ordinary request', async () => {
      client.write('GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      await client.untilText('fine');
      expect(client.text).toMatch(/^HTTP\/1\.1 200 /);
    });

    test('TRACE is left to the routes', async () => {
      client.write('TRACE /trace HTTP/1.1\r\nhost: x\r\n\r\n');
      await client.untilText('fine');
      expect(paths).toEqual(['/trace']);
    });
  });
}
