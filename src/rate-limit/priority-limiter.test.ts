import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors/gateway-error.ts';
import { PriorityLimiter, type PrioritizedCall } from './priority-limiter.ts';
import { priorityPool, type PrioritySettings } from './priority-shares.ts';

const START = 1_800_000_000_000;
const settings: PrioritySettings = {
  reservation: new Map([
    ['prod', 0.9],
    ['dev', 0.1],
  ]),
};

function setUp(own: Partial<PrioritySettings> = {}) {
  const clock = { now: START };
  const limiter = new PriorityLimiter({ now: () => clock.now, settings: { ...settings, ...own } });
  const call = (
    priority: string | null,
    capacity = { requests: 10, tokens: null as number | null },
  ): PrioritizedCall => ({
    model: 'm',
    capacity,
    priority,
  });
  const admitted = (priority: string | null, times: number): number => {
    let count = 0;
    for (let time = 0; time < times; time++) if (refusal(priority) === null) count++;
    return count;
  };
  const refusal = (priority: string | null): GatewayError | null => {
    try {
      limiter.admit(call(priority));
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  };
  return { clock, limiter, call, admitted, refusal };
}

describe('PriorityLimiter', () => {
  it('lets a priority borrow until the threshold, and holds it to its share from there', () => {
    const { admitted, refusal } = setUp();
    expect(admitted('dev', 10)).toBe(5);
    expect(refusal('dev')?.message).toBe(
      'Priority-based rate limit exceeded. Model: m, Priority: dev, Rate limit type: requests, ' +
        'Model TPM: not configured, Model RPM: 10, Remaining: 0, Model saturation: 50.0%',
    );
    expect(refusal('dev')?.options.headers).toContain('x-litellm-saturation');
    expect(admitted('prod', 10)).toBe(5);
    expect(refusal('prod')?.message).toMatch(/^Model capacity reached for m\. Priority: prod, /);
  });

  it('counts nothing for what it refuses, and begins anew with the window', () => {
    const { clock, limiter, call, admitted } = setUp();
    admitted('dev', 1000);
    expect(limiter.saturation(call('dev'))).toBe(0.5);
    clock.now += 60_000;
    expect(limiter.saturation(call('dev'))).toBe(0);
    expect(admitted('dev', 10)).toBe(5);
  });

  it('counts tokens when they were used', () => {
    const { limiter, call } = setUp();
    const capacity = { requests: 100, tokens: 1000 };
    limiter.admit(call('prod', capacity));
    limiter.settle(call('prod', capacity), 1200);
    expect(limiter.saturation(call('prod', capacity))).toBe(1.2);
    expect(() => limiter.admit(call('prod', capacity))).toThrow(/Model capacity reached .* Rate limit type: tokens/);
  });

  it('has no pools when nothing is reserved, but still the capacity', () => {
    const { admitted } = setUp({ reservation: new Map() });
    expect(admitted('dev', 20)).toBe(10);
  });
});

describe('priorityPool', () => {
  const capacity = { requests: 1000, tokens: 100_000 };

  it('scales shares down that are more than everything, and gives all others one pool', () => {
    const over: PrioritySettings = {
      reservation: new Map([
        ['a', 0.6],
        ['b', 0.9],
      ]),
    };
    expect(priorityPool(over, 'm', 'a', capacity)).toEqual({ name: 'm:a', share: 0.6 / 1.5 });
    expect(priorityPool(over, 'm', 'x', capacity)).toEqual({ name: 'm:default_pool', share: 0.25 });
    expect(priorityPool(over, 'm', null, capacity)).toEqual({ name: 'm:default_pool', share: 0.25 });
    expect(priorityPool({ reservation: new Map() }, 'm', 'a', capacity)).toBe(null);
  });

  it('reads shares in requests and in tokens', () => {
    const of: PrioritySettings = {
      reservation: new Map([
        ['r', { type: 'rpm', value: 100 }],
        ['t', { type: 'tpm', value: 20_000 }],
        ['p', { type: 'percent', value: 0.3 }],
      ]),
    };
    expect(['r', 't', 'p'].map((name) => priorityPool(of, 'm', name, capacity)?.share)).toEqual([0.1, 0.2, 0.3]);
  });
});
