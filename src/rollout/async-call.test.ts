import { describe, expect, it, vi } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';

/** What a promise did so far. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  return Promise.race([
    promise.then(
      (value) => `answered ${String(value)}`,
      (error: unknown) => `failed ${String(error)}`,
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('waits'))),
  ]);
}

describe('a wrapped asynchronous operation', () => {
  it('keeps `this` and the arguments, and answers as the side does', async () => {
    for (const mode of ['on', 'off', 'canary:50', 'shadow']) {
      const { component } = testRollout({ block: { tokenizer: mode } });
      const self = { factor: 3 };
      const run = async function (this: typeof self, value: number): Promise<number> {
        return this.factor * value;
      };
      const call = component.wrapAsync({ fast: run, original: run });
      for (let index = 0; index < 40; index++) expect(await call.call(self, index)).toBe(3 * index);
      const { counts } = component.report();
      expect(counts.fastCalls + counts.originalCalls).toBe(40);
    }
  });

  it("gives the original's own promise, and in mode off attaches nothing to it", () => {
    for (const [mode, attached] of [
      ['off', 0],
      ['shadow', 1],
    ] as const) {
      const { component } = testRollout({ block: { tokenizer: mode } });
      const promise = new Promise<number>(() => {});
      const thens = vi.spyOn(promise, 'then');
      const call = component.wrapAsync({ fast: () => promise, original: () => promise });
      expect(call()).toBe(promise);
      expect(thens).toHaveBeenCalledTimes(attached);
    }
  });

  it('lets the original answer a call that the fast path fails, at once or later', async () => {
    for (const fast of [
      (): Promise<number> => Promise.reject(new TypeError('later')),
      (): Promise<number> => {
        throw new TypeError('at once');
      },
    ]) {
      const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
      const call = component.wrapAsync({ fast, original: () => Promise.resolve(1) });
      for (let index = 0; index < 8; index++) expect(await call()).toBe(1);
      expect(component.report()).toMatchObject({
        state: 'rolled_back',
        counts: { throws: 5, fallbacks: 5, fastCalls: 5, originalCalls: 3 },
      });
    }
  });

  it('blames nothing on the fast path that the original fails too', async () => {
    const { component, events } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.wrapAsync({
      fast: () => Promise.reject(new TypeError('fetch failed')),
      original: () => Promise.reject(new TypeError('fetch failed, says the original')),
    });
    for (let index = 0; index < 50; index++) await expect(call()).rejects.toThrow('says the original');
    expect(component.report()).toMatchObject({ state: 'serving', counts: { agreedErrors: 50, throws: 0 } });
    expect(events).toEqual([]);
  });

  it('passes a failure on where the call cannot be run again', async () => {
    const { component } = testRollout({ definition: { repeatable: 'never' } });
    let originals = 0;
    const call = component.wrapAsync({
      fast: () => Promise.reject(new TypeError('ours')),
      original: async () => originals++,
    });
    for (let index = 0; index < 5; index++) await expect(call()).rejects.toThrow('ours');
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { throws: 5, fallbacks: 0 } });
    expect(originals).toBe(0);
  });

  it('compares samples after the answer', async () => {
    const { component, time } = testRollout({ block: { tokenizer: { mode: 'on', verify: { percent: 100 } } } });
    let originals = 0;
    const call = component.wrapAsync({
      fast: () => Promise.resolve([1]),
      original: async () => {
        originals++;
        return [1];
      },
    });
    expect(await call()).toEqual([1]);
    expect(originals).toBe(0);
    await time.runTurns();
    expect(component.report()).toMatchObject({ applied: true, counts: { comparisons: 1, mismatches: 0 } });
  });

  it('rolls back when a comparison finds another answer', async () => {
    const { component, time, events } = testRollout({});
    const call = component.wrapAsync({ fast: () => Promise.resolve(1), original: () => Promise.resolve(2) });
    await call();
    await time.runTurns();
    expect(component.report().state).toBe('rolled_back');
    expect(events.map(({ type }) => type)).toEqual(['mismatch', 'rolled_back']);
    expect(await call()).toBe(2);
  });

  it('frees the answers of comparisons', async () => {
    const freed: number[] = [];
    const { component, time } = testRollout({});
    const call = component.wrapAsync({
      fast: () => Promise.resolve(1),
      original: () => Promise.resolve(2),
      equal: () => true,
      discard: (value) => {
        freed.push(value);
        throw new Error('is not heard');
      },
    });
    expect(await call()).toBe(1);
    await time.runTurns();
    expect(freed).toEqual([2]);
  });
});

describe('a fast path that hangs', () => {
  const block = { tokenizer: { time_limit: '2s' } };

  it('is left when its time limit is over; the original answers, and the late answer is freed', async () => {
    const { component, time, events, rollout } = testRollout({ definition: { repeatable: 'after_failure' }, block });
    const freed: string[] = [];
    let answerLate = (_value: string): void => {};
    const call = component.wrapAsync({
      fast: () =>
        new Promise<string>((resolve) => {
          answerLate = resolve;
        }),
      original: () => Promise.resolve('original'),
      discard: (value) => freed.push(value),
    });
    const answer = call();
    time.pass(1_990);
    expect(await stateOf(answer)).toBe('waits');
    time.pass(50);
    expect(await stateOf(answer)).toBe('answered original');
    answerLate('late');
    await time.runTurns();
    expect(freed).toEqual(['late']);
    expect(events).toMatchObject([{ type: 'fallback', kind: 'hang', error: null, replayed: true }]);
    expect(component.report().counts).toMatchObject({ hangs: 1, throws: 0, fallbacks: 1 });
    rollout.close();
  });

  it('is rolled back after its fifth hang, all at the same time or not', async () => {
    const { component, time, rollout } = testRollout({ definition: { repeatable: 'after_failure' }, block });
    const call = component.wrapAsync({
      fast: () => new Promise<number>(() => {}),
      original: () => Promise.resolve(1),
    });
    const answers = Array.from({ length: 20 }, () => call());
    time.pass(2_100);
    expect(await Promise.all(answers)).toEqual(answers.map(() => 1));
    expect(component.report()).toMatchObject({
      state: 'rolled_back',
      counts: { hangs: 20, fallbacks: 20, rollbacks: 1 },
    });
    expect(time.timers).toBe(1);
    rollout.close();
    expect(time.timers).toBe(0);
  });

  it('is waited for where the call cannot be run again', async () => {
    const { component, time } = testRollout({ definition: { repeatable: 'never' }, block });
    let answer = (_value: number): void => {};
    const call = component.wrapAsync({
      fast: () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
      original: () => Promise.resolve(0),
    });
    const waiting = call();
    time.pass(3_600_000);
    expect([await stateOf(waiting), time.timers]).toEqual(['waits', 0]);
    answer(7);
    expect(await waiting).toBe(7);
  });

  it('does not end a trial that began after the call', async () => {
    const { component, time, rollout } = testRollout({
      definition: { repeatable: 'after_failure' },
      block: { tokenizer: { time_limit: '40s' } },
    });
    let fast = (): Promise<number> => new Promise(() => {});
    const call = component.wrapAsync({ fast: () => fast(), original: () => Promise.resolve(1) });
    const hanging = call();
    fast = () => Promise.reject(new Error('broken'));
    for (let index = 0; index < 5; index++) await call();
    expect(component.report().state).toBe('rolled_back');
    time.pass(30_000);
    expect(component.report().state).toBe('trial');
    time.pass(11_000);
    expect(await hanging).toBe(1);
    expect(component.report()).toMatchObject({ state: 'trial', counts: { hangs: 1, rollbacks: 1 } });
    rollout.close();
  });

  it('leaves no timer behind when it answers, but for one tick', async () => {
    const { component, time } = testRollout({ definition: { repeatable: 'after_failure' }, block });
    const call = component.wrapAsync({ fast: () => Promise.resolve(1), original: () => Promise.resolve(2) });
    expect(await call()).toBe(1);
    time.pass(20);
    expect(time.timers).toBe(0);
  });
});

describe('latency of asynchronous calls', () => {
  it('is taken of each one on both sides of a canary', async () => {
    const { component } = testRollout({ definition: { repeatable: 'never' }, block: { tokenizer: 'canary:50' } });
    const call = component.wrapAsync({ fast: () => Promise.resolve(1), original: () => Promise.resolve(1) });
    for (let index = 0; index < 2_000; index++) await call();
    const { counts, latency } = component.report();
    expect([latency.fast?.samples, latency.original?.samples]).toEqual([counts.fastCalls, counts.originalCalls]);
  });

  it('rolls back when the fast path is slower by the factor', async () => {
    const { component, time, events, rollout } = testRollout({
      definition: { repeatable: 'never' },
      block: { tokenizer: 'canary:50' },
    });
    const after = (ms: number) => (): Promise<number> =>
      new Promise((resolve) => {
        time.startTimer(() => resolve(1), ms);
      });
    const call = component.wrapAsync({ fast: after(40), original: after(20) });
    for (let index = 0; index < 500 && component.report().state === 'serving'; index++) {
      const answer = call();
      for (let step = 0; step < 2; step++) {
        time.pass(20);
        await time.runTurns();
      }
      await answer;
    }
    expect(events).toMatchObject([{ type: 'rolled_back', cause: 'latency_budget' }]);
    rollout.close();
  });
});
