import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, SUCCESS, testRouter, type TestDeployment, walk } from '../../test/support/router.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { AttemptFailure } from './contract.ts';
import { readOverrides } from './read-settings.ts';
import { routingRequest } from './routing-request.ts';

const chain: readonly TestDeployment[] = ['g', 'g2', 'g3', 'g4'].map((group) => ({ id: `of-${group}`, group }));
const g = routingRequest('g');
const down = (): AttemptFailure => failure('internal');
const asking = (layer: JsonObject) => routingRequest('g', { overrides: readOverrides([layer]) });

describe('fallbacks', () => {
  // LiteLLM finds none: it looks only under the name that was requested.
  it('are found when the request came through an alias', () => {
    const { core } = testRouter(chain, { aliases: { x: 'g' }, router: { fallbacks: [{ g: ['g2'] }] } });
    const call = core.route(routingRequest('x'));
    expect(walk(call, (id) => (id === 'of-g' ? down() : null)).calls).toEqual(['of-g', 'of-g2']);
  });

  it('under the alias itself count first', () => {
    const { core } = testRouter(chain, { aliases: { x: 'g' }, router: { fallbacks: [{ g: ['g2'] }, { x: ['g3'] }] } });
    expect(walk(core.route(routingRequest('x')), (id) => (id === 'of-g' ? down() : null)).calls).toEqual([
      'of-g',
      'of-g3',
    ]);
  });

  it('max_fallbacks limits depth, not siblings', () => {
    const router = { max_fallbacks: 1, fallbacks: [{ g: ['g2', 'g3'] }, { g2: ['g4'] }] };
    expect(walk(testRouter(chain, { router }).core.route(g), down).calls).toEqual(['of-g', 'of-g2', 'of-g3']);
  });

  it('make each hop once, however the chains loop', () => {
    const router = { fallbacks: [{ g: ['g2', 'g3'] }, { g2: ['g3', 'g'] }, { g3: ['g', 'g2', 'g4'] }] };
    const { calls } = walk(testRouter(chain, { router }).core.route(g), down);
    expect(calls).toEqual(['of-g', 'of-g2', 'of-g3', 'of-g4']);
  });

  it('carry the parameters of a dictionary, also to what follows below it', () => {
    const { core } = testRouter(chain, { router: { fallbacks: [{ g2: ['g3'] }] } });
    const call = core.route(asking({ fallbacks: [{ model: 'g2', temperature: 0 }] }));
    call.next();
    expect(call.failed(down(), 1)).toMatchObject({ group: 'g2', parameters: { temperature: 0 }, fallbacks: 1 });
  });

  it('of a request win over those of the router, and disable_fallbacks over both', () => {
    const { core } = testRouter(chain, { router: { fallbacks: [{ g: ['g2'] }] } });
    const failing = (id: string): AttemptFailure | null => (id === 'of-g' ? down() : null);
    expect(walk(core.route(asking({ fallbacks: ['g4'] })), failing).calls).toEqual(['of-g', 'of-g4']);
    expect(walk(core.route(asking({ fallbacks: [{ g: ['g3'] }] })), failing).calls).toEqual(['of-g', 'of-g3']);
    expect(walk(core.route(asking({ fallbacks: ['g4'], disable_fallbacks: true })), failing).calls).toEqual(['of-g']);
  });

  it('leave out models that the caller may not use', () => {
    const { core } = testRouter(chain, { router: { fallbacks: [{ g: ['g2', 'g3'] }] } });
    const call = core.route(routingRequest('g', { mayUse: (model) => model !== 'g2' }));
    expect(walk(call, down).calls).toEqual(['of-g', 'of-g3']);
  });

  it('mask secrets of their parameters in the message', () => {
    const { core } = testRouter(chain, { router: { fallbacks: [{ g: [{ model: 'g2', api_key: 'sk-secret' }] }] } });
    const { last } = walk(core.route(g), down);
    expect(last).toMatchObject({ outcome: { error: { message: expect.stringContaining("'api_key': '****'") } } });
    expect(JSON.stringify(last)).not.toContain("sk-secret'");
  });

  it('go to the next order on any error but a long or refused prompt', () => {
    const ordered = [
      { id: 'first', params: { order: 1 } },
      { id: 'second', params: { order: 2 } },
    ];
    const { core } = testRouter(ordered);
    expect(walk(core.route(g), (id) => (id === 'first' ? failure('bad_request') : null)).calls).toEqual([
      'first',
      'second',
    ]);
    expect(walk(core.route(g), () => failure('context_window_exceeded')).calls).toEqual(['first']);
  });

  it('tell a filtered answer from a failure only where another answer could come', () => {
    const filtered = (router: JsonObject): boolean => {
      const call = testRouter(chain, { router }).core.route(g);
      call.next();
      return call.contentFilterFails;
    };
    expect(filtered({})).toBe(false);
    expect(filtered({ fallbacks: [{ g: ['g2'] }] })).toBe(false);
    expect(filtered({ content_policy_fallbacks: [{ g: ['g2'] }] })).toBe(true);
    expect(filtered({ content_policy_fallbacks: [{ g3: ['g2'] }] })).toBe(false);
    expect(filtered({ default_fallbacks: ['g2'] })).toBe(true);
  });

  it.each([
    ['fallbacks', { fallbacks: true }, ['of-g2']],
    ['context window', { contextWindow: true }, ['of-g3']],
    ['content policy', { contentPolicy: true }, ['of-g4']],
    ['rate limit', { rateLimit: true }, ['of-g']],
  ])('mock_testing: %s', (_name, mocks, expected) => {
    const { core } = testRouter(chain, {
      router: {
        num_retries: 1,
        fallbacks: [{ g: ['g2'] }],
        context_window_fallbacks: [{ g: ['g3'] }],
        content_policy_fallbacks: [{ g: ['g4'] }],
      },
    });
    const off = { fallbacks: false, contextWindow: false, contentPolicy: false, rateLimit: false };
    expect(walk(core.route(routingRequest('g', { mocks: { ...off, ...mocks } })), () => null).calls).toEqual(expected);
  });
});

