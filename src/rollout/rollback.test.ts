/** Faults of every kind, injected into the fast path of synchronous calls; time stands still unless a test moves it. */
import { describe, expect, it } from 'vitest';
import { type TestRollout, testRollout } from '../../test/support/rollout.ts';
import type { RolloutEvent } from './contract.ts';

/** Else 1; the original takes 2. */
const MS_OF_FAULT: ReadonlyMap<string, number> = new Map([
  ['slow', 4],
  ['very slow', 20],
]);

/** A fast path whose behaviour a test changes, and an original that is always right. */
class Plant {
  fault: 'none' | 'throw' | 'wrong' | 'slow' | 'very slow' = 'none';
  originalThrows = false;
  fastCalls = 0;
  originalCalls = 0;
  readonly #rig: TestRollout;

  constructor(rig: TestRollout) {
    this.#rig = rig;
  }

  readonly fast = (text: string): number => {
    this.fastCalls++;
    this.#rig.time.spend(MS_OF_FAULT.get(this.fault) ?? 1);
    if (this.fault === 'throw' || this.originalThrows) throw new RangeError(`cannot count ${text}`);
    return this.fault === 'wrong' ? text.length + 1 : text.length;
  };

  readonly original = (text: string): number => {
    this.originalCalls++;
    this.#rig.time.spend(2);
    if (this.originalThrows) throw new RangeError('the original says it in other words');
    return text.length;
  };
}

function plant(options: Parameters<typeof testRollout>[0]) {
  const rig = testRollout(options);
  const faulty = new Plant(rig);
  return { ...rig, faulty, call: rig.component.wrap({ fast: faulty.fast, original: faulty.original }) };
}

function typesOf(events: readonly RolloutEvent[]): readonly string[] {
  return events.map(({ type }) => type);
}

describe('a fast path that throws', () => {
  it('never reaches the caller, and is rolled back with the fifth fault', () => {
    const { faulty, call, component, events } = plant({ block: { tokenizer: 'on' } });
    for (let index = 0; index < 10; index++) expect(call('abc')).toBe(3);
    faulty.fault = 'throw';
    for (let index = 0; index < 10; index++) expect(call('abc')).toBe(3);
    const { counts, state, percent, applied, why } = component.report();
    expect(counts).toMatchObject({ throws: 5, fallbacks: 5, rollbacks: 1, fastCalls: 15, originalCalls: 5 });
    expect([state, percent, applied]).toEqual(['rolled_back', 0, false]);
    expect(why).toBe('rolled back: error budget; tried again in 30s');
    expect(typesOf(events)).toEqual([...Array.from({ length: 5 }, () => 'fallback'), 'rolled_back']);
    expect(events.at(-1)).toMatchObject({
      cause: 'error_budget',
      attempt: 1,
      coolOffMs: 30_000,
      evidence: { faults: 5, mismatches: 0, error: { name: 'RangeError' } },
    });
  });

  it('stays while faults are within the budget', () => {
    const { faulty, call, component } = plant({ block: { tokenizer: 'on' } });
    for (let index = 0; index < 20_000; index++) {
      faulty.fault = index % 200 === 199 ? 'throw' : 'none';
      expect(call('abc')).toBe(3);
    }
    expect(component.report()).toMatchObject({
      state: 'serving',
      counts: { throws: 100, fallbacks: 100, rollbacks: 0 },
    });
  });

  it('stays when faults are rare in time, however many they become', () => {
    const { faulty, call, component, time } = plant({ block: { tokenizer: 'on' } });
    call('abc');
    for (let fault = 0; fault < 50; fault++) {
      faulty.fault = 'throw';
      expect(call('abc')).toBe(3);
      time.pass(120_000);
    }
    expect(component.report()).toMatchObject({ state: 'serving', counts: { throws: 50 } });
  });

  it('is not to blame where the original throws the same', () => {
    const { faulty, call, component, events } = plant({ block: { tokenizer: 'on' } });
    faulty.originalThrows = true;
    for (let index = 0; index < 100; index++) expect(() => call('abc')).toThrow('the original says it in other words');
    expect(component.report()).toMatchObject({
      state: 'serving',
      counts: { agreedErrors: 100, throws: 0, fallbacks: 0, mismatches: 0 },
    });
    expect(events).toEqual([]);
  });

  it('is to blame where the original throws something else', () => {
    const { component } = testRollout({ block: { tokenizer: { verify: { first_calls: 0 } } } });
    const call = component.wrap({
      fast: () => {
        throw new TypeError('ours');
      },
      original: () => {
        throw new RangeError('theirs');
      },
    });
    for (let index = 0; index < 5; index++) expect(call).toThrow('theirs');
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { throws: 5, agreedErrors: 0 } });
  });

  it('reaches the caller where the call cannot be run again, and counts where the fault is its own', () => {
    const { component, events } = testRollout({
      definition: { repeatable: 'never', isOwnFault: (error) => error instanceof TypeError },
    });
    let originals = 0;
    const call = component.wrap({
      fast: (error: Error): number => {
        throw error;
      },
      original: () => originals++,
    });
    for (let index = 0; index < 20; index++) expect(() => call(new Error('upstream'))).toThrow('upstream');
    expect(component.report()).toMatchObject({ state: 'serving', counts: { throws: 0 } });
    for (let index = 0; index < 5; index++) expect(() => call(new TypeError('ours'))).toThrow('ours');
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { throws: 5, fallbacks: 0 } });
    expect(originals).toBe(0);
    expect(events[0]).toMatchObject({ type: 'fallback', replayed: false });
  });
});

