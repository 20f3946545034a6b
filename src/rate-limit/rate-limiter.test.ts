import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Descriptor, LimitAlgorithm } from './contract.ts';
import { RateLimiter, type Admission, type RateLimiterOptions, type Refusal } from './rate-limiter.ts';
import { limitHeaders, refusalError } from './rejection.ts';
import type { CallSize } from './token-estimate.ts';

const START = 1_800_000_000_000;
const SIZE: CallSize = { kind: 'chat', characters: 40, outputCap: 20, candidates: 1 };
const usage = (tokens: number) => ({ promptTokens: 10, completionTokens: tokens - 10, totalTokens: tokens });

function descriptor(key: Descriptor['key'], limits: Partial<Descriptor>): Descriptor {
  return { key, value: `a ${key}`, requests: null, tokens: null, parallel: null, ...limits };
}

function setUp(options: Partial<RateLimiterOptions> = {}) {
  const clock = { now: START };
  const limiter = new RateLimiter({ now: () => clock.now, capacity: 64, leases: 64, ...options });
  const call = (descriptors: readonly Descriptor[], size = SIZE): Admission | Refusal =>
    limiter.admit(limiter.prepare(descriptors), { size: () => size });
  const admit = (descriptors: readonly Descriptor[], size = SIZE): Admission => {
    const decision = call(descriptors, size);
    if (!decision.admitted) throw new Error(refusalError(decision).message);
    return decision;
  };
  return { clock, limiter, call, admit };
}

