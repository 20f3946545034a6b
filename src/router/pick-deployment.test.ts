import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pickable, sharesOf, type TestDeployment, testRouter } from '../../test/support/router.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import type { RoutingRequest } from './contract.ts';
import type { JsonObject } from '../protocol/json.ts';
import { routingRequest } from './routing-request.ts';
import { STRATEGIES } from './routing-policy.ts';

const two: readonly TestDeployment[] = [{ id: 'a' }, { id: 'b' }];
const g = routingRequest('g');

describe('filters', () => {
  it.each<[string, readonly TestDeployment[], Partial<RoutingRequest>, readonly string[]]>([
    ['other teams are not used', [{ id: 'a', info: { team_id: 't' } }, { id: 'b' }], {}, ['b']],
    ['the own team is', [{ id: 'a', info: { team_id: 't' } }, { id: 'b' }], { teamId: 't' }, ['a', 'b']],
    ['web search', [{ id: 'a', info: { supports_web_search: false } }, { id: 'b' }], { usesWebSearch: true }, ['b']],
    [
      'lowest order',
      [
        { id: 'a', params: { order: 2 } },
        { id: 'b', params: { order: 1 } },
      ],
      {},
      ['b'],
    ],
    [
      'order in model_info',
      [
        { id: 'a', info: { order: 2 } },
        { id: 'b', info: { order: 1 } },
      ],
      {},
      ['b'],
    ],
    ['paused', [{ id: 'a', info: { blocked: true } }, { id: 'b' }], {}, ['b']],
    ['pinned', two, { pinnedId: 'b' }, ['b']],
    ['pinned to one that is gone', two, { pinnedId: 'zzz' }, ['a', 'b']],
  ])('%s', (_name, deployments, request, expected) => {
    expect(pickable(testRouter(deployments).core, request)).toEqual(expected);
  });

  it.each<[string, readonly TestDeployment[], Partial<RoutingRequest>, JsonObject, readonly string[]]>([
    ['region', [{ id: 'a', params: { region_name: 'eu' } }, { id: 'b' }], { region: 'eu' }, {}, ['a']],
    ['context window', [{ id: 'a', info: { max_input_tokens: 5 } }, { id: 'b' }], {}, {}, ['b']],
    ['response format', two, { usesResponseFormat: true }, {}, ['b']],
    ['response format with drop_params', two, { usesResponseFormat: true }, { drop_params: true }, ['a', 'b']],
  ])('pre-call checks: %s', (_name, ...row) => {
    const [deployments, request, litellm, expected] = row;
    const { core } = testRouter(deployments, {
      litellm,
      router: { enable_pre_call_checks: true },
      knowledge: { supportsResponseFormat: ({ id }) => id !== 'a' },
    });
    expect(pickable(core, { inputTokens: () => 10, ...request })).toEqual(expected);
  });

  it('asks for the token count once, and only where a limit needs it', () => {
    let counts = 0;
    const request = routingRequest('g', { inputTokens: () => ++counts });
    const limited = [
      { id: 'a', info: { max_input_tokens: 50 } },
      { id: 'b', info: { max_input_tokens: 60 } },
    ];
    testRouter(limited, { router: { enable_pre_call_checks: true } }).core.peek(request);
    expect(counts).toBe(1);
    testRouter(limited).core.peek(request);
    testRouter(two, { router: { enable_pre_call_checks: true } }).core.peek(request);
    expect(counts).toBe(1);
  });

  it('counts rpm in pre-call checks', () => {
    const { core, clock } = testRouter([{ id: 'a', params: { rpm: 1 } }, { id: 'b' }], {
      router: { enable_pre_call_checks: true },
    });
    core.state.minutes.addRequest(0, clock.nowMs);
    expect(pickable(core, { inputTokens: () => 1 })).toEqual(['b']);
    clock.nowMs += 60_000;
    expect(pickable(core, { inputTokens: () => 1 })).toEqual(['a']);
  });

  it('leaves out full deployments, and says busy when all are', () => {
    const { core } = testRouter([{ id: 'a', params: { max_parallel_requests: 1 } }, { id: 'b' }]);
    core.state.started(0, 0);
    expect(pickable(core)).toEqual(['b']);
    const single = testRouter([{ id: 'a', params: { max_parallel_requests: 1 } }], {
      resilience: { waitsForPlace: false },
    }).core;
    single.state.started(0, 0);
    const decision = single.route(g).next();
    expect(decision).toMatchObject({
      kind: 'give-up',
      outcome: { failure: { reason: 'busy', error: { status: 429 } } },
    });
    single.state.ended(0, 0);
    expect(single.peek(g)?.id).toBe('a');
  });

  it('drops deployments over their budget and says so', () => {
    const budgets = {
      exceeded: ({ id }: { id: string }) => (id === 'a' ? 'Exceeded budget for deployment a' : null),
      tagsExceeded: (tags: readonly string[]) => (tags.includes('poor') ? 'Exceeded budget for tag poor' : null),
    };
    const { core } = testRouter(two, { budgets });
    expect(pickable(core)).toEqual(['b']);
    expect(core.peek(routingRequest('g', { tags: ['poor'] }))).toBeNull();
    expect(core.picker.emptied).toEqual({ reason: 'budget', detail: 'Exceeded budget for tag poor' });
    // A deployment that is named by its id has a budget too.
    expect(core.peek(routingRequest('a'))).toBeNull();
    expect(core.picker.emptied).toEqual({ reason: 'budget', detail: 'Exceeded budget for deployment a' });
    expect(core.peek(routingRequest('b'))?.id).toBe('b');
    expect(core.peek(routingRequest('b', { tags: ['poor'] }))).toBeNull();
    expect(core.picker.emptied).toEqual({ reason: 'budget', detail: 'Exceeded budget for tag poor' });
  });
});