describe('a fast path that answers wrongly', () => {
  it('from the first call on never reaches the caller', () => {
    const { faulty, call, component, events } = plant({ block: { tokenizer: 'on' } });
    faulty.fault = 'wrong';
    for (let index = 0; index < 10; index++) expect(call('abc')).toBe(3);
    expect(component.report()).toMatchObject({
      state: 'rolled_back',
      applied: false,
      counts: { fastCalls: 1, mismatches: 1, comparisons: 1 },
    });
    expect(typesOf(events)).toEqual(['mismatch', 'rolled_back']);
    expect(events[1]).toMatchObject({ cause: 'mismatch' });
  });

  it('later is found by a sample, and rolled back by the first one', async () => {
    const { faulty, call, component, events, time } = plant({
      block: { tokenizer: { mode: 'on', verify: { percent: 20 } } },
    });
    for (let index = 0; index < 10; index++) call('abc');
    faulty.fault = 'wrong';
    let wrong = 0;
    for (let index = 0; index < 100; index++) {
      if (call('abc') !== 3) wrong++;
      await time.runTurns();
    }
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { mismatches: 1, rollbacks: 1 } });
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(40);
    expect(typesOf(events)).toEqual(['mismatch', 'rolled_back']);
  });

  it('is let pass as often as the budget says', async () => {
    const { faulty, call, component, time } = plant({
      block: { tokenizer: { mode: 'on', verify: { percent: 100 }, error_budget: { mismatches: 2 } } },
    });
    faulty.fault = 'wrong';
    for (let index = 0; index < 2; index++) expect(call('abc')).toBe(3);
    expect(component.report().state).toBe('serving');
    call('abc');
    await time.runTurns();
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { mismatches: 3 } });
  });

  it('is found when the comparison itself throws', () => {
    const { component } = testRollout({});
    const call = component.wrap({
      fast: () => 1,
      original: () => 2,
      equal: () => {
        throw new Error('cannot tell');
      },
    });
    expect(call()).toBe(2);
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { mismatches: 1 } });
  });
});

