import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION } from '../../../test/support/assembled-gateway.ts';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { allocateCountingMemory } from '../threads/counting-memory.ts';
import { StrictLimits } from '../cluster/strict-limits.ts';
import { compileLimits } from './compile-limits.ts';
import type { DeploymentLimiter } from './contract.ts';
import { limitMemoryFor } from './limit-memory.ts';

const strict = new StrictLimits(pino({ level: 'silent' }));
const START = 1_800_000_000_000;
const ENFORCED = { optional_pre_call_checks: ['enforce_model_rate_limits'] };

function limited(params: JsonObject, id = 'a') {
  return deployment(id, 'group', { model: 'openai/gpt-4o', api_base: `http://${id}.test/v1`, api_key: 'k', ...params });
}

/** Limiters over one memory, one for each thread. */
function threads(count: number, deployments: ReturnType<typeof limited>[], clock: { nowMs: number }) {
  const snapshot = snapshotWith({ deployments, routerRaw: ENFORCED });
  const memory = allocateCountingMemory(snapshot, count, limitMemoryFor(snapshot, null));
  return Array.from({ length: count }, (_, lane) => {
    const { deployments: limiter } = compileLimits({
      snapshot,
      memory,
      lane,
      strict,
      providerOf: () => null,
      now: () => clock.nowMs,
    });
    return limiter as DeploymentLimiter;
  });
}

function passes(limiter: DeploymentLimiter | undefined, of: ReturnType<typeof limited>): boolean {
  try {
    void limiter?.admit(of);
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return false;
  }
}

describe('enforce_model_rate_limits', () => {
  test('property: no 60 seconds hold more than rpm, whichever thread is asked', () => {
    const arrivals = fc.array(fc.record({ afterMs: fc.nat(9000), thread: fc.nat(1) }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), arrivals, (rpm, calls) => {
        const clock = { nowMs: START };
        const one = limited({ rpm });
        const limiters = threads(2, [one], clock);
        const admitted: number[] = [];
        for (const { afterMs, thread } of calls) {
          clock.nowMs += afterMs;
          const within = (ms: number): number => admitted.filter((at) => clock.nowMs - at < ms).length;
          const passed = passes(limiters[thread], one);
          // Exact, but for what leaves the window up to one bucket late.
          expect(passed ? within(60_000) < rpm : within(60_500) >= rpm).toBe(true);
          if (passed) admitted.push(clock.nowMs);
        }
      }),
    );
  });

  test('the call that passes tpm is made, the next one is not until they leave the minute', () => {
    const clock = { nowMs: START };
    const one = limited({ tpm: 100 });
    const [limiter] = threads(1, [one], clock);
    expect(passes(limiter, one)).toBe(true);
    limiter?.settle(one, 150);
    expect(passes(limiter, one)).toBe(false);
    clock.nowMs += 60_500;
    expect(passes(limiter, one)).toBe(true);
  });

  test('many deployments asked in turn are all remembered, where LiteLLM keeps 200 counters', () => {
    const clock = { nowMs: START };
    const many = Array.from({ length: 1000 }, (_, index) => limited({ rpm: 1 }, `d${index}`));
    const [limiter] = threads(1, many, clock);
    expect(many.every((each) => passes(limiter, each))).toBe(true);
    expect(many.some((each) => passes(limiter, each))).toBe(false);
  });

  test('what was counted lasts over a reload, and a limit of nothing passes nothing', () => {
    const clock = { nowMs: START };
    const snapshot = snapshotWith({
      deployments: [limited({ rpm: 1 }), limited({ rpm: 0 }, 'b')],
      routerRaw: ENFORCED,
    });
    const first = limitMemoryFor(snapshot, null);
    const limiterOver = (limits: ReturnType<typeof limitMemoryFor>) =>
      compileLimits({
        snapshot,
        memory: allocateCountingMemory(snapshot, 1, limits),
        lane: 0,
        strict,
        providerOf: () => null,
        now: () => clock.nowMs,
      }).deployments as DeploymentLimiter;
    expect(passes(limiterOver(first), limited({ rpm: 1 }))).toBe(true);
    const second = limiterOver(limitMemoryFor(snapshot, first));
    expect([passes(second, limited({ rpm: 1 })), passes(second, limited({ rpm: 0 }, 'b'))]).toEqual([false, false]);
  });

  test('without the setting nothing is counted', () => {
    const snapshot = snapshotWith({ deployments: [limited({ rpm: 1 })] });
    expect(limitMemoryFor(snapshot, null)).toEqual({});
  });

  test('a used-up deployment hands over to another one; when all are, the answer says until when', () => {
    const to = new AssembledGateway({
      deployments: [limited({ rpm: 1, weight: 1 }), limited({ rpm: 1, weight: 0 }, 'b')],
      routerRaw: ENFORCED,
    });
    for (let call = 0; call < 2; call++) {
      const exchange = to.chat();
      to.upstream.calls.at(-1)?.answer(200, COMPLETION);
      expect(exchange.status).toBe(200);
    }
    expect(to.upstream.calls.map(({ request }) => request.origin)).toEqual(['http://a.test', 'http://b.test']);
    const refused = to.chat();
    expect([refused.status, to.upstream.calls.length]).toEqual([429, 2]);
    expect(refused.text).toContain('Model rate limit exceeded. RPM limit=1, current usage=1');
    expect(Number(refused.replied('retry-after')[0])).toBeGreaterThan(50);
  });
});
