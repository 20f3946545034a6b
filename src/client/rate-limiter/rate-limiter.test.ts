import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { RateLimiterOptions, RateLimitPermit, RateLimitRefusal } from './contract.ts';
import { RateLimiter } from './rate-limiter.ts';

const START = Date.UTC(2027, 0, 15, 8, 0, 0);

function bench(options: RateLimiterOptions) {
  const clock = { now: START };
  return { clock, limiter: new RateLimiter({ keys: 256, ...options, now: () => clock.now }) };
}

function allowed(taken: RateLimitPermit | RateLimitRefusal): RateLimitPermit {
  if (!taken.allowed) throw new Error(`refused by ${taken.limitedBy}`);
  return taken;
}

describe('requests', () => {
  it.each(['window', 'sliding', 'token-bucket'] as const)(
    '%s: the limit passes, for each key, and no more',
    (algorithm) => {
      const { clock, limiter } = bench({ requests: 3, algorithm });
      const verdicts = Array.from({ length: 5 }, () => limiter.take('a').allowed);
      expect(verdicts).toEqual([true, true, true, false, false]);
      expect(limiter.take('b')).toMatchObject({ allowed: true, remaining: { requests: 2, tokens: null } });
      clock.now += 61_000;
      expect(limiter.take('a').allowed).toBe(true);
    },
  );

  it('a refusal says what refused, and when the same call would pass', () => {
    const { clock, limiter } = bench({ requests: 1, algorithm: 'token-bucket', windowSeconds: 10 });
    limiter.take('a');
    clock.now += 4000;
    const refused = limiter.take('a');
    expect(refused).toEqual({ allowed: false, limitedBy: 'requests', limit: 1, remaining: 0, retryAfterMs: 6000 });
    clock.now += 5999;
    expect(limiter.take('a').allowed).toBe(false);
    clock.now += 1;
    expect(limiter.take('a').allowed).toBe(true);
  });
});

describe('a limit of requests alone, which is counted in fewer steps', () => {
  it.each(['window', 'sliding', 'token-bucket'] as const)('%s: decides as the whole decision does', (algorithm) => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      waitMs: fc.constantFrom(0, 1, 500, 20_000, 61_000),
      end: fc.constantFrom('release', 'cancel', 'renew'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const short = bench({ requests: 3, algorithm });
        const whole = bench({ requests: 3, algorithm });
        for (const { key, waitMs, end } of steps) {
          short.clock.now = whole.clock.now += waitMs;
          const [one, other] = [short.limiter.take(key), whole.limiter.take(key, { limits: {} })];
          const told = [one, other].map((taken) =>
            taken.allowed ? { remaining: taken.remaining, ended: taken[end]() } : taken,
          );
          expect(told[0]).toEqual(told[1]);
          expect(short.limiter.remaining(key)).toEqual(whole.limiter.remaining(key));
        }
      }),
    );
  });

  it('checks what it is given, as the whole decision does', () => {
    const { limiter } = bench({ requests: 1 });
    expect(() => limiter.take('')).toThrow('key has to be text');
    expect(() => limiter.take('a', { tokens: -1 })).toThrow('tokens has to be');
    const permit = allowed(limiter.take('a'));
    expect(() => permit.release(0.5)).toThrow('usedTokens has to be');
  });
});

describe('tokens', () => {
  it('are reserved, and what was used in truth takes their place', () => {
    const { limiter } = bench({ tokens: 1000 });
    const first = allowed(limiter.take('a', { tokens: 800 }));
    expect(first.remaining.tokens).toBe(200);
    expect(limiter.take('a', { tokens: 300 })).toMatchObject({ allowed: false, limitedBy: 'tokens', remaining: 200 });
    first.release(100);
    expect(limiter.remaining('a')).toEqual({ requests: null, tokens: 900, concurrency: null });
    first.release(999);
    first.cancel();
    expect(limiter.remaining('a').tokens).toBe(900);
  });

  it('stay as reserved where nothing is told, and come back where the call failed', () => {
    const { limiter } = bench({ tokens: 1000 });
    {
      using permit = allowed(limiter.take('a', { tokens: 400 }));
      expect(permit.allowed).toBe(true);
    }
    expect(limiter.remaining('a').tokens).toBe(600);
    allowed(limiter.take('a', { tokens: 600 })).cancel();
    expect(limiter.remaining('a').tokens).toBe(600);
    limiter.charge('a', 700);
    expect(limiter.remaining('a').tokens).toBe(0);
  });
});

