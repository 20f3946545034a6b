import { describe, expect, it } from 'vitest';
import { failure, SUCCESS, testRouter } from '../../test/support/router.ts';
import { callWithRetries } from './call-with-retries.ts';
import { routingRequest } from './routing-request.ts';

const pair = [{ id: 'a' }, { id: 'b', group: 'other' }];

describe('callWithRetries', () => {
  it('sleeps, retries and falls back, and tells how', async () => {
    const { core } = testRouter(pair, { router: { num_retries: 1, fallbacks: [{ g: ['other'] }] } });
    const slept: number[] = [];
    const result = await callWithRetries(core.route(routingRequest('g')), {
      attempt: ({ deployment }) =>
        Promise.resolve(
          deployment.id === 'b'
            ? { ok: true as const, value: 'answer', success: SUCCESS }
            : { ok: false as const, failure: failure('internal'), seconds: 1 },
        ),
      sleep: (seconds) => {
        slept.push(seconds);
        return Promise.resolve();
      },
    });
    expect(slept).toEqual([0.5, 1]);
    expect(result).toMatchObject({ ok: true, value: 'answer', outcome: { retries: 0, fallbacks: 1, group: 'other' } });
    expect(result.ok ? result.outcome.failures.length : 0).toBe(2);
  });

  it('frees the place when the program fails', async () => {
    const { core } = testRouter(pair);
    const broken = callWithRetries(core.route(routingRequest('g')), {
      attempt: () => Promise.reject(new TypeError('bug')),
      sleep: () => Promise.resolve(),
    });
    await expect(broken).rejects.toThrow('bug');
    expect(core.state.inFlight(0)).toBe(0);
    expect(core.state.fails(0, core.now())).toBe(0);
  });
});