describe('RateLimiter', () => {
  it('refuses in the words of LiteLLM, with headers, and shows what is left', () => {
    const { call, admit } = setUp();
    const key = [descriptor('api_key', { requests: 1 })];
    expect(limitHeaders(admit(key).statuses)).toEqual([
      'x-ratelimit-api_key-limit-requests',
      '1',
      'x-ratelimit-api_key-remaining-requests',
      '0',
    ]);
    const refusal = call(key);
    const error = refusal.admitted ? null : refusalError(refusal);
    expect(error?.message).toBe(
      'Rate limit exceeded for api_key: a api_key. Limit type: requests. Current limit: 1, Remaining: 0. ' +
        'Limit resets at: 2027-01-15 08:01:00 UTC',
    );
    expect([error?.status, error?.type, error?.param, error?.retryable]).toEqual([
      429,
      'throttling_error',
      null,
      false,
    ]);
    expect(error?.options).toMatchObject({
      retryAfterSeconds: 60,
      headers: ['rate_limit_type', 'requests', 'reset_at', '2027-01-15 08:01:00 UTC'],
    });
  });

  it('says a whole window, or on request the time that is left of it', () => {
    for (const [retryAfter, seconds] of [
      ['window', 60],
      ['time-left', 15],
    ] as const) {
      const { clock, call } = setUp({ retryAfter });
      const key = [descriptor('api_key', { tokens: 100 })];
      expect(call(key, { ...SIZE, outputCap: 90 }).admitted).toBe(true);
      clock.now = START + 45_000;
      const refusal = call(key);
      expect(refusal.admitted || refusalError(refusal).options.retryAfterSeconds).toBe(seconds);
    }
  });

  it('reserves tokens in all scopes or in none', () => {
    const { call, admit } = setUp();
    const [key, team] = [descriptor('api_key', { tokens: 1000 }), descriptor('team', { tokens: 50 })];
    expect(admit([key, team]).reservedTokens).toBe(30);
    expect(call([key, team]).admitted).toBe(false);
    expect(admit([key]).statuses[0]?.remaining).toBe(940);
  });

  it('settles to the true usage once, and gives everything back on failure', () => {
    const { limiter, admit } = setUp();
    const key = [descriptor('api_key', { tokens: 1000 })];
    const [first, second, third] = [admit(key), admit(key), admit(key)];
    limiter.settle(first.hold, usage(110));
    limiter.settle(first.hold, usage(110));
    limiter.fail(first.hold);
    limiter.fail(second.hold);
    limiter.fail(third.hold, usage(45));
    expect(admit(key).statuses[0]?.remaining).toBe(1000 - 110 - 45 - 30);
  });

  it('releases the slot when the tokens are refused, and when the call is over', () => {
    const { limiter, call, admit } = setUp();
    const key = (tokens: number) => [descriptor('api_key', { tokens, parallel: 1 })];
    expect(call(key(10)).admitted).toBe(false);
    const held = admit(key(1000));
    expect(call(key(1000)).admitted).toBe(false);
    expect(limiter.renew(held.hold)).toBe(true);
    limiter.settle(held.hold, null);
    limiter.settle(held.hold, null);
    expect(limiter.renew(held.hold)).toBe(true);
    admit(key(1000));
  });

  it('writes a cap into a call without one, and reserves no more than that', () => {
    const { admit } = setUp();
    const admission = admit([descriptor('api_key', { tokens: 120 })], { ...SIZE, characters: 200, outputCap: null });
    expect(admission.outputCap).toEqual({ path: ['max_tokens'], value: 30 });
    expect(admission.reservedTokens).toBe(80);
  });

  it("reserves a project's input and output separately, and settles them only in their window", () => {
    const { clock, limiter, call, admit } = setUp();
    const project = [
      descriptor('model_per_project_itpm', { tokens: 25 }),
      descriptor('model_per_project_otpm', { tokens: 50 }),
    ];
    const left = (admission: Admission) => admission.statuses.map(({ remaining }) => remaining);
    const first = admit(project);
    expect(left(first)).toEqual([15, 30]);
    expect(call(project, { ...SIZE, outputCap: 31 }).admitted).toBe(false);
    limiter.settle(first.hold, { promptTokens: 12, completionTokens: 5, totalTokens: 17, cachedTokens: 4 });
    const second = admit(project);
    expect(left(second)).toEqual([7, 25]);
    clock.now += 61_000;
    admit(project);
    limiter.settle(second.hold, { promptTokens: 1000, completionTokens: 1000, totalTokens: 2000 });
    expect(left(admit(project))).toEqual([5, 10]);
  });

  it('without reservations counts tokens after the call, and lets the one pass that crosses the limit', () => {
    const { limiter, call, admit } = setUp({ reservesTokens: false });
    const key = [descriptor('api_key', { tokens: 100 })];
    limiter.settle(admit(key, { ...SIZE, outputCap: 5000 }).hold, usage(99));
    expect(call(key).admitted).toBe(false);
  });

  it('counts the kind of tokens that is asked for, without those from a cache', () => {
    for (const [tokenKind, used] of [
      ['total', 40],
      ['input', 30],
      ['output', 10],
    ] as const) {
      const { limiter, admit } = setUp({ tokenKind });
      const key = [descriptor('api_key', { tokens: 1000 })];
      limiter.settle(admit(key).hold, { promptTokens: 35, completionTokens: 10, totalTokens: 45, cachedTokens: 5 });
      expect(admit(key).statuses[0]?.remaining).toBe(1000 - used - 30);
    }
  });

  it.each(['window', 'sliding', 'token_bucket'] as const)(
    '%s: another limiter on its state counts with it',
    (algorithm) => {
      const { clock, limiter, call } = setUp({ algorithm });
      const key = [descriptor('api_key', { requests: 4, tokens: 1000, parallel: 3 })];
      const other = new RateLimiter({
        now: () => clock.now,
        algorithm,
        capacity: 64,
        leases: 64,
        shared: limiter.state,
      });
      const decisions = [1, 2, 3, 4]
        .map(() => [call(key), other.admit(other.prepare(key), { size: () => SIZE })])
        .flat();
      expect(decisions.map(({ admitted }) => admitted)).toEqual([true, true, true, false, false, false, false, false]);
    },
  );

  it.each(['sliding', 'token_bucket'] as const)(
    '%s: a request that one scope refuses is counted in none',
    (algorithm) => {
      const { call, admit } = setUp({ algorithm });
      const [key, team] = [descriptor('api_key', { requests: 5 }), descriptor('team', { requests: 1 })];
      admit([key, team]);
      for (let calls = 0; calls < 3; calls++) expect(call([key, team]).admitted).toBe(false);
      expect(admit([key]).statuses[0]?.remaining).toBe(3);
    },
  );

  it('never has more reserved or in flight than the limits, whoever ends when', () => {
    const step = fc.record({
      op: fc.constantFrom('call', 'call', 'settle', 'fail', 'crash'),
      wait: fc.nat(3000),
      pick: fc.nat(50),
      cap: fc.integer({ min: 0, max: 60 }),
    });
    const algorithms = fc.constantFrom<LimitAlgorithm>('window', 'sliding', 'token_bucket');
    fc.assert(
      fc.property(algorithms, fc.array(step, { maxLength: 80 }), (algorithm, steps) => {
        const { clock, limiter, call } = setUp({ algorithm, leaseMs: 20_000 });
        const key = [descriptor('api_key', { requests: 20, tokens: 200, parallel: 3 })];
        let [most, least] = [0, 0];
        let held: { admission: Admission; end: number; cap: number }[] = [];
        for (const { op, wait, pick, cap } of steps) {
          clock.now += wait;
          held = held.filter(({ end }) => end > clock.now);
          const one = held[pick % Math.max(1, held.length)];
          if (op === 'call') {
            const decision = call(key, { ...SIZE, outputCap: cap });
            if (!decision.admitted) continue;
            held.push({ admission: decision, end: clock.now + 20_000, cap });
            most = Math.max(most, held.length);
            least = Math.min(least, ...decision.statuses.map(({ remaining }) => remaining));
          } else if (one !== undefined && op !== 'crash') {
            if (op === 'settle') limiter.settle(one.admission.hold, usage(10 + one.cap));
            else limiter.fail(one.admission.hold);
            held = held.filter((each) => each !== one);
          }
        }
        expect(most).toBeLessThanOrEqual(3);
        expect(least).toBe(0);
      }),
    );
  });
});
