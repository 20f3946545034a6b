import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { headerSafe, ReplyHeaderWriter, successHeaders } from './reply-headers.ts';

function added(provider: readonly string[], withReset = false): string[] {
  const out: string[] = [];
  new ReplyHeaderWriter().addProviderHeaders(out, provider, withReset);
  return out;
}

describe('ReplyHeaderWriter', () => {
  test("prefixes the provider's headers, repeats included", () => {
    expect(added(['x-request-id', '1', 'server', 'a', 'server', 'b'])).toEqual([
      'llm_provider-x-request-id',
      '1',
      'llm_provider-server',
      'a',
      'llm_provider-server',
      'b',
    ]);
  });

  test.each(['connection', 'transfer-encoding', 'content-length', 'content-encoding', 'set-cookie', 'date', 'trailer'])(
    'keeps %s back',
    (name) => {
      expect(added([name, 'x'])).toEqual([]);
    },
  );

  test('gives the rate limits unprefixed too', () => {
    expect(added(['x-ratelimit-remaining-tokens', '7'])).toEqual([
      'llm_provider-x-ratelimit-remaining-tokens',
      '7',
      'x-ratelimit-remaining-tokens',
      '7',
    ]);
  });

  test('gives the reset time unprefixed where it is asked for', () => {
    const reset = ['x-ratelimit-reset-requests', '1s'];
    expect(added(reset)).not.toContain('x-ratelimit-reset-requests');
    expect(added(reset, true)).toContain('x-ratelimit-reset-requests');
  });

  test('writes the same from the second reply on, when the names are known', () => {
    const writer = new ReplyHeaderWriter();
    const replies = [[], []] as string[][];
    for (const out of replies) writer.addProviderHeaders(out, ['x-a', '1'], false);
    expect(replies[1]).toEqual(replies[0]);
  });
});

/** A request as far as its headers go. */
function routed(attempt: Partial<RoutedRequest['attempt']> = {}, tellsFailures = false): RoutedRequest {
  const target = { replyHeaders: ['x-litellm-model-id', 'd'] };
  const first = { retries: 0, maxRetries: null, fallbacks: 0, panic: false };
  return { target, group: 'group', attempt: { ...first, ...attempt }, tellsFailures } as unknown as RoutedRequest;
}

const CALL = { callId: 'call', earlierFailures: [] };
const TIMES = { totalMs: 12.34567, providerMs: 10 };

describe('successHeaders', () => {
  test("begin with the deployment's and tell attempts, group, call and times", () => {
    expect(successHeaders(routed(), CALL, TIMES)).toEqual([
      'x-litellm-model-id',
      'd',
      'x-litellm-attempted-retries',
      '0',
      'x-litellm-attempted-fallbacks',
      '0',
      'x-litellm-model-group',
      'group',
      'x-litellm-call-id',
      'call',
      'x-litellm-response-duration-ms',
      '12.346',
      'x-litellm-overhead-duration-ms',
      '2.346',
    ]);
  });

  test('never tell a negative overhead', () => {
    expect(successHeaders(routed(), CALL, { totalMs: 1, providerMs: 2 }).at(-1)).toBe('0.000');
  });

  test('tell the retries, the fallbacks, and a deployment that was taken in its cooldown', () => {
    const headers = successHeaders(routed({ retries: 1, maxRetries: 2, fallbacks: 3, panic: true }), CALL, TIMES);
    expect(headers.join(' ')).toContain(
      'x-litellm-attempted-retries 1 x-litellm-attempted-fallbacks 3 x-litellm-max-retries 2 x-fast-litellm-panic true',
    );
  });

  test('tell failures on the way to whom asked, in characters that a header can hold', () => {
    const error = new GatewayError('rate_limit', 'zu früh');
    const failed = { reason: 'provider', error, deployment: null, retryAfter: null, silentTimeout: false } as const;
    const call = { ...CALL, earlierFailures: [failed] };
    const at = (headers: readonly string[]): string | undefined =>
      headers[headers.indexOf('x-litellm-fallback-errors') + 1];
    const told = at(successHeaders(routed({ fallbacks: 1 }, true), call, TIMES)) ?? '';
    expect(told).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(told)).toEqual([{ message: 'zu früh', type: 'throttling_error', param: null, code: '429' }]);
    expect(successHeaders(routed({ fallbacks: 1 }), call, TIMES)).not.toContain('x-litellm-fallback-errors');
  });
});

describe('headerSafe', () => {
  test.each([
    ['plain text\t~', 'plain text\t~'],
    ['a\r\nset-cookie: x', 'a??set-cookie: x'],
    ['grüße\u0000', 'gr??e?'],
  ])('%j becomes %j', (text, safe) => {
    expect(headerSafe(text)).toBe(safe);
  });
});
