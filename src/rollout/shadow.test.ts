import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import type { JsonObject } from '../protocol/json.ts';

const shadowOf = (shadow: JsonObject): JsonObject => ({ tokenizer: { mode: 'shadow', shadow } });
const ALL = { percent: 100, queue: 1_000, time_percent: 100 };

describe('shadow mode', () => {
  it('answers by the original before the fast path is run at all, and compares afterwards', async () => {
    const { component, time } = testRollout({ block: shadowOf(ALL) });
    const order: string[] = [];
    const call = component.wrap({
      fast: (text: string) => {
        order.push('fast');
        time.spend(1);
        return text.length;
      },
      original: (text: string) => {
        order.push('original');
        time.spend(3);
        return text.length;
      },
    });
    expect(call('abc')).toBe(3);
    expect(order).toEqual(['original']);
    await time.runTurns();
    expect(order).toEqual(['original', 'fast']);
    const report = component.report();
    expect(report).toMatchObject({
      state: 'shadow',
      applied: false,
      percent: 0,
      why: 'set by acceleration.tokenizer; 1 compared, 0 differ',
      counts: { originalCalls: 1, fastCalls: 0, comparisons: 1 },
    });
    expect([report.latency.fast?.p50Ms, report.latency.original?.p50Ms].map((ms) => Math.round(ms ?? 0))).toEqual([
      1, 3,
    ]);
  });

  it('takes a sample of the calls, true within 3 sigma', async () => {
    const { component, time } = testRollout({ block: shadowOf({ ...ALL, percent: 10 }) });
    let shadows = 0;
    const call = component.wrap({ fast: () => void shadows++, original: () => {} });
    for (let index = 0; index < 20_000; index++) {
      call();
      if (index % 20 === 0) await time.runTurns();
    }
    await time.runTurns();
    expect(shadows).toBe(component.report().counts.comparisons);
    expect(Math.abs(shadows - 2_000)).toBeLessThan(3 * Math.sqrt(20_000 * 0.1 * 0.9));
  });

  it('never answers by a fast path that throws or differs', async () => {
    const { component, time, events } = testRollout({ block: shadowOf(ALL) });
    let calls = 0;
    const call = component.wrap({
      fast: (): number => {
        if (calls++ % 2 === 0) throw new TypeError('secret prompt');
        return -1;
      },
      original: () => 1,
    });
    for (let index = 0; index < 20; index++) {
      expect(call()).toBe(1);
      await time.runTurns();
    }
    expect(component.report()).toMatchObject({
      state: 'shadow',
      counts: { comparisons: 20, mismatches: 20, fallbacks: 0, rollbacks: 0, originalCalls: 20, fastCalls: 0 },
    });
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'mismatch', during: 'shadow', error: { name: 'TypeError' } },
      { type: 'mismatch', during: 'shadow', error: null },
    ]);
  });

  it('agrees where both throw the same, and the caller gets the error of the original', async () => {
    const { component, time } = testRollout({ block: shadowOf(ALL) });
    const call = component.wrap({
      fast: () => {
        throw new RangeError('fast');
      },
      original: () => {
        throw new RangeError('original');
      },
    });
    expect(call).toThrow('original');
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 1, mismatches: 0 });
  });

  it('has no side effects: nothing runs beside the original of calls that cannot be run twice', async () => {
    for (const repeatable of ['after_failure', 'never'] as const) {
      const { component, time } = testRollout({ definition: { repeatable }, block: shadowOf(ALL) });
      let effects = 0;
      const call = component.wrap({ fast: () => effects++, original: () => 7 });
      const callLater = component.wrapAsync({
        fast: () => Promise.resolve(effects++),
        original: () => Promise.resolve(7),
      });
      for (let index = 0; index < 50; index++) expect([call(), await callLater()]).toEqual([7, 7]);
      await time.runTurns();
      expect([effects, time.turns]).toEqual([0, 0]);
      expect(component.report().why).toBe('nothing is compared: its calls have side effects and cannot be run twice');
    }
  });

  it('runs the dry run in place of the fast path where there is one', async () => {
    const { component, time } = testRollout({ definition: { repeatable: 'never' }, block: shadowOf(ALL) });
    let effects = 0;
    const call = component.wrap({ fast: () => effects++, dryRun: () => 7, original: () => 7 });
    for (let index = 0; index < 50; index++) call();
    await time.runTurns();
    expect(effects).toBe(0);
    expect(component.report().counts).toMatchObject({ comparisons: 50, mismatches: 0 });
  });

  it('compares what the caller got and gave, not what it made of that', async () => {
    const { component, time } = testRollout({ block: shadowOf(ALL) });
    const call = component.wrap({
      fast: (ids: number[]) => ids.map((id) => id + 1),
      original: (ids: number[]) => ids.map((id) => id + 1),
      copyArguments: ([ids]): [number[]] => [[...ids]],
      copyResult: (ids) => [...ids],
    });
    const given = [1, 2, 3];
    const got = call(given);
    given.push(4);
    got.length = 0;
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 1, mismatches: 0 });
  });

  it('compares nothing where a copy fails, and the call goes on', async () => {
    const { component, time } = testRollout({ block: shadowOf(ALL) });
    const fails = (): never => {
      throw new Error('cannot copy');
    };
    const one = component.wrap({ fast: () => 1, original: () => 1, copyArguments: fails });
    const other = component.wrap({ fast: () => 1, original: () => 1, copyResult: fails });
    expect([one(), other()]).toEqual([1, 1]);
    await time.runTurns();
    expect(component.report().counts.comparisons).toBe(0);
  });
});