describe('a fast path that is slow', () => {
  it('is rolled back when its median is above the budget over enough samples', () => {
    const { faulty, call, component, events } = plant({ block: { tokenizer: 'canary:50' } });
    faulty.fault = 'slow';
    for (let index = 0; index < 600; index++) call('abc');
    const { state, counts } = component.report();
    expect([state, counts.rollbacks, counts.fallbacks]).toEqual(['rolled_back', 1, 0]);
    expect(faulty.fastCalls).toBeLessThan(250);
    expect(events[0]).toMatchObject({ type: 'rolled_back', cause: 'latency_budget' });
    const { evidence } = events[0] as Extract<RolloutEvent, { type: 'rolled_back' }>;
    expect((evidence.fastP50Ms ?? 0) / (evidence.originalP50Ms ?? 1)).toBeCloseTo(2, 0);
  });

  it('is judged anew by its trial, not by what it was before', () => {
    const { faulty, call, component, time } = plant({ block: { tokenizer: 'canary:50' } });
    faulty.fault = 'slow';
    while (component.report().state === 'serving') call('abc');
    faulty.fault = 'none';
    time.pass(30_000);
    while (component.report().state === 'trial') call('abc');
    for (let index = 0; index < 1_000; index++) call('abc');
    expect(component.report()).toMatchObject({ state: 'serving', counts: { rollbacks: 1, rearmed: 1 } });
  });

  it('is rolled back for its slowest calls alone', () => {
    const { faulty, call, component, events } = plant({ block: { tokenizer: 'canary:50' } });
    for (let index = 0; index < 2_000; index++) {
      faulty.fault = index % 10 === 0 ? 'very slow' : 'none';
      call('abc');
    }
    expect(component.report().counts.rollbacks).toBe(1);
    const { cause, evidence } = events[0] as Extract<RolloutEvent, { type: 'rolled_back' }>;
    expect(cause).toBe('latency_budget');
    expect(evidence.fastP50Ms ?? 0).toBeLessThan(evidence.originalP50Ms ?? 0);
    expect((evidence.fastP95Ms ?? 0) / (evidence.originalP95Ms ?? 1)).toBeGreaterThan(3);
  });

  it('is not judged by too few samples, however many the original has', () => {
    const { faulty, call, component } = plant({ block: { tokenizer: 'canary:5' } });
    faulty.fault = 'slow';
    for (let index = 0; index < 2_000; index++) call('abc');
    expect(component.report()).toMatchObject({ state: 'serving', counts: { rollbacks: 0 } });
  });

  it('is not rolled back by one slow call, nor by a few', () => {
    const { faulty, call, component } = plant({ block: { tokenizer: 'canary:50' } });
    for (let index = 0; index < 5_000; index++) {
      faulty.fault = index % 100 === 0 ? 'slow' : 'none';
      call('abc');
    }
    expect(component.report()).toMatchObject({ state: 'serving', counts: { rollbacks: 0 } });
  });

  it('is rolled back in mode on too, by the samples that verify it', async () => {
    const { faulty, call, component, time } = plant({
      block: { tokenizer: { mode: 'on', verify: { percent: 50 }, shadow: { time_percent: 100 } } },
    });
    faulty.fault = 'slow';
    for (let index = 0; index < 600; index++) {
      call('abc');
      await time.runTurns();
    }
    expect(component.report().counts.rollbacks).toBe(1);
  });

  it('stays where the budget is switched off', () => {
    const { faulty, call, component } = plant({
      block: { tokenizer: { mode: 'canary', percent: 50, latency_budget: false } },
    });
    faulty.fault = 'slow';
    for (let index = 0; index < 2_000; index++) call('abc');
    expect(component.report().state).toBe('serving');
  });
});