describe('affinity', () => {
  const many = Array.from({ length: 8 }, (_, index) => ({ id: `d${index}` }));

  it('keeps a session where it is, spreads sessions, and moves only those of a deployment that left', () => {
    const { core, clock } = testRouter(many);
    const placed = (key: string): string => core.peek(routingRequest('g', { affinityKey: key }))?.id ?? '';
    const keys = Array.from({ length: 400 }, (_, index) => `session-${index}`);
    const before = keys.map(placed);
    expect(keys.map(placed)).toEqual(before);
    expect(new Set(before).size).toBe(8);
    core.state.coolDown(3, clock.nowMs, 60, { status: 500, rule: 'manual' });
    const moved = keys.filter((key, index) => placed(key) !== before[index]);
    expect(moved.length).toBe(before.filter((id) => id === 'd3').length);
  });
});

const weighted = (size: number, ordered = false): readonly TestDeployment[] =>
  Array.from({ length: size }, (_, index) => ({
    id: `d${index}`,
    params: {
      ...(index % 2 === 0 ? { weight: index } : {}),
      ...(ordered && index % 3 > 0 ? { order: index % 3 } : {}),
    },
  }));

describe('properties', () => {
  it('never picks a cooled deployment, with any strategy', () => {
    const strategy = fc.constantFrom(...STRATEGIES);
    const cooled = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(strategy, cooled, fc.integer(), (routing_strategy, flags, seed) => {
        const { core, clock } = testRouter(weighted(flags.length), {
          router: { routing_strategy },
          random: seededRandom(seed),
        });
        for (const [slot, flag] of flags.entries())
          if (flag) core.state.coolDown(slot, clock.nowMs, 10, { status: 500, rule: 'manual' });
        const picked = Array.from({ length: 20 }, () => core.peek(g)?.slot ?? null);
        const allowed = flags.every((flag) => flag) ? [null] : flags.flatMap((flag, slot) => (flag ? [] : [slot]));
        expect(allowed).toEqual(expect.arrayContaining([...new Set(picked)]));
      }),
    );
  });

  it('picks the same with and without the short way around the filters', () => {
    const never = { exceeded: () => null, tagsExceeded: () => null };
    const setup = fc.record({
      routing_strategy: fc.constantFrom(...STRATEGIES),
      size: fc.integer({ min: 1, max: 9 }),
      ordered: fc.boolean(),
      used: fc.array(fc.nat(8), { maxLength: 20 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(setup, ({ routing_strategy, size, ordered, used, seed }) => {
        const [short, long] = [undefined, never].map((budgets) => {
          const { core, clock } = testRouter(weighted(size, ordered), {
            router: { routing_strategy },
            random: seededRandom(seed),
            ...(budgets === undefined ? {} : { budgets }),
          });
          for (const slot of used) {
            core.state.minutes.addTokens(slot % size, 7 * slot, clock.nowMs);
            core.latencies.add(slot % size, slot / 10, clock.nowMs);
            core.latencies.addEwma(slot % size, slot / 10, false);
            if (slot % 2 === 0) core.state.started(slot % size, 0);
          }
          return Array.from({ length: 10 }, () => core.peek(g)?.id);
        });
        expect(short).toEqual(long);
      }),
    );
  });

  it('follows the weights of those that are left', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.nat(5), fc.integer(), (values, gone, seed) => {
        const { core, clock } = testRouter(
          values.map((weight, index) => ({ id: `d${index}`, params: { weight } })),
          { random: seededRandom(seed) },
        );
        const out = gone % values.length;
        core.state.coolDown(out, clock.nowMs, 10, { status: 500, rule: 'manual' });
        const total = values.reduce((sum, value, index) => sum + (index === out ? 0 : value), 0);
        const shares = sharesOf(core, g, 2000);
        for (const [index, value] of values.entries()) {
          const want = index === out ? 0 : total === 0 ? 1 / (values.length - 1) : value / total;
          const spread = 5 * Math.sqrt((want * (1 - want)) / 2000);
          expect(Math.abs((shares[`d${index}`] ?? 0) - want)).toBeLessThanOrEqual(spread + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('cost', () => {
  it('draws one random number for a shuffle, none for a single candidate, two for p2c', () => {
    let draws = 0;
    const random = (): number => {
      draws++;
      return 0.5;
    };
    testRouter(two, { random }).core.peek(g);
    expect(draws).toBe(1);
    testRouter([{ id: 'a' }], { random }).core.peek(g);
    expect(draws).toBe(1);
    testRouter(two, { random, router: { routing_strategy: 'p2c' } }).core.peek(g);
    expect(draws).toBe(3);
  });
});
