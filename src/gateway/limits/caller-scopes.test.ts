/** Limits of callers against an exact count, for many keys at a time: what one key does never concerns another. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deployment } from '../../../test/support/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { RateLimiter } from '../../rate-limit/rate-limiter.ts';
import { bothLimits } from './both-limits.ts';
import { createCallerLimiter } from './caller-limiter.ts';
import type { AdmittedRequest, CallerLimiter, LimitedRequest } from './contract.ts';

const START = 1_800_000_000_000;

function requests(params: JsonObject) {
  const limited = deployment('a', 'group', { model: 'openai/gpt-4o', ...params });
  const resolution = { kind: 'group', group: 'group', candidates: [{ deployment: limited, model: limited.model }] };
  const text = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }], max_tokens: 9 });
  const fields = { bytes: { length: text.length, text: () => text } };
  const requestOf = (key: string): LimitedRequest =>
    ({
      caller: { kind: 'master', limits: { apiKey: { id: key } } },
      family: { family: 'chat' },
      fields,
      model: 'group',
      resolution,
      tags: [],
    }) as unknown as LimitedRequest;
  return { requestOf, deployments: [limited] };
}

function admit(limiter: CallerLimiter | null, request: LimitedRequest): AdmittedRequest | null {
  try {
    const admitted = limiter?.admit(request) ?? null;
    if (admitted instanceof Promise) throw new TypeError('nobody else decides here');
    return admitted;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return null;
  }
}

describe('limits of callers', () => {
  test('101 and 5,000 keys in turn are all refused the second time', () => {
    const { requestOf, deployments } = requests({ default_api_key_rpm_limit: 1 });
    const limiter = createCallerLimiter(new RateLimiter({ now: () => START }), deployments);
    for (const count of [101, 5000]) {
      const keys = Array.from({ length: count }, (_, index) => `${count}-${index}`);
      expect(keys.every((key) => admit(limiter, requestOf(key)) !== null)).toBe(true);
      expect(keys.some((key) => admit(limiter, requestOf(key)) !== null)).toBe(false);
    }
  });

  test.each(['window', 'sliding', 'token_bucket'] as const)(
    '%s: reservations of two threads never pass the limit, and what ends gives back what it did not use',
    (algorithm) => {
      const step = fc.record({ thread: fc.nat(1), key: fc.nat(2), end: fc.constantFrom('settle', 'fail', 'open') });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const { requestOf, deployments } = requests({ default_api_key_tpm_limit: 40 });
          const first = new RateLimiter({ now: () => START, algorithm, capacity: 64, leases: 64 });
          const second = new RateLimiter({
            now: () => START,
            algorithm,
            capacity: 64,
            leases: 64,
            shared: first.state,
          });
          const threads = [first, second].map((limiter) => createCallerLimiter(limiter, deployments));
          const used = [0, 0, 0];
          for (const { thread, key, end } of steps) {
            // One token of input, nine of output.
            const admitted = admit(threads[thread] ?? null, requestOf(`key ${key}`));
            expect(admitted !== null).toBe((used[key] ?? 0) + 10 <= 40);
            if (admitted === null) continue;
            if (end === 'settle') admitted.settle({ promptTokens: 1, completionTokens: 2, totalTokens: 3 });
            if (end === 'fail') admitted.fail(null);
            admitted.fail(null);
            used[key] = (used[key] ?? 0) + (end === 'settle' ? 3 : 0);
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  test('an answer that tells no usage counts what was reserved for it', () => {
    const { requestOf, deployments } = requests({ default_api_key_tpm_limit: 15 });
    const limiter = createCallerLimiter(new RateLimiter({ now: () => START, capacity: 64, leases: 64 }), deployments);
    admit(limiter, requestOf('a'))?.settle(null);
    expect(admit(limiter, requestOf('a'))).toBeNull();
  });

  test('of two limits the first gives back what the second refuses, now or later', async () => {
    const { requestOf, deployments } = requests({ default_api_key_tpm_limit: 15 });
    const refusal = new GatewayError('rate_limit', 'no');
    const first = createCallerLimiter(new RateLimiter({ now: () => START, capacity: 64, leases: 64 }), deployments);
    const throws: CallerLimiter = {
      admit() {
        throw refusal;
      },
    };
    const rejects: CallerLimiter = { admit: () => Promise.reject(refusal) };
    expect(admit(bothLimits(first, throws), requestOf('a'))).toBeNull();
    await expect(bothLimits(first, rejects)?.admit(requestOf('a'))).rejects.toBe(refusal);
    expect(admit(bothLimits(first, null), requestOf('a'))).not.toBeNull();
    expect(admit(first, requestOf('a'))).toBeNull();
  });
});