describe('what a rolled-back component does', () => {
  /** Five faults: rolled back. */
  function rolledBack(block = { tokenizer: 'on' as const }) {
    const all = plant({ block });
    all.call('abc');
    all.faulty.fault = 'throw';
    for (let index = 0; index < 5; index++) all.call('abc');
    expect(all.component.report().state).toBe('rolled_back');
    return all;
  }

  it('waits for its cool-off, tries a small percentage, and comes back', () => {
    const { faulty, call, component, time, events, rollout } = rolledBack();
    faulty.fault = 'none';
    events.length = 0;
    const before = faulty.fastCalls;
    time.pass(29_000);
    for (let index = 0; index < 1_000; index++) call('abc');
    expect(faulty.fastCalls).toBe(before);
    time.pass(1_000);
    expect(component.report()).toMatchObject({ state: 'trial', percent: 5 });
    let calls = 0;
    while (component.report().state === 'trial') {
      call('abc');
      calls++;
    }
    // A hundred good calls of 5 %.
    expect(calls).toBeGreaterThan(1_000);
    expect(component.report()).toMatchObject({ state: 'serving', percent: 100, applied: true, counts: { rearmed: 1 } });
    expect(events.map(({ type, ...rest }) => [type, 'percent' in rest ? rest.percent : null])).toEqual([
      ['trial_started', 5],
      ['rearmed', null],
    ]);
    expect(time.timers).toBe(0);
    rollout.close();
  });

  it('goes back with the first fault of the trial, for twice as long each time, up to the longest', () => {
    const { call, component, time, events, faulty } = rolledBack();
    const coolOffs: number[] = [];
    for (let round = 0; round < 10; round++) {
      const last = events.findLast((event) => event.type === 'rolled_back');
      coolOffs.push(last?.coolOffMs ?? 0);
      time.pass(last?.coolOffMs ?? 0);
      expect(component.report().state).toBe('trial');
      const before = faulty.fastCalls;
      while (component.report().state === 'trial') expect(call('abc')).toBe(3);
      expect(faulty.fastCalls).toBe(before + 1);
    }
    expect(coolOffs.map((ms) => ms / 1_000)).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
    expect(events.at(-1)).toMatchObject({ type: 'rolled_back', cause: 'trial', attempt: 11 });
  });

  it('begins with the shortest cool-off again after it was healthy for the longest one', () => {
    const { faulty, call, component, time, events } = rolledBack();
    const rearm = (): void => {
      faulty.fault = 'none';
      time.pass(30_000);
      while (component.report().state === 'trial') call('abc');
      expect(component.report().state).toBe('serving');
    };
    const breakDown = (): number => {
      faulty.fault = 'throw';
      for (let index = 0; index < 200 && component.report().state === 'serving'; index++) call('abc');
      const last = events.at(-1);
      return last?.type === 'rolled_back' ? last.coolOffMs : 0;
    };
    rearm();
    expect(breakDown()).toBe(60_000);
    faulty.fault = 'none';
    time.pass(60_000);
    while (component.report().state === 'trial') call('abc');
    time.pass(3_600_000);
    expect(breakDown()).toBe(30_000);
  });

  it('ends its trial even where no identity falls into a small percentage', () => {
    const { component, time, rollout } = testRollout({ block: { tokenizer: 'on' } });
    let isBroken = true;
    const call = component.wrap({
      fast: (): number => {
        if (isBroken) throw new Error('broken');
        return 1;
      },
      original: () => 1,
      // The only user of this process; its place is 0.987.
      identityOf: () => 'user-1',
    });
    for (let index = 0; index < 5; index++) call();
    isBroken = false;
    time.pass(30_000);
    for (let minute = 0; minute < 10; minute++) {
      for (let index = 0; index < 50; index++) call();
      time.pass(30_000);
    }
    expect(component.report()).toMatchObject({ state: 'serving', counts: { rearmed: 1 } });
    rollout.close();
  });

  it('is verified anew before its answers are given', () => {
    const { faulty, call, component, time } = rolledBack();
    faulty.fault = 'wrong';
    time.pass(30_000);
    while (component.report().state === 'trial') expect(call('abc')).toBe(3);
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { mismatches: 1, rollbacks: 2 } });
  });

  it('is not compared with itself where the original calls itself', () => {
    const { component } = testRollout({ block: { tokenizer: { mode: 'on', verify: { first_calls: 1 } } } });
    const module = {
      one: (text: string): number => text.length,
      all: (texts: readonly string[]): number[] => texts.map((text) => module.one(text)),
    };
    const { one, all } = module;
    module.one = component.wrap({ fast: (text: string) => text.length + 1, original: one });
    module.all = component.wrap({
      fast: (texts: readonly string[]) => texts.map((text) => text.length + 1),
      original: all,
    });
    expect(module.all(['a', 'bc'])).toEqual([1, 2]);
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { mismatches: 1, fastCalls: 1 } });
  });
});
