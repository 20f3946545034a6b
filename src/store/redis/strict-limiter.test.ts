/** What strict mode does when Redis does not answer; a rejection that nobody hears would fail the run. */
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import type { RedisConnection } from './connect-redis.ts';
import { StrictLimiter } from './strict-limiter.ts';

const SIZE = { kind: 'chat', characters: 0, outputCap: 10, candidates: 1 } as const;

function setUp(run: RedisConnection['run']) {
  const time = new VirtualTime(1_800_000_000_000);
  const slices = new SliceSet({ seed: 1, capacity: 20, leases: 20 });
  slices.signals.setAlone(false);
  slices.signals.setProcesses(2);
  const limiter = new StrictLimiter({
    connection: { isClustered: false, run, close: () => Promise.resolve() },
    namespace: '',
    slices,
    local: new SlicedLimiter({ slices, waitMs: 1000, now: time.now }),
    timeoutMs: 100,
    now: time.now,
    startTimer: time.startTimer,
  });
  const scopes = limiter.prepare([{ key: 'api_key', value: 'a', requests: 40, tokens: 100, parallel: 3 }]);
  return { time, limiter, admit: () => limiter.admit(scopes, { size: () => SIZE }) };
}

describe('strict mode without an answer', () => {
  it('decides by its part of the limit, at once when the call fails', async () => {
    const { limiter, admit } = setUp(() => Promise.reject(new Error('refused')));
    const decisions = [await admit(), await admit(), await admit()];
    // One of three slots is this process's.
    expect(decisions.map(({ admitted }) => admitted)).toEqual([true, false, false]);
    const [first] = decisions;
    if (first?.admitted === true) limiter.settle(first.hold, null);
    expect((await admit()).admitted).toBe(true);
  });

  it('decides after the time-out, and nobody hears what comes later, be it an answer or a failure', async () => {
    const calls: PromiseWithResolvers<unknown>[] = [];
    const { time, limiter, admit } = setUp(() => {
      const call = Promise.withResolvers<unknown>();
      calls.push(call);
      return call.promise;
    });
    const decisions = [admit(), admit()];
    await time.runUntil(time.now() + 101);
    expect((await Promise.all(decisions)).map(({ admitted }) => admitted)).toEqual([true, false]);
    calls[0]?.reject(new Error('connection lost'));
    calls[1]?.resolve([0, 1, 1_800_000_000, 1, 1_800_000_000, 10, 1_800_000_000]);
    await time.runUntil(time.now() + 60_000);
    // The late answer's slot is not renewed: no call holds it.
    expect(calls).toHaveLength(2);
    limiter.stop();
  });

  it('loses corrections that fail, and no more', async () => {
    const answer = [0, 1, 1_800_000_000, 1, 1_800_000_000, 10, 1_800_000_000];
    let isThere = true;
    const { limiter, admit } = setUp(() => (isThere ? Promise.resolve(answer) : Promise.reject(new Error('gone'))));
    const admission = await admit();
    if (!admission.admitted) throw new Error('Redis took it');
    isThere = false;
    limiter.settle(admission.hold, { promptTokens: 1, completionTokens: 1, totalTokens: 2 });
    expect(admission.hold.isSettled).toBe(true);
    limiter.stop();
  });
});
