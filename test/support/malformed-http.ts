/** Requests whose HTTP is malformed, ambiguous or rare. */
import { jsonPost } from './raw-reply.ts';
import { CHAT, GOOD, KEY, LATIN } from './malformed-bodies.ts';

/** A second request; it must never be run where it comes as part of another one. */
export const HIDDEN = jsonPost(CHAT, '{"model":"healthy","messages":[],"user":"hidden"}', [KEY]).toString();
export const post = (headers: string, body: string): string =>
  `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${KEY}\r\n${headers}\r\n\r\n${body}`;
export const get = (target: string, headers = ''): string =>
  `GET ${target} HTTP/1.1\r\nhost: x\r\n${KEY}\r\n${headers}\r\n`;

/** Wrong or ambiguous HTTP, and what no route answers: refused. */
export const HTTP: readonly (readonly [string, string | Buffer])[] = [
  ['a wrong method', get(CHAT)],
  ['an unknown verb', `BREW ${CHAT} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ['TRACE', `TRACE / HTTP/1.1\r\nhost: x\r\n\r\n`],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n'],
  ['an unknown path', get('/no/such/path')],
  ['encoded traversal', get('/%2e%2e/%2e%2e/etc/passwd')],
  ['traversal', get('/../../etc/passwd')],
  ['a bad percent encoding', get('/%zz')],
  ['half a percent encoding', get('/models/%')],
  ['an invalid character in a percent encoding', get('/models/%ff')],
  ['a path of 12 KB', get(`/${'p'.repeat(12_000)}`)],
  ['a path of 16 KB', get(`/${'p'.repeat(16 * 1024)}`)],
  ['a query of 60 KB', get(`/x?${'q'.repeat(60_000)}`)],
  [
    'a form as a body',
    `POST ${CHAT} HTTP/1.1\r\nhost: x\r\n${KEY}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\r\na=b`,
  ],
  [
    'XML as a body',
    `POST ${CHAT} HTTP/1.1\r\nhost: x\r\n${KEY}\r\ncontent-type: text/xml\r\ncontent-length: 4\r\n\r\n<a/>`,
  ],
  ['garbage', '\x00\x01\x02garbage\r\n\r\n'],
  ['a TLS hello', LATIN('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['an unknown version', 'GET / HTTP/3.7\r\nhost: x\r\n\r\n'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['another Expect', post('content-length: 0\r\nexpect: a-miracle', '')],
  ['no Host', `GET /no HTTP/1.1\r\n\r\n`],
  ['two Hosts', 'GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n'],
  ['a header of 100 KB', get('/no', `x: ${'h'.repeat(100_000)}\r\n`)],
  ['2,000 headers', get('/no', Array.from({ length: 2000 }, (_, index) => `x-${index}: 1\r\n`).join(''))],
  ['an authorization of 1 MB', `GET /no HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'k'.repeat(1_000_000)}\r\n\r\n`],
  ['both lengths', post('content-length: 5\r\ntransfer-encoding: chunked', `0\r\n\r\n${HIDDEN}`)],
  ['both lengths the other way', post('transfer-encoding: chunked\r\ncontent-length: 5', `0\r\n\r\n${HIDDEN}`)],
  ['two lengths', post('content-length: 5\r\ncontent-length: 6', `hello!${HIDDEN}`)],
  ['a list of lengths', post('content-length: 5, 5', `hello${HIDDEN}`)],
  ['a signed length', post('content-length: +5', `hello${HIDDEN}`)],
  ['a negative length', post('content-length: -5', HIDDEN)],
  ['a hexadecimal length', post('content-length: 0x5', `hello${HIDDEN}`)],
  ['a fractional length', post('content-length: 5.0', `hello${HIDDEN}`)],
  ['an enormous length', post('content-length: 99999999999999999999', HIDDEN)],
  ['a bad chunk size', post('transfer-encoding: chunked', `zz\r\nhello\r\n0\r\n\r\n${HIDDEN}`)],
  ['a negative chunk size', post('transfer-encoding: chunked', `-5\r\nhello\r\n0\r\n\r\n${HIDDEN}`)],
  ['an enormous chunk size', post('transfer-encoding: chunked', `fffffffffffffffff\r\nhello\r\n0\r\n\r\n${HIDDEN}`)],
  ['a chunk larger than announced', post('transfer-encoding: chunked', `2\r\nhello\r\n0\r\n\r\n${HIDDEN}`)],
  ['chunk extensions of 100 KB', post('transfer-encoding: chunked', `5;${'e'.repeat(100_000)}\r\nhello\r\n0\r\n\r\n`)],
  ['an unknown transfer coding', post('transfer-encoding: gzip', HIDDEN)],
  ['a transfer coding after chunked', post('transfer-encoding: chunked, identity', `0\r\n\r\n${HIDDEN}`)],
  ['a misspelt transfer coding', post('transfer-encoding: xchunked', `0\r\n\r\n${HIDDEN}`)],
  ['a folded header', post('x: a\r\n b\r\ncontent-length: 0', '')],
  ['a space before the colon', post('content-length : 5', `hello${HIDDEN}`)],
  ['a header without a colon', post('content-length 5', `hello${HIDDEN}`)],
  ['bare line feeds', `GET /no HTTP/1.1\nhost: x\n\n`],
  ['a bare carriage return', 'GET /no HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n'],
  ['a NUL in a header', 'GET /no HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n'],
];

/** Odd, and to be served. */
export const WORKING: readonly (readonly [string, string])[] = [
  ['HTTP/1.0', `POST ${CHAT} HTTP/1.0\r\n${KEY}\r\ncontent-length: ${GOOD.length}\r\n\r\n${GOOD}`],
  ['Expect: 100-continue', post(`expect: 100-continue\r\ncontent-length: ${GOOD.length}`, GOOD)],
  ['a content encoding that is not true', post(`content-encoding: gzip\r\ncontent-length: ${GOOD.length}`, GOOD)],
  ['Upgrade', post(`connection: upgrade\r\nupgrade: websocket\r\ncontent-length: ${GOOD.length}`, GOOD)],
  [
    'chunks with extensions',
    post('transfer-encoding: chunked', `${GOOD.length.toString(16)};a=b\r\n${GOOD}\r\n0\r\n\r\n`),
  ],
  [
    'chunks with trailers',
    post('transfer-encoding: chunked', `${GOOD.length.toString(16)}\r\n${GOOD}\r\n0\r\nx: y\r\n\r\n`),
  ],
  ['no content type', `POST ${CHAT} HTTP/1.1\r\nhost: x\r\n${KEY}\r\ncontent-length: ${GOOD.length}\r\n\r\n${GOOD}`],
  ['an absolute target', post(`content-length: ${GOOD.length}`, GOOD).replace(CHAT, `http://elsewhere.example${CHAT}`)],
];
