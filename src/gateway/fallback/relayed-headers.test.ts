import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { cameBack, replyHeaders, requestHeaders, type RequestHeaderRules } from './relayed-headers.ts';

const RULES: RequestHeaderRules = { scheme: 'http', trustsForwarded: false, pseudonym: 'me', host: null };

function sent(headers: Record<string, string>, rules: Partial<RequestHeaderRules> = {}): Record<string, string> {
  return asObject(requestHeaders(new FakeExchange({ headers }), { ...RULES, ...rules }));
}

function asObject(list: HeaderList): Record<string, string> {
  const out: Record<string, string> = {};
  for (let index = 0; index + 1 < list.length; index += 2) out[list[index] ?? ''] = list[index + 1] ?? '';
  return out;
}

describe('headers for LiteLLM', () => {
  it('tell who asked and replace what a client says of that', () => {
    const spoofed = {
      host: 'gateway.example:8443',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-prefix': '/evil',
      forwarded: 'for=6.6.6.6',
    };
    expect(sent(spoofed, { scheme: 'https' })).toEqual({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'gateway.example:8443',
      'x-forwarded-port': '8443',
      via: '1.1 me',
    });
  });

  it('continue what a trusted proxy in front says', () => {
    const said = {
      host: 'gateway',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'api.example',
      'x-forwarded-prefix': '/v',
      via: '2 edge',
    };
    expect(sent(said, { trustsForwarded: true })).toEqual({
      'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'api.example',
      'x-forwarded-port': '443',
      'x-forwarded-prefix': '/v',
      via: '2 edge, 1.1 me',
    });
  });

  it.each([
    ['[::1]:4000', '4000'],
    ['[::1]', '80'],
    ['host', '80'],
    ['host.:99', '99'],
  ])('name the port of %s', (host, port) => {
    expect(sent({ host })['x-forwarded-port']).toBe(port);
  });

  it('leave out what belongs to the connection, and what the sender says does', () => {
    const hop = {
      connection: 'close, X-Mine',
      'x-mine': '1',
      'keep-alive': '1',
      te: 'trailers',
      trailer: 'x',
      'transfer-encoding': 'chunked',
      'content-length': '5',
      expect: '100-continue',
      upgrade: 'h2c',
      'proxy-authorization': 'Basic x',
      'x-fast-litellm-anything': '1',
      authorization: 'Bearer sk-1',
    };
    expect(Object.keys(sent(hop))).toEqual([
      'authorization',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-port',
      'via',
    ]);
  });

  it('ask for a websocket only where one is asked for', () => {
    const head = new FakeExchange({ headers: { host: 'a', connection: 'Upgrade', upgrade: 'websocket' } });
    const headers = requestHeaders(head, { ...RULES, host: 'litellm' }, true);
    expect(headers.slice(0, 2)).toEqual(['host', 'litellm']);
    expect(headers.slice(-4)).toEqual(['connection', 'Upgrade', 'upgrade', 'websocket']);
  });

  it('show a request that has been here before', () => {
    expect(cameBack(new FakeExchange({ headers: { via: '1.1 edge, 1.1 me' } }), 'me')).toBe(true);
    expect(cameBack(new FakeExchange({ headers: { via: '1.1 another' } }), 'me')).toBe(false);
    expect(cameBack(new FakeExchange(), 'me')).toBe(false);
  });
});

describe('headers of LiteLLM’s answer', () => {
  const kept = ['content-type: a/b', 'content-length: 3', 'set-cookie: a=1', 'set-cookie: b=2'];
  const dropped = [
    'connection: keep-alive, x-mine',
    'x-mine: 1',
    'keep-alive: timeout=5',
    'transfer-encoding: chunked',
    'access-control-allow-origin: *',
    'x-fast-litellm-served-by: another',
  ];
  const listed = (lines: readonly string[]): HeaderList => lines.flatMap((line) => line.split(': '));

  it('reach the client as they are, but for those of the connection, and marked', () => {
    expect(replyHeaders(listed([...dropped, ...kept]), 'http://litellm')).toEqual(
      listed([...kept, 'x-fast-litellm-served-by: litellm']),
    );
  });

  it.each([
    ['http://litellm:4001/ui/?a=b', '/ui/?a=b'],
    ['http://litellm:4001', '/'],
    ['http://litellm:40010/x', 'http://litellm:40010/x'],
    ['https://elsewhere/x', 'https://elsewhere/x'],
    ['/ui', '/ui'],
  ])('never send a client to LiteLLM’s own address: %s', (location, expected) => {
    expect(asObject(replyHeaders(['location', location], 'http://litellm:4001'))['location']).toBe(expected);
  });
});
