import { describe, expect, test } from 'vitest';
import { clientHeaders, extraHeaders } from './forwarded-headers.ts';

const CREDENTIALS = ['Authorization', 'API-Key', 'x-api-key', 'X-Goog-Api-Key', 'Ocp-Apim-Subscription-Key', 'Cookie'];
const FRAMING = [
  'Host',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'Content-Type',
  'Expect',
  'Upgrade',
  'TE',
];

describe('extraHeaders', () => {
  test('lowers the names and keeps the values', () => {
    expect(extraHeaders({ 'X-Team': 'a', 'anthropic-beta': 'tools, x' })).toEqual([
      'x-team',
      'a',
      'anthropic-beta',
      'tools, x',
    ]);
    expect(extraHeaders(null)).toEqual([]);
  });

  test.each([...CREDENTIALS, ...FRAMING])('leaves %s out', (name) => {
    expect(extraHeaders({ [name]: 'x', 'x-kept': 'y' })).toEqual(['x-kept', 'y']);
  });

  test.each([
    ['text'],
    [7],
    [['a']],
    [{ a: null }],
    [{ '': 'x' }],
    [{ 'a:b': 'x' }],
    [{ a: 'x\r\ny: z' }],
    [{ a: '\u0000' }],
    [{ a: 'ключ' }],
  ])('refuses %j', (value) => {
    expect(() => extraHeaders(value)).toThrow("Invalid value for 'extra_headers'");
  });
});

describe('clientHeaders', () => {
  test("passes the client's x- headers and anthropic-beta, nothing else", () => {
    const sent = ['x-trace', '1', 'accept', '*/*', 'anthropic-beta', 'b', 'user-agent', 'u', 'x-trace', '2'];
    expect(clientHeaders(sent)).toEqual(['x-trace', '1', 'anthropic-beta', 'b', 'x-trace', '2']);
  });

  test.each([...CREDENTIALS.map((name) => name.toLowerCase()), 'x-stainless-lang', 'x-litellm-tags'])(
    'keeps %s back',
    (name) => {
      expect(clientHeaders([name, 'x'])).toEqual([]);
    },
  );
});
