import { describe, expect, it } from 'vitest';
import { sharesOf, SUCCESS, failure, testRouter, type TestDeployment } from '../../../test/support/router.ts';
import type { RouterCore } from '../router-core.ts';
import { routingRequest } from '../routing-request.ts';

const three: readonly TestDeployment[] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const g = routingRequest('g');

function succeed(core: RouterCore, id: string, ended: Partial<typeof SUCCESS> = {}): void {
  const call = core.route(routingRequest(id));
  call.next();
  call.succeeded({ ...SUCCESS, ...ended });
}

describe('least-busy', () => {
  it('takes the one with the fewest calls, the first among equals', () => {
    const { core } = testRouter(three, { router: { routing_strategy: 'least-busy' } });
    const calls = Array.from({ length: 4 }, () => core.route(g));
    expect(calls.map((call) => (call.next().kind === 'attempt' ? call.attempt?.deployment.id : null))).toEqual([
      'a',
      'b',
      'c',
      'a',
    ]);
    calls[1]?.abandoned();
    expect(core.peek(g)?.id).toBe('b');
  });
});

describe('usage-based', () => {
  it.each(['usage-based-routing', 'usage-based-routing-v2'])('%s takes the fewest tokens of this minute', (name) => {
    const { core, clock } = testRouter(three, { router: { routing_strategy: name } });
    for (const [id, totalTokens] of [
      ['a', 30],
      ['b', 20],
      ['c', 25],
    ] as const)
      succeed(core, id, { totalTokens });
    expect(Object.keys(sharesOf(core, g, 50))).toEqual(['b']);
    clock.nowMs += 60_000;
    expect(Object.keys(sharesOf(core, g, 100)).length).toBe(name.endsWith('v2') ? 3 : 1);
  });

  it('says so with 429 and retry-after when all are over their limits', () => {
    const limited = [{ id: 'a', params: { tpm: 10 } }];
    const { core } = testRouter(limited, { router: { routing_strategy: 'usage-based-routing-v2' } });
    succeed(core, 'a');
    expect(core.route(g).next()).toMatchObject({
      outcome: { failure: { reason: 'rate-limit' }, error: { status: 429, options: { retryAfterSeconds: 60 } } },
    });
  });

  it('stops one request before rpm, as LiteLLM does', () => {
    const limited = [{ id: 'a', params: { rpm: 3 } }];
    const { core } = testRouter(limited, { router: { routing_strategy: 'usage-based-routing-v2' } });
    for (let call = 0; call < 2; call++) {
      expect(core.peek(g)?.id).toBe('a');
      succeed(core, 'a');
    }
    expect(core.peek(g)).toBeNull();
  });
});

describe('latency-based', () => {
  it('penalises time-outs, forgets after the ttl, and keeps the newest samples', () => {
    const { core, clock } = testRouter(three.slice(0, 2), {
      router: {
        routing_strategy: 'latency-based-routing',
        routing_strategy_args: { ttl: 100, max_latency_list_size: 2 },
      },
    });
    succeed(core, 'a', { seconds: 1 });
    succeed(core, 'b', { seconds: 9 });
    expect(core.peek(g)?.id).toBe('a');
    const call = core.route(routingRequest('a'));
    call.next();
    call.failed(failure('timeout'), 5);
    expect(core.peek(g)?.id).toBe('b');
    for (let count = 0; count < 2; count++) succeed(core, 'a', { seconds: 1 });
    expect([...core.latencies.latencies(0)]).toEqual([0.1, 0.1]);
    expect(core.peek(g)?.id).toBe('a');
    clock.nowMs += 101_000;
    expect(Object.keys(sharesOf(core, g, 100)).sort()).toEqual(['a', 'b']);
  });
});

describe('latency buffer', () => {
  it.each([
    [0, ['a']],
    [0.4, ['a', 'b']],
    [9, ['a', 'b', 'c']],
  ])('%d', (lowest_latency_buffer, expected) => {
    const { core } = testRouter(three, {
      router: { routing_strategy: 'latency-based-routing', routing_strategy_args: { lowest_latency_buffer } },
    });
    for (const [id, seconds] of [
      ['a', 10],
      ['b', 14],
      ['c', 100],
    ] as const)
      succeed(core, id, { seconds });
    expect(Object.keys(sharesOf(core, g, 200)).sort()).toEqual(expected);
  });
});

describe('cost-based', () => {
  const prices: Readonly<Record<string, number>> = { a: 3, b: 1, c: 2 };
  const knowledge = { costPerTokenPairOf: ({ id }: { id: string }) => prices[id] ?? null };

  // LiteLLM's synchronous pick does not know this strategy and never finds a deployment.
  it('takes the cheapest, without a promise', () => {
    const { core } = testRouter([...three, { id: 'unknown' }], {
      router: { routing_strategy: 'cost-based-routing' },
      knowledge,
    });
    expect(core.peek(g)?.id).toBe('b');
  });

  it('goes to the next when the cheapest is over its limit', () => {
    const { core, clock } = testRouter([{ id: 'a' }, { id: 'b', params: { rpm: 1 } }, { id: 'c' }], {
      router: { routing_strategy: 'cost-based-routing' },
      knowledge,
    });
    core.state.minutes.addRequest(1, clock.nowMs);
    expect(core.peek(g)?.id).toBe('c');
  });
});

describe('p2c', () => {
  it('prefers the faster and less busy, never the slowest of all', () => {
    const { core } = testRouter(three, { router: { routing_strategy: 'p2c' } });
    for (const [id, seconds] of [
      ['a', 0.1],
      ['b', 1],
      ['c', 10],
    ] as const)
      succeed(core, id, { seconds });
    const shares = sharesOf(core, g);
    expect(shares['a']).toBeGreaterThan(0.6);
    expect(shares['c']).toBeUndefined();
    for (let call = 0; call < 30; call++) core.state.started(0, 0);
    expect(sharesOf(core, g)['b']).toBeGreaterThan(0.6);
  });

  it('does not run to a deployment that fails fast', () => {
    const { core } = testRouter(three.slice(0, 2), { router: { routing_strategy: 'p2c' } });
    succeed(core, 'b', { seconds: 1 });
    const call = core.route(routingRequest('a'));
    call.next();
    call.failed(failure('internal'), 0.001);
    expect(Object.keys(sharesOf(core, g, 100))).toEqual(['b']);
  });

  it('gives weight 0 nothing and twice the weight a longer queue', () => {
    const { core } = testRouter([{ id: 'a', params: { weight: 0 } }, { id: 'b', params: { weight: 2 } }, { id: 'c' }], {
      router: { routing_strategy: 'p2c' },
    });
    expect(Object.keys(sharesOf(core, g, 200)).sort()).toEqual(['b', 'c']);
  });
});