describe('the queue of comparisons', () => {
  it('is bounded, and counts what it has no room for', async () => {
    const { component, time } = testRollout({ block: shadowOf({ ...ALL, queue: 4 }) });
    let shadows = 0;
    const call = component.wrap({ fast: () => void shadows++, original: () => {} });
    for (let index = 0; index < 1_000; index++) call();
    expect(time.turns).toBe(1);
    await time.runTurns();
    expect(shadows).toBe(4);
    expect(component.report().counts).toMatchObject({ comparisons: 4, skippedComparisons: 996 });
  });

  it('runs one comparison to a turn of the event loop', async () => {
    const { component, time } = testRollout({ block: shadowOf(ALL) });
    const runs: number[] = [];
    const call = component.wrap({ fast: () => void runs.push(time.turns), original: () => {} });
    for (let index = 0; index < 5; index++) call();
    await time.runTurns();
    expect(runs).toEqual([0, 0, 0, 0, 0]);
  });

  it('takes no more than its share of the time', async () => {
    const { component, time } = testRollout({ block: shadowOf({ ...ALL, time_percent: 5 }) });
    let shadowMs = 0;
    const call = component.wrap({
      fast: () => {
        time.spend(8);
        shadowMs += 8;
        return 0;
      },
      original: () => {
        time.spend(2);
        return 0;
      },
    });
    const started = time.now();
    for (let index = 0; index < 5_000; index++) {
      call();
      await time.runTurns();
    }
    const share = (shadowMs / (time.now() - started)) * 100;
    expect(share).toBeGreaterThan(3);
    expect(share).toBeLessThan(5.5);
  });

  it('drops what waits when the time is spent, and takes more once it is earned again', async () => {
    const { component, time } = testRollout({ block: shadowOf({ ...ALL, time_percent: 10 }) });
    let shadows = 0;
    let copies = 0;
    const call = component.wrap({
      fast: () => {
        shadows++;
        time.spend(50);
        return 0;
      },
      original: () => 0,
      copyArguments: (args) => {
        copies++;
        return args;
      },
    });
    for (let index = 0; index < 10; index++) call();
    await time.runTurns();
    expect(shadows).toBe(1);
    expect(component.report().counts.skippedComparisons).toBe(9);
    // Nothing is copied in vain while no time is left.
    call();
    expect([copies, component.report().counts.skippedComparisons]).toEqual([10, 10]);
    time.pass(1_000);
    call();
    await time.runTurns();
    expect(shadows).toBe(2);
  });

  it('is not held up for ever by one that hangs', async () => {
    const { component, time, rollout } = testRollout({
      block: { tokenizer: { mode: 'shadow', shadow: ALL, time_limit: '1s' } },
    });
    let calls = 0;
    const call = component.wrapAsync({
      fast: () => (calls++ === 0 ? new Promise<number>(() => {}) : Promise.resolve(1)),
      original: () => Promise.resolve(1),
    });
    expect(await Promise.all([call(), call(), call()])).toEqual([1, 1, 1]);
    await time.runTurns();
    expect([calls, component.report().counts.comparisons]).toEqual([1, 0]);
    time.pass(1_100);
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 3, mismatches: 1 });
    rollout.close();
  });

  it('is emptied when the rollout is closed', async () => {
    const { component, time, rollout } = testRollout({ block: shadowOf(ALL) });
    let shadows = 0;
    const call = component.wrap({ fast: () => shadows++, original: () => 0 });
    for (let index = 0; index < 5; index++) call();
    rollout.close();
    await time.runTurns();
    expect([shadows, call(), time.timers]).toEqual([0, 0, 0]);
  });
});
