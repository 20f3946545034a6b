import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { PriorityLimiter } from '../../rate-limit/priority-limiter.ts';
import type { compileLimits } from './compile-limits.ts';
import type { LimitedRequest } from './contract.ts';
import { limitMemoryFor, prioritySettings } from './limit-memory.ts';
import { createPriorityLimits } from './priority-limits.ts';

const CALLBACKS: JsonObject = { callbacks: ['prometheus', 'dynamic_rate_limiter_v3'] };
const START = 1_800_000_000_000;

function gateway(params: JsonObject, litellmRaw: JsonObject = {}): AssembledGateway {
  return new AssembledGateway({
    deployments: [openaiDeployment(params), { ...openaiDeployment(params), id: 'second' }],
    litellmRaw: { ...CALLBACKS, ...litellmRaw },
  });
}

function answered(to: AssembledGateway): FakeExchange {
  const before = to.upstream.calls.length;
  const exchange = to.chat();
  if (to.upstream.calls.length > before) to.upstream.calls.at(-1)?.answer(200, COMPLETION);
  return exchange;
}

describe('dynamic_rate_limiter_v3', () => {
  test('the deployments of a group together are its capacity', () => {
    const to = gateway({ rpm: 2 });
    const first = answered(to);
    expect(first.replied('x-litellm-priority')).toEqual(['default']);
    expect(first.replied('x-litellm-rate-limiter-version')).toEqual(['v3']);
    expect([1, 2, 3].map(() => answered(to).status)).toEqual([200, 200, 200]);
    const refused = answered(to);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('Model capacity reached for group. Priority: None, Rate limit type: requests');
    expect(refused.replied('retry-after')).toEqual(['60']);
    expect(to.upstream.calls).toHaveLength(4);
  });

  test('from the threshold on the master key has the share of all without a priority', () => {
    const to = gateway(
      { rpm: 10 },
      {
        priority_reservation: { prod: 0.9 },
        priority_reservation_settings: { default_priority: 0.1, saturation_threshold: 0.25 },
      },
    );
    // Below five of twenty anybody may have them; then two are the share, and five are used.
    expect(Array.from({ length: 6 }, () => answered(to).status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answered(to).text).toContain('Priority-based rate limit exceeded. Model: group, Priority: None');
  });

  test('tokens count once the call is over', () => {
    const to = gateway({ tpm: 3 });
    expect([1, 2, 3].map(() => answered(to).status)).toEqual([200, 200, 429]);
  });

  test('without limits of deployments, or without the callback, nothing is limited', () => {
    expect(answered(gateway({})).replied('x-litellm-priority')).toEqual([]);
    const to = new AssembledGateway({
      deployments: [openaiDeployment({ rpm: 1 })],
      litellmRaw: { priority_reservation: { prod: 0.5 } },
    });
    expect([to.assembly.pipeline.limits.callers, answered(to).status, answered(to).status]).toEqual([null, 200, 200]);
  });

  test('what it refuses gives back the tokens that the limit of the key reserved', () => {
    const to = gateway({ rpm: 1, default_api_key_tpm_limit: 5000 });
    expect([answered(to).status, answered(to).status]).toEqual([200, 200]);
    // Each call reserves more than a thousand tokens.
    for (let call = 0; call < 10; call++) expect(answered(to).text).toContain('Model capacity reached for group');
    expect(to.upstream.calls).toHaveLength(2);
  });
});

describe('shares', () => {
  const RESERVED = { prod: 0.5, dev: 0.3 };
  const PRIORITIES = ['prod', 'dev', null] as const;
  const RPM = 20;

  function requestOf(snapshot: ReturnType<typeof snapshotWith>, priority: string | null): LimitedRequest {
    const candidates = snapshot.deployments.map((each) => ({ deployment: each, model: each.model }));
    return {
      caller: { kind: 'master', limits: { keyMetadata: priority === null ? {} : { priority } } },
      resolution: { kind: 'group', group: 'group', candidates },
    } as unknown as LimitedRequest;
  }

  test('hold as an exact count says, over two threads', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ who: fc.nat(2), thread: fc.nat(1) }), { maxLength: 60 }), (calls) => {
        const snapshot = snapshotWith({
          deployments: [deployment('a', 'group', { model: 'openai/gpt-4o', rpm: RPM })],
          litellmRaw: { ...CALLBACKS, priority_reservation: RESERVED },
        });
        const memory = { limits: limitMemoryFor(snapshot, null) } as Parameters<typeof compileLimits>[0]['memory'];
        const settings = prioritySettings(snapshot);
        if (settings === null) throw new Error('no priorities');
        const shared = memory.limits['priorities'];
        const threads = [0, 1].map(() =>
          createPriorityLimits(
            snapshot,
            new PriorityLimiter({ now: () => START, settings, ...(shared === undefined ? {} : { shared }) }),
          ),
        );
        const used = new Map<string | null, number>();
        let all = 0;
        for (const { who, thread } of calls) {
          const priority = PRIORITIES[who] ?? null;
          const share = Math.trunc(RPM * (priority === null ? 0.25 : RESERVED[priority]));
          const mine = used.get(priority) ?? 0;
          const expected = all < RPM && (all < RPM / 2 || mine < share);
          let passed = true;
          try {
            void threads[thread]?.admit(requestOf(snapshot, priority));
          } catch (error) {
            if (!(error instanceof GatewayError)) throw error;
            passed = false;
          }
          expect(passed).toBe(expected);
          if (!passed) continue;
          all += 1;
          used.set(priority, mine + 1);
        }
      }),
      { numRuns: 30 },
    );
  });
});