describe('retries', () => {
  it('take the count of request, deployment and router in this order', () => {
    const single = [{ id: 'a', params: { num_retries: 2 } }];
    const { core } = testRouter(single, { router: { num_retries: 4 } });
    expect(walk(core.route(g), down).calls.length).toBe(3);
    expect(walk(core.route(asking({ num_retries: 1 })), down).calls.length).toBe(2);
    expect(walk(testRouter([{ id: 'a' }], { router: { num_retries: 4 } }).core.route(g), down).calls.length).toBe(5);
  });

  it('a policy of the group wins over the general one, but not over a request that wants none', () => {
    const router = {
      retry_policy: { RateLimitErrorRetries: 3, DefaultRetries: 1 },
      model_group_retry_policy: { g: { BadRequestErrorRetries: 2 } },
    };
    const { core } = testRouter([{ id: 'a' }, { id: 'b', group: 'other' }], { router });
    expect(walk(core.route(g), () => failure('bad_request')).calls.length).toBe(3);
    expect(walk(core.route(asking({ num_retries: 0 })), () => failure('bad_request')).calls.length).toBe(1);
    expect(walk(core.route(routingRequest('other')), () => failure('rate_limit')).calls.length).toBe(4);
    expect(walk(core.route(routingRequest('other')), () => failure('service_unavailable')).calls.length).toBe(2);
    expect(
      walk(core.route(asking({ model_group_retry_policy: { g: { TimeoutErrorRetries: 1 } } })), () =>
        failure('timeout'),
      ).calls.length,
    ).toBe(2);
  });

  it('wait twice as long each time, from 0.5 s or retry_after up to 8 s', () => {
    const sleeps = (router: JsonObject): readonly number[] =>
      walk(testRouter([{ id: 'a' }], { router: { num_retries: 6, ...router } }).core.route(g), down).sleeps;
    expect(sleeps({})).toEqual([0.5, 1, 2, 4, 8, 8, 8]);
    expect(sleeps({ retry_after: 3 })).toEqual([3, 3, 3, 4, 8, 8, 8]);
  });

  it('a deployment named by its id is never retried', () => {
    const { core } = testRouter([{ id: 'a' }, { id: 'b' }], { router: { num_retries: 3 } });
    expect(walk(core.route(routingRequest('a')), down).calls).toEqual(['a']);
  });

  it('go to others than those that refused for good', () => {
    const { core } = testRouter([{ id: 'a' }, { id: 'b' }, { id: 'c' }], {
      router: { retry_policy: { BadRequestErrorRetries: 2 } },
    });
    const { calls } = walk(core.route(g), () => failure('bad_request'));
    expect([...calls].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('beyond LiteLLM', () => {
  const single = [{ id: 'a' }];

  it('a silent time-out goes to a fallback at once, and is retried where there is none', () => {
    const resilience = { timeoutFailsOver: true };
    const router = { num_retries: 2, fallbacks: [{ g: ['g2'] }] };
    const timeout = (id: string): AttemptFailure | null =>
      id === 'of-g' ? failure('timeout', { silentTimeout: true }) : null;
    expect(walk(testRouter(chain, { router, resilience }).core.route(g), timeout)).toMatchObject({
      calls: ['of-g', 'of-g2'],
      sleeps: [],
    });
    const alone = testRouter(chain, { router: { num_retries: 2 }, resilience }).core;
    expect(walk(alone.route(g), timeout).calls.length).toBe(3);
    expect(walk(alone.route(asking({ fallbacks: ['g'] })), timeout).calls.length).toBe(3);
    const silent = (): AttemptFailure => failure('timeout', { silentTimeout: true });
    const three = testRouter(chain, { router: { num_retries: 2, fallbacks: [{ g: ['g2', 'g3'] }] }, resilience }).core;
    expect(walk(three.route(g), silent).calls).toEqual(['of-g', 'of-g2', 'of-g3']);
    const talking = (id: string): AttemptFailure | null => (id === 'of-g' ? failure('timeout') : null);
    expect(walk(testRouter(chain, { router, resilience }).core.route(g), talking).calls.length).toBe(4);
  });

  it('one attempt budget holds over retries and fallbacks', () => {
    const { core } = testRouter(chain, {
      router: { num_retries: 2, fallbacks: [{ g: ['g2', 'g3'] }] },
      resilience: { maxAttempts: 4 },
    });
    const { calls, last } = walk(core.route(g), down);
    expect(calls).toEqual(['of-g', 'of-g', 'of-g', 'of-g2']);
    expect(last).toMatchObject({ outcome: { cutShortBy: 'attempt-budget', error: { status: 500 } } });
  });

  it('no attempt starts after the time budget', () => {
    const { core, clock } = testRouter(chain, {
      router: { num_retries: 5, fallbacks: [{ g: ['g2'] }] },
      resilience: { maxSeconds: 3 },
    });
    const { calls, last } = walk(
      core.route(g),
      () => {
        clock.nowMs += 1000;
        return down();
      },
      (seconds) => {
        clock.nowMs += seconds * 1000;
      },
    );
    expect(calls).toEqual(['of-g', 'of-g', 'of-g2']);
    expect(last).toMatchObject({ outcome: { cutShortBy: 'time-budget' } });
  });

  it('says nothing of a budget that stopped nothing', () => {
    const { core } = testRouter(single, { resilience: { maxAttempts: 1 } });
    expect(walk(core.route(g), down).last).toMatchObject({ outcome: { cutShortBy: null } });
  });

  it('does not sleep behind the last attempt', () => {
    const { core } = testRouter(single, { router: { num_retries: 2 }, resilience: { skipLastSleep: true } });
    expect(walk(core.route(g), down)).toMatchObject({ calls: ['a', 'a', 'a'], sleeps: [0.5, 1] });
  });

  it('obeys retry-after with fractions, and leaves a group that asks for longer than the cap', () => {
    const { core } = testRouter(chain, {
      router: { num_retries: 1, fallbacks: [{ g: ['g2'] }] },
      resilience: { obeyRetryAfter: true, retryAfterCapSeconds: 90 },
    });
    const limited = (retryAfter: string) => (id: string) =>
      id === 'of-g' ? failure('rate_limit', { retryAfter }) : null;
    expect(walk(core.route(g), limited('1.5')).sleeps).toEqual([1.5, 1.5]);
    expect(walk(core.route(g), limited('80')).sleeps).toEqual([80, 80]);
    expect(walk(core.route(g), limited('91'))).toMatchObject({ calls: ['of-g', 'of-g2'], sleeps: [] });
  });

  it('full jitter sleeps between nothing and the back-off', () => {
    const { core } = testRouter(single, { router: { num_retries: 3 }, resilience: { fullJitter: true } });
    expect(walk(core.route(g), down).sleeps).toEqual([0, 0, 0, 0]);
  });

  it('panic mode takes the one that comes back first, and says so', () => {
    const options = { router: { cooldown_time: 60 }, resilience: { panicMode: true } };
    const { core, clock } = testRouter([{ id: 'a' }, { id: 'b' }], options);
    core.state.coolDown(0, clock.nowMs, 60, { status: 429, rule: 'manual' });
    expect(core.route(g).next()).toMatchObject({ deployment: { id: 'b' }, panic: false });
    core.state.coolDown(1, clock.nowMs, 30, { status: 429, rule: 'manual' });
    const call = core.route(g);
    expect(call.next()).toMatchObject({ deployment: { id: 'b' }, panic: true });
    expect(call.succeeded(SUCCESS).panic).toBe(true);
  });

  it('without it, nothing is picked and retry-after tells what is left', () => {
    const { core, clock } = testRouter(single);
    core.state.coolDown(0, clock.nowMs, 60, { status: 429, rule: 'manual' });
    clock.nowMs += 20_000;
    expect(core.route(g).next()).toMatchObject({
      outcome: { failure: { reason: 'no-deployments' }, error: { status: 429, options: { retryAfterSeconds: 40 } } },
    });
  });

  it('the retry budget holds, and fallbacks are still tried', () => {
    const { core } = testRouter(chain, {
      router: { num_retries: 1, fallbacks: [{ g: ['g2'] }] },
      resilience: { retryBudgetRatio: 0.1, minRetriesPerSecond: 10 },
    });
    const failing = (id: string): AttemptFailure | null => (id === 'of-g' ? down() : null);
    const retried = Array.from({ length: 200 }, () => walk(core.route(g), failing).calls);
    expect(retried.filter((calls) => calls.length === 3).length).toBe(20);
    expect(retried.every((calls) => calls.at(-1) === 'of-g2')).toBe(true);
  });
});

describe('properties', () => {
  const scripts = fc.array(
    fc.constantFrom('ok', 'internal', 'rate_limit', 'timeout', 'bad_request', 'authentication'),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

  it('every call ends, nothing stays in flight, and no cooled deployment is called', () => {
    fc.assert(
      fc.property(
        scripts,
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        fc.integer(),
        (script, num_retries, safe, seed) => {
          const { core, clock } = testRouter([...chain, { id: 'second', group: 'g' }], {
            router: { num_retries, fallbacks: [{ g: ['g2', 'g3'] }, { g2: ['g', 'g4'] }, { '*': ['g3'] }] },
            resilience: safe ? { halfOpenProbe: true, maxAttempts: 20, retryBudgetRatio: 0.1 } : {},
            random: seededRandom(seed),
          });
          let turn = 0;
          for (let request = 0; request < 5; request++) {
            const { calls } = walk(
              core.route(g),
              (id) => {
                expect(core.state.isCooled(core.facts.byId(id)?.slot ?? -1, clock.nowMs)).toBe(false);
                const answer = script[turn++ % script.length] ?? 'ok';
                return answer === 'ok' ? null : failure(answer);
              },
              (seconds) => {
                clock.nowMs += seconds * 1000;
              },
            );
            expect(calls.length).toBeLessThanOrEqual(5 * (num_retries + 1));
            for (const { slot } of core.facts.rows) expect(core.state.inFlight(slot)).toBe(0);
          }
        },
      ),
    );
  });
});

describe('an answer that breaks after its first byte', () => {
  it('counts against the deployment, and nothing follows', () => {
    const { core, clock } = testRouter(chain, { router: { num_retries: 2, fallbacks: [{ g: ['g2'] }] } });
    const call = core.route(g);
    call.next();
    call.failedForGood(failure('authentication'), 3);
    expect(call.attempt).toBeNull();
    expect(core.state.isCooled(0, clock.nowMs)).toBe(true);
    expect(core.facts.rows.map(({ slot }) => core.state.inFlight(slot))).toEqual([0, 0, 0, 0]);
  });
});

describe('what makes a deployment look slow', () => {
  it.each<[string, AttemptFailure, boolean]>([
    ['its own failures', failure('internal'), true],
    ['its refusals', failure('rate_limit'), true],
    ['wrong requests do not', failure('bad_request'), false],
    ['nor the caller’s credential', failure('authentication', { callerCredential: true }), false],
    ['nor the caller’s short deadline', failure('timeout', { clientTimeout: true }), false],
  ])('%s', (_name, how, expected) => {
    const { core } = testRouter(chain);
    const call = core.route(g);
    call.next();
    call.failed(how, 0.01);
    expect(core.latencies.ewma(0) > 1).toBe(expected);
    expect(core.latencies.latencies(0).length).toBe(0);
  });
});

describe('a very long model name', () => {
  it('is cut in the message', () => {
    const { last } = walk(testRouter(chain).core.route(routingRequest('x'.repeat(100_000))), down);
    expect(last?.kind === 'give-up' ? last.outcome.error.message.length : 0).toBeLessThan(1000);
    expect(last).toMatchObject({ outcome: { error: { status: 400 }, failure: { reason: 'unknown-model' } } });
  });
});

describe('misuse', () => {
  it('is a thrown error, not a leaked place', () => {
    const call = testRouter([{ id: 'a' }]).core.route(g);
    expect(() => call.succeeded(SUCCESS)).toThrow('no attempt');
    call.next();
    expect(() => call.next()).toThrow('under way');
    call.abandoned();
    expect(() => call.abandoned()).toThrow('no attempt');
  });
});

describe('a full group', () => {
  const full = [{ id: 'a', params: { max_parallel_requests: 1 } }];

  it('is waited for until a place is free', () => {
    const { core, clock } = testRouter(full);
    core.state.started(0, 0);
    const call = core.route(routingRequest('g', { waitSeconds: 10 }));
    expect(call.next()).toMatchObject({ kind: 'sleep', place: { model: 'g', secondsLeft: 10 } });
    clock.nowMs += 4000;
    expect(call.next()).toMatchObject({ kind: 'sleep', place: { secondsLeft: 6 } });
    core.state.ended(0, 0);
    expect(call.next()).toMatchObject({ kind: 'attempt', deployment: { id: 'a' } });
  });

  it('is given up when the time is over, without retries, for its fallbacks', () => {
    const other = { id: 'b', group: 'h' };
    const { core, clock } = testRouter([...full, other], { router: { num_retries: 2, fallbacks: [{ g: ['h'] }] } });
    core.state.started(0, 0);
    const call = core.route(routingRequest('g', { waitSeconds: 1 }));
    call.next();
    clock.nowMs += 1000;
    expect(call.next()).toMatchObject({ kind: 'attempt', deployment: { id: 'b' } });
  });

  it('a priority waits for cooldowns too', () => {
    const { core, clock } = testRouter([{ id: 'a' }]);
    core.state.coolDown(0, clock.nowMs, 5, { status: 429, rule: 'manual' });
    expect(core.route(routingRequest('g')).next()).toMatchObject({ kind: 'give-up' });
    const call = core.route(routingRequest('g', { priority: 1 }));
    expect(call.next()).toMatchObject({ kind: 'sleep', place: { model: 'g' } });
    clock.nowMs += 5000;
    expect(call.next()).toMatchObject({ kind: 'attempt' });
  });
});
