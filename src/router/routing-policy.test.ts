import { describe, expect, it } from 'vitest';
import { readOverrides } from './read-settings.ts';
import { parseRetryAfter } from './retry-after.ts';
import { readRoutingPolicy, RECORDED_RESILIENCE, SAFE_RESILIENCE } from './routing-policy.ts';

describe('readRoutingPolicy', () => {
  it('has LiteLLM’s defaults', () => {
    expect(readRoutingPolicy({ router: {}, resilience: RECORDED_RESILIENCE })).toMatchObject({
      strategy: 'simple-shuffle',
      numRetries: 2,
      maxFallbacks: 5,
      cooldownSeconds: 5,
      allowedFails: null,
      fallbacks: null,
      latency: { ttlSeconds: 3600, buffer: 0, samples: 10, ttftPercentile: null },
    });
  });

  it('reads both sections, the router’s first', () => {
    const policy = readRoutingPolicy({
      router: { num_retries: 1, allowed_fails: 3, default_fallbacks: ['d'], routing_strategy: 'made-up' },
      litellm: { num_retries: 9, fallbacks: [{ a: ['b'] }], request_timeout: 7 },
      resilience: SAFE_RESILIENCE,
    });
    expect(policy).toMatchObject({ numRetries: 1, allowedFails: null, timeoutSeconds: 7, strategy: 'simple-shuffle' });
    expect(policy.fallbacks?.entries).toEqual([
      { group: 'a', targets: ['b'] },
      { group: '*', targets: ['d'] },
    ]);
  });

  it('takes our own settings over the defaults, null and false for no limit', () => {
    const router = {
      panic_mode: true,
      retry_budget_ratio: false,
      max_attempts: null,
      retry_after_cap: 30,
      full_jitter: true,
    };
    expect(readRoutingPolicy({ router, resilience: SAFE_RESILIENCE }).resilience).toEqual({
      ...SAFE_RESILIENCE,
      panicMode: true,
      retryBudgetRatio: null,
      maxAttempts: null,
      retryAfterCapSeconds: 30,
      fullJitter: true,
    });
  });
});

describe('readOverrides', () => {
  it('takes the first layer that sets anything as a whole, and switches from any', () => {
    const overrides = readOverrides([
      { user: 'x' },
      { num_retries: 4, timeout: 3 },
      { num_retries: 1, fallbacks: ['q'], disable_fallbacks: true },
    ]);
    expect(overrides).toMatchObject({ numRetries: 4, timeoutSeconds: 3, fallbacks: null, disableFallbacks: true });
    expect(readOverrides([null, null])).toBeNull();
  });

  it.each([-1, 1.5, '3', null, {}])('ignores num_retries %j', (num_retries) => {
    expect(readOverrides([{ num_retries }])?.numRetries).toBeNull();
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['7', 7],
    [' 7 ', 7],
    ['-3', -3],
    ['1.5', null],
    ['abc', null],
    ['', null],
    [null, null],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['Wed, 31 Dec 2025 23:59:00 GMT', -60],
  ])('%j', (value, expected) => expect(parseRetryAfter(value, now)).toBe(expected));
});
