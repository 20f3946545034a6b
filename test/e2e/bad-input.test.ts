/**
 * Malformed requests, each on a connection of its own: never a 5xx because of the input (501 and 505 say what is not
 * spoken), never a crash or a stack trace, a JSON error for everything that is valid HTTP, and nothing that hides in the
 * body of an ambiguous request is run.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawRequest, type RawAnswer, type RawReply } from '../support/raw-reply.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const CHAT = '/v1/chat/completions';
const KEY = 'authorization: Bearer sk-1234';
const MESSAGES = '[{"role":"user","content":"Hello"}]';
const GOOD = `{"model":"healthy","messages":${MESSAGES}}`;

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: healthy
    litellm_params: { model: openai/healthy, api_base: ${provider.apiBase}, api_key: k, timeout: 5 }
general_settings: { master_key: sk-1234, max_request_size_mb: 8 }
`);
});

afterAll(async () => {
  const { code } = await gateway.stop();
  await provider.close();
  if (code !== 0) throw new Error(`the gateway ended with ${code}`);
});

afterEach(async () => {
  const { text } = await chat(gateway.url, { model: 'healthy' });
  if (text !== HEALTHY_TEXT) throw new Error('the gateway does not serve any more');
});

function first(reply: RawReply): RawAnswer {
  expect(reply.timedOut).toBe(false);
  expect(reply.bytes.toString('latin1')).not.toMatch(/\n\s+at \S+ ?\(|node_modules|node:internal/);
  const [answer] = reply.answers;
  if (answer === undefined) throw new Error(`no answer: ${reply.bytes.toString('latin1', 0, 200)}`);
  return answer;
}

function expectRefused(answer: RawAnswer): void {
  expect(answer.status >= 400 && (answer.status < 500 || answer.status === 501 || answer.status === 505)).toBe(true);
  const body = JSON.parse(answer.body) as { error?: unknown; detail?: unknown };
  if (body.detail !== undefined) return;
  expect(body.error).toEqual(
    expect.objectContaining({
      message: expect.stringMatching(/\S/),
      type: expect.any(String),
      code: expect.any(String),
    }),
  );
  expect(body.error).toHaveProperty('param');
}

function postBody(body: string | Buffer): Promise<RawReply> {
  return rawRequest(gateway.port, jsonPost(CHAT, body, [KEY]));
}

const LATIN = (text: string): Buffer => Buffer.from(text, 'latin1');
const deep = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);

const BODIES: readonly (readonly [string, string | Buffer])[] = [
  ['empty', ''],
  ['blanks', ' \r\n\t '],
  ['truncated', GOOD.slice(0, 30)],
  ['truncated in a string', '{"model":"heal'],
  ['truncated in an escape', '{"model":"heal\\u00'],
  ['trailing garbage', `${GOOD} x`],
  ['two documents', GOOD + GOOD],
  ['a trailing comma', `{"model":"healthy","messages":${MESSAGES},}`],
  ['a missing comma', `{"model":"healthy" "messages":${MESSAGES}}`],
  ['single quotes', `{'model':'healthy'}`],
  ['a comment', `{/* x */"model":"healthy"}`],
  ['an array', '[]'],
  ['an array of requests', `[${GOOD}]`],
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '42'],
  ['a string', '"healthy"'],
  ['NaN', `{"model":"healthy","messages":${MESSAGES},"temperature":NaN}`],
  ['Infinity', `{"model":"healthy","messages":${MESSAGES},"temperature":-Infinity}`],
  ['a leading zero', `{"model":"healthy","messages":${MESSAGES},"n":01}`],
  ['a plus sign', `{"model":"healthy","messages":${MESSAGES},"n":+1}`],
  ['a hexadecimal number', `{"model":"healthy","messages":${MESSAGES},"n":0x1}`],
  ['an array nested 100,000 deep, open', `{"messages":${'['.repeat(100_000)}`],
  ['a NUL byte', '{"model":"healthy\u0000"}'],
  ['a raw line feed in a string', '{"model":"heal\nthy"}'],
  ['invalid UTF-8', LATIN('{"model":"healthy","messages":[{"role":"user","content":"\xff\xfe"}]}')],
  ['an overlong UTF-8 form', LATIN('{"model":"\xc0\xaf"}')],
  ['a surrogate in UTF-8', LATIN('{"model":"\xed\xa0\x80"}')],
  ['UTF-16', Buffer.from(GOOD, 'utf16le')],
  ['a closing brace', '}'],
  ['a bad escape', '{"model":"\\x41"}'],
  ['a number as a key', '{1:2}'],
  ['larger than allowed', `{"model":"healthy","messages":"${'x'.repeat(9 * 1024 * 1024)}"}`],
];

/** Valid JSON that lacks or misuses a member. */
const MEMBERS: readonly (readonly [string, string])[] = [
  ['no model', `{"messages":${MESSAGES}}`],
  ['no messages', '{"model":"healthy"}'],
  ['nothing', '{}'],
  ...['null', '5', 'true', '[]', '{}', '""', '[null]', '["healthy"]', '1e999', '-0.5'].map(
    (value) => [`model ${value}`, `{"model":${value},"messages":${MESSAGES}}`] as const,
  ),
  ['an unknown model', `{"model":"unknown","messages":${MESSAGES}}`],
  ['model __proto__', `{"model":"__proto__","messages":${MESSAGES}}`],
  ['model constructor', `{"model":"constructor","messages":${MESSAGES}}`],
  ['model toString', `{"model":"toString","messages":${MESSAGES}}`],
  ['a path as model', `{"model":"../../../../etc/passwd","messages":${MESSAGES}}`],
  ['CR LF in the model', `{"model":"healthy\\r\\nx-injected: 1","messages":${MESSAGES}}`],
  ['SQL in the model', `{"model":"' OR 1=1; --","messages":${MESSAGES}}`],
  ['a template in the model', `{"model":"{{7*7}}\${7*7}","messages":${MESSAGES}}`],
  ['a lone surrogate as model', `{"model":"\\ud800","messages":${MESSAGES}}`],
];

describe('bodies', () => {
  it.each(BODIES)('%s', async (_name, body) => {
    const before = provider.calls.length;
    expectRefused(first(await postBody(body)));
    expect(provider.calls.length).toBe(before);
  });

  it.each(MEMBERS)('%s', async (_name, body) => {
    const before = provider.calls.length;
    const answer = first(await postBody(body));
    expectRefused(answer);
    expect(answer.headers.has('x-injected')).toBe(false);
    expect(answer.body.length).toBeLessThan(20_000);
    expect(provider.calls.length).toBe(before);
  });
});

/** Odd, but a provider may judge them: an answer or a 4xx, and nothing else. */
const TOLERATED: readonly (readonly [string, string])[] = [
  ['a byte order mark', `\ufeff${GOOD}`],
  ['a member twice', `{"model":"unknown","messages":${MESSAGES},"model":"healthy"}`],
  ['__proto__ as a member', `{"__proto__":{"model":"x"},"model":"healthy","messages":${MESSAGES}}`],
  ['constructor as a member', `{"constructor":{"prototype":{"a":1}},"model":"healthy","messages":${MESSAGES}}`],
  ['1e999', `{"model":"healthy","messages":${MESSAGES},"temperature":1e999}`],
  ['an integer of 5,000 digits', `{"model":"healthy","messages":${MESSAGES},"seed":${'9'.repeat(5000)}}`],
  ['arrays 100,000 deep', `{"model":"healthy","messages":${deep('[', ']')}}`],
  ['objects 100,000 deep', `{"model":"healthy","messages":${deep('{"a":', '}').replace('{"a":}', '{"a":1}')}}`],
  ['a lone surrogate', `{"model":"healthy","messages":[{"role":"user","content":"\\ud800"}]}`],
  ['CR LF in the user', `{"model":"healthy","messages":${MESSAGES},"user":"a\\r\\nx-injected: 1"}`],
  ['CR LF in metadata', `{"model":"healthy","messages":${MESSAGES},"metadata":{"a":"b\\r\\nx-injected: 1"}}`],
  ['a user of 1 MB', `{"model":"healthy","messages":${MESSAGES},"user":"${'u'.repeat(1_000_000)}"}`],
  ...['"x"', '5', 'null', '{}', '[[]]', '[null]', '[1]', 'true'].map(
    (value) => [`messages ${value.slice(0, 9)}`, `{"model":"healthy","messages":${value}}`] as const,
  ),
  ...[
    'temperature',
    'top_p',
    'n',
    'stream',
    'stream_options',
    'stop',
    'max_tokens',
    'presence_penalty',
    'logit_bias',
    'user',
    'seed',
    'tools',
    'tool_choice',
    'response_format',
    'metadata',
    'timeout',
    'num_retries',
  ].flatMap((name) =>
    ['"x"', '{"a":1}', '-0.5'].map(
      (value) => [`${name} ${value}`, `{"model":"healthy","messages":${MESSAGES},"${name}":${value}}`] as const,
    ),
  ),
  ['timeout 0', `{"model":"healthy","messages":${MESSAGES},"timeout":0}`],
  ['timeout -5', `{"model":"healthy","messages":${MESSAGES},"timeout":-5}`],
  ['num_retries 1e9', `{"model":"healthy","messages":${MESSAGES},"num_retries":1e9}`],
  ['n 1e9', `{"model":"healthy","messages":${MESSAGES},"n":1e9}`],
];

describe('odd values', () => {
  it.each(TOLERATED)('%s', async (_name, body) => {
    const before = provider.calls.length;
    const answer = first(await postBody(body));
    expect(answer.headers.has('x-injected')).toBe(false);
    if (answer.status !== 200) {
      expectRefused(answer);
      return;
    }
    expect(provider.calls.length).toBe(before + 1);
    const sent = provider.calls.at(-1);
    expect(sent?.headers['x-injected']).toBeUndefined();
    expect(sent?.model).toBe('healthy');
  });

  it('sends what was decided on when a member comes twice', async () => {
    const answer = first(await postBody(`{"model":"unknown","messages":${MESSAGES},"model":"healthy"}`));
    expect(answer.status).toBe(200);
    expect(
      provider.calls
        .at(-1)
        ?.body.toString()
        .match(/"model"/g),
    ).toHaveLength(1);
  });
});

const HIDDEN = jsonPost(CHAT, '{"model":"healthy","messages":[],"user":"hidden"}', [KEY]).toString();
const post = (headers: string, body: string): string =>
  `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${KEY}\r\n${headers}\r\n\r\n${body}`;
const get = (target: string, headers = ''): string => `GET ${target} HTTP/1.1\r\nhost: x\r\n${KEY}\r\n${headers}\r\n`;

const HTTP: readonly (readonly [string, string | Buffer])[] = [
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

describe('HTTP', () => {
  it.each(HTTP)('%s', async (_name, bytes) => {
    const before = provider.calls.length;
    const reply = await rawRequest(gateway.port, bytes);
    expectRefused(first(reply));
    await chat(gateway.url, { model: 'healthy' });
    expect(provider.calls.length).toBe(before + 1);
    expect(provider.calls.filter((call) => call.body.includes('hidden'))).toEqual([]);
  });

  it('a body shorter than announced, then FIN', async () => {
    const before = provider.calls.length;
    const reply = await rawRequest(gateway.port, post('content-length: 500', GOOD), { end: true });
    expect(reply.timedOut).toBe(false);
    for (const answer of reply.answers) expectRefused(answer);
    expect(provider.calls.length).toBe(before);
  });

  it.each([
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
    [
      'an absolute target',
      post(`content-length: ${GOOD.length}`, GOOD).replace(CHAT, `http://elsewhere.example${CHAT}`),
    ],
  ])('%s works', async (_name, bytes) => {
    const answer = first(await rawRequest(gateway.port, bytes));
    expect([answer.status, answer.body.includes(HEALTHY_TEXT)]).toEqual([200, true]);
    expect(provider.calls.at(-1)?.headers['content-encoding']).toBeUndefined();
  });

  it('three pipelined requests get three answers in order', async () => {
    const one = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
    const bytes = one('/health/liveliness') + post(`content-length: ${GOOD.length}`, GOOD) + one('/no/such/path');
    const reply = await rawRequest(gateway.port, bytes, { answers: 3 });
    expect(reply.answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(reply.answers[1]?.body).toContain(HEALTHY_TEXT);
  });
});