describe('calls at a time', () => {
  it('hold a slot until they end, once', () => {
    const { limiter } = bench({ concurrency: 2 });
    const [first, second] = [allowed(limiter.take('a')), allowed(limiter.take('a'))];
    expect(limiter.take('a')).toMatchObject({ allowed: false, limitedBy: 'concurrency', limit: 2, remaining: 0 });
    first.release();
    first.release();
    expect(limiter.remaining('a').concurrency).toBe(1);
    second.cancel();
    expect(limiter.remaining('a').concurrency).toBe(2);
  });

  it('that nobody ends lose their slot with time, unless they renew it', () => {
    const { clock, limiter } = bench({ concurrency: 1, leaseSeconds: 10 });
    const permit = allowed(limiter.take('a'));
    clock.now += 9000;
    expect(permit.renew()).toBe(true);
    clock.now += 9000;
    expect(limiter.take('a').allowed).toBe(false);
    clock.now += 2000;
    expect(limiter.take('a').allowed).toBe(true);
    expect(permit.renew()).toBe(false);
  });
});

describe('limits of a call', () => {
  it('replace the limiter’s own, null lifts one', () => {
    const { limiter } = bench({ requests: 1, tokens: 10 });
    expect(limiter.take('a', { tokens: 50, limits: { tokens: 100 } })).toMatchObject({ remaining: { tokens: 50 } });
    expect(limiter.take('a', { limits: { requests: null, tokens: null } })).toMatchObject({
      allowed: true,
      remaining: { requests: null, tokens: null },
    });
    expect(limiter.take('a')).toMatchObject({ allowed: false, limitedBy: 'requests' });
  });
});

