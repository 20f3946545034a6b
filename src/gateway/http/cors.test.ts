import { describe, expect, it } from 'vitest';
import { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { snapshotWith, type SnapshotParts } from '../../../test/support/snapshot.ts';
import { compileCors } from './cors.ts';
import { compileOpenModeGuard } from './open-mode-guard.ts';
import { withReplyHeaders } from './with-reply-headers.ts';

const ORIGIN = 'https://app.example';
const OPEN: SnapshotParts = { general: { masterKey: null } };

function granted(parts: SnapshotParts, origin: string): string | undefined {
  const headers = compileCors(snapshotWith(parts)).headers(origin);
  const at = headers.indexOf('access-control-allow-origin');
  return at === -1 ? undefined : headers[at + 1];
}

function preflight(parts: SnapshotParts, headers: Record<string, string>) {
  const exchange = new FakeExchange({ method: 'OPTIONS', headers });
  return { answered: compileCors(snapshotWith(parts)).answerPreflight(exchange), exchange };
}

describe('compileCors', () => {
  it('adds nothing for programs and everybody for pages', () => {
    const cors = compileCors(snapshotWith());
    expect(cors.headers(undefined)).toEqual([]);
    expect(cors.headers(ORIGIN)).toEqual([
      'access-control-allow-origin',
      '*',
      'access-control-expose-headers',
      'x-litellm-semantic-filter, x-litellm-semantic-filter-tools, x-litellm-adaptive-router-model, x-litellm-applied-guardrails, x-litellm-guardrail-scan-id, x-litellm-guardrail-scan-metadata, x-litellm-cache-key',
      'vary',
      'Origin',
    ]);
  });

  it('grants only listed origins, with credentials', () => {
    const parts = { environment: { LITELLM_CORS_ORIGINS: ` ${ORIGIN} , https://b.example` } };
    expect(granted(parts, ORIGIN)).toBe(ORIGIN);
    expect(granted(parts, 'https://evil.example')).toBeUndefined();
    expect(compileCors(snapshotWith(parts)).headers(ORIGIN)).toContain('access-control-allow-credentials');
  });

  it('names the origin when everybody may come with credentials', () => {
    const parts = { environment: { LITELLM_CORS_ALLOW_CREDENTIALS: 'TRUE' } };
    expect(granted(parts, ORIGIN)).toBe(ORIGIN);
  });

  it.each([
    ['http://localhost:3000', true],
    ['http://127.0.0.1', true],
    ['http://[::1]:8080', true],
    ['http://app.localhost', true],
    [ORIGIN, false],
    ['null', false],
    ['http://localhost.evil.example', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://localhost@evil.example', false],
    ['http://evil.example#localhost', false],
  ])('in open mode, %s: %s', (origin, expected) => {
    expect(granted(OPEN, origin) !== undefined).toBe(expected);
    expect(preflight(OPEN, { origin, 'access-control-request-method': 'POST' }).exchange.status).toBe(
      expected ? 200 : 400,
    );
  });

  it('answers preflights as recorded', () => {
    const { exchange } = preflight(
      {},
      {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-litellm-api-key',
      },
    );
    expect([exchange.status, exchange.text]).toEqual([200, 'OK']);
    expect(exchange.replied('access-control-allow-headers')).toEqual(['x-litellm-api-key']);
    expect(exchange.replied('access-control-allow-methods')).toEqual([
      'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY',
    ]);
    expect(exchange.replied('access-control-allow-origin')).toEqual(['*']);
    expect(exchange.replied('access-control-max-age')).toEqual(['600']);
  });

  it('refuses odd methods and leaves other OPTIONS to the routes', () => {
    const { exchange } = preflight({}, { origin: ORIGIN, 'access-control-request-method': 'FOO' });
    expect([exchange.status, exchange.text]).toEqual([400, 'Disallowed CORS method']);
    expect(preflight({}, { origin: ORIGIN }).answered).toBe(false);
    expect(preflight({}, { 'access-control-request-method': 'POST' }).answered).toBe(false);
  });
});

describe('compileOpenModeGuard', () => {
  const refused = (headers: Record<string, string>, host = '127.0.0.1', method = 'POST') => {
    try {
      compileOpenModeGuard(snapshotWith(OPEN), host)?.(new FakeExchange({ method, headers }));
      return false;
    } catch (error) {
      expect(error).toMatchObject({ status: 403, code: 'forbidden_host' });
      return true;
    }
  };

  it.each([
    ['localhost:4000', false],
    ['LOCALHOST', false],
    ['localhost.:4000', false],
    ['127.0.0.1:4000', false],
    ['127.9.9.9', false],
    ['[::1]:4000', false],
    ['evil.example', true],
    ['localhost.evil.example:4000', true],
    ['192.168.1.5:4000', true],
    ['', true],
  ])('host %s: refused %s', (host, expected) => {
    expect(refused({ host })).toBe(expected);
  });

  it('knows the configured name, and any address when it listens on all', () => {
    expect(refused({ host: 'litellm:4000' }, 'litellm')).toBe(false);
    expect(refused({ host: '192.168.1.5:4000' }, '0.0.0.0')).toBe(false);
    expect(refused({ host: '[fe80::1]:4000' }, '::')).toBe(false);
    expect(refused({ host: 'evil.example' }, '0.0.0.0')).toBe(true);
  });

  it('refuses requests that pages of other hosts send', () => {
    expect(refused({ host: 'localhost', origin: ORIGIN })).toBe(true);
    expect(refused({ host: 'localhost', 'sec-fetch-site': 'cross-site' })).toBe(true);
    expect(refused({ host: 'localhost', origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(refused({ host: 'localhost', origin: ORIGIN }, '127.0.0.1', 'GET')).toBe(false);
  });

  it('is not there with a master key', () => {
    expect(compileOpenModeGuard(snapshotWith(), '127.0.0.1')).toBeNull();
  });
});

describe('withReplyHeaders', () => {
  it('adds to both kinds of reply and passes the rest on', () => {
    const inner = new FakeExchange({ method: 'POST', target: '/a?b=c', headers: { x: 'y' } });
    const outer = withReplyHeaders(inner, ['vary', 'Origin']);
    outer.reply(200, ['a', 'b'], 'text');
    expect(inner.replyHeaders).toEqual(['a', 'b', 'vary', 'Origin']);
    expect([outer.method, outer.path, outer.query, outer.header('x'), outer.ended]).toEqual([
      'POST',
      '/a',
      'b=c',
      'y',
      true,
    ]);
    const streamed = new FakeExchange();
    withReplyHeaders(streamed, ['vary', 'Origin']).replyHead(200, []);
    expect(streamed.replyHeaders).toEqual(['vary', 'Origin']);
    expect(withReplyHeaders(inner, [])).toBe(inner);
  });
});
