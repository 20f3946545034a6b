import { describe, expect, test } from 'vitest';
import type { CompiledTarget } from './compiled-deployments.ts';
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

describe('successHeaders', () => {
  test("begin with the deployment's and tell group, call and times", () => {
    const target = { replyHeaders: ['x-litellm-model-id', 'd'] } as unknown as CompiledTarget;
    expect(successHeaders(target, 'group', 'call', { totalMs: 12.34567, providerMs: 10 })).toEqual([
      'x-litellm-model-id',
      'd',
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
    const target = { replyHeaders: [] } as unknown as CompiledTarget;
    expect(successHeaders(target, 'g', 'c', { totalMs: 1, providerMs: 2 }).at(-1)).toBe('0.000');
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