describe('run', () => {
  it('does the work, gives back what it held, and refuses with the time to wait', async () => {
    const { limiter } = bench({ requests: 2, concurrency: 1, tokens: 100 });
    const work = limiter.run('a', { tokens: 50 }, (permit) => {
      permit.release(20);
      return Promise.resolve('done');
    });
    expect(await work).toBe('done');
    expect(limiter.remaining('a')).toEqual({ requests: 1, tokens: 80, concurrency: 1 });
    await expect(limiter.run('a', {}, () => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
    expect(limiter.remaining('a')).toEqual({ requests: 0, tokens: 80, concurrency: 1 });
    const refused = limiter.run('a', {}, () => 'never');
    await expect(refused).rejects.toMatchObject({
      code: 'rate_limit',
      status: 429,
      message: expect.stringMatching(/^Rate limit of a reached: 2 requests in 60 s\. Try again in \d+ s\.$/) as string,
    });
  });
});

describe('a call that asks for more than its limit', () => {
  it('is told that it can never pass', async () => {
    const { limiter } = bench({ tokens: 100 });
    expect(limiter.take('a', { tokens: 101 })).toMatchObject({ allowed: false, limit: 100, retryAfterMs: 60_000 });
    const text = 'Rate limit of a reached: 100 tokens in 60 s. This call can never pass: it asks for 101.';
    await expect(limiter.run('a', { tokens: 101 }, () => 'never')).rejects.toThrow(text);
    await expect(limiter.run('a', { limits: { requests: 0 } }, () => 'never')).rejects.toThrow('it asks for 1.');
  });
});

describe('wrong use', () => {
  it.each<[object, RegExp]>([
    [{ request: 1 }, /Unknown option of RateLimiter: request\. Did you mean requests\?/],
    [{ requests: 'many' }, /RateLimiter: requests has to be a whole number from 0 to \d+; got a string/],
    [{ tokens: -1 }, /tokens has to be a whole number from 0 .*; got -1/],
    [{ concurrency: 0 }, /concurrency has to be a whole number from 1 .*; got 0/],
    [{ requests: Number.NaN }, /requests has to be .*; got NaN/],
    [{ algorithm: 'slidng' }, /Unknown algorithm of RateLimiter: slidng\. Did you mean sliding\?/],
    [{ windowSeconds: 0 }, /windowSeconds has to be a number above 0; got 0/],
    [null as never, /the options has to be an object; got null/],
  ])('is told: %j', (options, text) => {
    expect(() => new RateLimiter(options)).toThrow(GatewayError);
    expect(() => new RateLimiter(options)).toThrow(text);
  });

  it('of a call is told too', () => {
    const { limiter } = bench({ requests: 1 });
    expect(() => limiter.take('')).toThrow(/the key has to be text/);
    expect(() => limiter.take('a', { tokens: 1.5 })).toThrow(/tokens has to be a whole number/);
    expect(() => limiter.take('a', { limits: { requests: 'x' as never } })).toThrow(/limits\.requests has to be/);
    expect(limiter.remaining('a').requests).toBe(1);
  });

  it.each<[unknown, string]>([
    [{ tokns: 5 }, 'Unknown member of a request to RateLimiter: tokns. Did you mean tokens?'],
    [{ limits: { reqests: 1 } }, 'Unknown limit of RateLimiter: reqests. Did you mean requests?'],
    [{ limits: null }, 'limits has to be an object; got null'],
    [null, 'request has to be an object; got null'],
    [5, 'request has to be an object; got 5'],
  ])('of a call is told too: %j', (request, text) => {
    const { limiter } = bench({ requests: 1, tokens: 10 });
    const { limiter: counting } = bench({ requests: 1 });
    for (const each of [limiter, counting]) {
      expect(() => each.take('a', request as never)).toThrow(
        expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(text) }),
      );
      expect(each.remaining('a').requests).toBe(1);
    }
  });

  it('of run is told before anything is taken', async () => {
    const { limiter } = bench({ requests: 1 });
    const run = (...given: unknown[]) => limiter.run(...(given as Parameters<typeof limiter.run>));
    await expect(run('a')).rejects.toThrow(
      'RateLimiter: work has to be a function, the third argument of run; got undefined',
    );
    await expect(run('a', () => 'done')).rejects.toThrow('work has to be a function, the third argument of run');
    await expect(run('a', 'b', () => 'done')).rejects.toThrow('request has to be an object; got a string');
    expect(() => limiter.charge('a', 1, { tokns: 1 } as never)).toThrow('Did you mean tokens?');
    expect(limiter.remaining('a').requests).toBe(1);
    expect(await run('a', undefined, () => 'done')).toBe('done');
  });
});

it('a sliding window never lets more through in any window', () => {
  const steps = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 20_000 }), tokens: fc.integer({ min: 1, max: 40 }) }),
  );
  fc.assert(
    fc.property(steps, (calls) => {
      const { clock, limiter } = bench({ tokens: 100, algorithm: 'sliding', keys: 8 });
      const passed: { readonly at: number; readonly tokens: number }[] = [];
      for (const { wait, tokens } of calls) {
        clock.now += wait;
        if (limiter.take('a', { tokens }).allowed) passed.push({ at: clock.now, tokens });
        const inWindow = passed.filter(({ at }) => at > clock.now - 60_000).reduce((sum, each) => sum + each.tokens, 0);
        expect(inWindow).toBeLessThanOrEqual(100);
      }
    }),
  );
});

it('limiters of two threads count as one', async () => {
  const options = { requests: 100, keys: 64 };
  const limiter = new RateLimiter(options);
  const program = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { RateLimiter } = await import(workerData.module);
    const limiter = new RateLimiter({ ...workerData.options, shared: workerData.state });
    let passed = 0;
    for (let call = 0; call < 200; call++) if (limiter.take('a').allowed) passed += 1;
    parentPort.postMessage(passed);`;
  const module = new URL('rate-limiter.ts', import.meta.url).href;
  const workerData = { module, options, state: limiter.state };
  const counts = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<number>((resolve, reject) => {
          const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
          new Worker(url, { workerData }).once('message', resolve).once('error', reject);
        }),
    ),
  );
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
  expect(limiter.remaining('a').requests).toBe(0);
});
