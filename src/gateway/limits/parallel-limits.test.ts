import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import { reclaimLeases } from '../../rate-limit/concurrency-leases.ts';
import type { AdmittedRequest, CallerLimiter, LimitedRequest } from './contract.ts';
import { createParallelLimits, parallelState } from './parallel-limits.ts';

const NOW = 1_800_000_000_000;

/** Of a request only the caller is read. */
function by(id: string): LimitedRequest {
  return { caller: { kind: 'master', limits: { apiKey: { id } } } } as LimitedRequest;
}

function threads(count: number, limits: { readonly perKey: number | null; readonly total: number | null }) {
  const shared = parallelState();
  const limiters = Array.from(
    { length: count },
    (_, lane) => createParallelLimits({ ...limits, lane, shared, now: () => NOW }) as CallerLimiter,
  );
  return { shared, limiters };
}

function tried(limiter: CallerLimiter | undefined, id: string): AdmittedRequest | GatewayError {
  try {
    return limiter?.admit(by(id)) as AdmittedRequest;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error;
  }
}

describe('calls at the same time', () => {
  test('property: never more than either limit, on two threads, whatever ends when', () => {
    const step = fc.record({
      thread: fc.nat(1),
      key: fc.constantFrom('a', 'b', 'c'),
      ends: fc.boolean(),
      which: fc.nat(),
    });
    const limit = fc.option(fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(limit, limit, fc.array(step, { maxLength: 120 }), (perKey, total, steps) => {
        fc.pre(perKey !== null || total !== null);
        const { limiters } = threads(2, { perKey, total });
        const running: { readonly key: string; readonly call: AdmittedRequest }[] = [];
        for (const { thread, key, ends, which } of steps) {
          if (ends && running.length > 0) {
            const [ended] = running.splice(which % running.length, 1);
            if (which % 2 === 0) ended?.call.settle(null);
            else ended?.call.fail(null);
            // Twice is once.
            ended?.call.fail(null);
            continue;
          }
          const ofKey = running.filter((each) => each.key === key).length;
          const fits = ofKey < (perKey ?? Infinity) && running.length < (total ?? Infinity);
          const call = tried(limiters[thread], key);
          expect(!(call instanceof GatewayError)).toBe(fits);
          if (!(call instanceof GatewayError)) running.push({ key, call });
        }
      }),
    );
  });

  test('without either setting there is nothing to ask', () => {
    expect(createParallelLimits({ perKey: null, total: null, lane: 0, now: () => NOW })).toBeNull();
  });

  test('a refusal says which limit it was, and that a second is enough', () => {
    const { limiters } = threads(1, { perKey: 1, total: 2 });
    tried(limiters[0], 'key-canary');
    const ofKey = tried(limiters[0], 'key-canary') as GatewayError;
    expect([ofKey.status, ofKey.message, ofKey.options.retryAfterSeconds]).toEqual([
      429,
      'Max parallel request limit reached. Hit Limit of the key: Limit=1, current: 1',
      1,
    ]);
    tried(limiters[0], 'other');
    const ofAll = tried(limiters[0], 'third') as GatewayError;
    expect(ofAll.message).toBe('Max parallel request limit reached. Hit Global Limit: Limit=2, current: 2');
    expect(ofAll.options.headers).toEqual(['rate_limit_type', 'max_parallel_requests']);
  });

  test('what all keys together refuse takes no slot of the key', () => {
    const { limiters } = threads(1, { perKey: 1, total: 1 });
    const first = tried(limiters[0], 'a') as AdmittedRequest;
    expect(tried(limiters[0], 'b')).toBeInstanceOf(GatewayError);
    first.settle(null);
    expect(tried(limiters[0], 'b')).not.toBeInstanceOf(GatewayError);
  });

  test('a thread that dies holds nothing once it is missed', () => {
    const { shared, limiters } = threads(2, { perKey: null, total: 2 });
    tried(limiters[1], 'a');
    tried(limiters[1], 'a');
    expect(tried(limiters[0], 'a')).toBeInstanceOf(GatewayError);
    expect(reclaimLeases(shared, 1, NOW)).toBe(2);
    expect(tried(limiters[0], 'a')).not.toBeInstanceOf(GatewayError);
  });
});
