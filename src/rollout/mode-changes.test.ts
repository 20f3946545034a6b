/** Schedules, overrides, new settings and the switch, in virtual time. */
import { describe, expect, it } from 'vitest';
import { ROLLOUT_START_MS, type TestRollout, testRollout } from '../../test/support/rollout.ts';
import { parseMode } from './mode-text.ts';
import { readSettings } from './read-settings.ts';

const MINUTE = 60_000;

/** Breaks the component until it is rolled back. */
function breakDown({ component }: TestRollout): void {
  const call = component.wrap({
    fast: (): number => {
      throw new Error('broken');
    },
    original: () => 1,
  });
  for (let index = 0; index < 2_000 && component.report().state !== 'rolled_back'; index++) call();
  expect(component.report().state).toBe('rolled_back');
}

function percents({ component, time }: TestRollout, minutes: number): readonly number[] {
  return Array.from({ length: minutes }, () => {
    const { percent } = component.report();
    time.pass(MINUTE);
    return percent;
  });
}

describe('a gradual rollout', () => {
  it('follows its schedule, tells each step, and leaves no timer after the last one', () => {
    const rig = testRollout({ environment: { FAST_LITELLM_TOKENIZER: 'gradual:1,10,50,100@2m' } });
    expect(percents(rig, 9)).toEqual([1, 1, 10, 10, 50, 50, 100, 100, 100]);
    expect(rig.events.map((event) => (event.type === 'gradual_step' ? [event.step, event.percent] : event))).toEqual([
      [2, 10],
      [3, 50],
      [4, 100],
    ]);
    expect(rig.time.timers).toBe(0);
  });

  it('sends true percentages, and keeps everybody on their side while it grows', () => {
    const { component, time } = testRollout({ block: { tokenizer: 'gradual:5,25,75@1m' } });
    const call = component.wrap({
      fast: () => 'fast',
      original: () => 'original',
      equal: () => true,
      identityOf: (_by, [user]: [string]) => user,
    });
    const users = Array.from({ length: 10_000 }, (_, index) => `user-${index}`);
    let before = new Set<string>();
    for (const share of [0.05, 0.25, 0.75]) {
      const inside = new Set(users.filter((user) => call(user) === 'fast'));
      expect(Math.abs(inside.size - 10_000 * share)).toBeLessThan(3 * Math.sqrt(10_000 * share * (1 - share)));
      expect([...before].every((user) => inside.has(user))).toBe(true);
      before = inside;
      time.pass(MINUTE);
    }
  });

  it('goes on where a start that is given says, before and after it', () => {
    const startedAt = (ms: number) =>
      testRollout({
        block: {
          tokenizer: {
            mode: 'gradual',
            steps: [1, 10, 100],
            step_duration: '10m',
            started_at: new Date(ROLLOUT_START_MS + ms).toISOString(),
          },
        },
      });
    expect(startedAt(-15 * MINUTE).component.report().percent).toBe(10);
    expect(startedAt(-1_000 * MINUTE).component.report().percent).toBe(100);
    expect(percents(startedAt(2 * MINUTE), 4)).toEqual([0, 0, 1, 1]);
  });

  it('stands still while the component is rolled back', () => {
    const rig = testRollout({ block: { tokenizer: 'gradual:50,100@10m' } });
    rig.time.pass(4 * MINUTE);
    breakDown(rig);
    rig.time.pass(30_000);
    const good = rig.component.wrap({ fast: () => 1, original: () => 1 });
    while (rig.component.report().state === 'trial') good();
    rig.time.pass(5.9 * MINUTE);
    expect(rig.component.report()).toMatchObject({ state: 'serving', percent: 50 });
    rig.time.pass(0.2 * MINUTE);
    expect(rig.component.report()).toMatchObject({ state: 'serving', percent: 100 });
  });

  it('waits longer than one timer can', () => {
    const rig = testRollout({ block: { tokenizer: 'gradual:1,100@60d' } });
    rig.time.pass(59 * 86_400_000);
    expect(rig.component.report().percent).toBe(1);
    expect(rig.events).toEqual([]);
    rig.time.pass(2 * 86_400_000);
    expect(rig.component.report().percent).toBe(100);
  });
});

describe('an override', () => {
  it('holds until it is removed, and is told', () => {
    const { rollout, component, events } = testRollout({ block: { tokenizer: 'canary:10' } });
    rollout.override('tokenizer', { mode: 'off' });
    expect(component.report()).toMatchObject({
      configured: 'canary:10',
      override: 'off',
      state: 'off',
      why: 'set at run time',
    });
    rollout.clearOverride('tokenizer');
    expect(component.report()).toMatchObject({ override: null, state: 'serving', percent: 10 });
    expect(events).toMatchObject([
      { type: 'mode_changed', from: 'canary:10', to: 'off', by: 'override', clearedRollback: false },
      { type: 'mode_changed', from: 'off', to: 'canary:10', by: 'override_removed' },
    ]);
  });

  it('lifts a rollback, or leaves it where asked', () => {
    const rig = testRollout({ block: { tokenizer: 'on' } });
    breakDown(rig);
    rig.rollout.override('tokenizer', { mode: 'canary', percent: 50 }, { keepRollback: true });
    expect(rig.component.report()).toMatchObject({ state: 'rolled_back', percent: 0, override: 'canary:50' });
    rig.rollout.clearOverride('tokenizer', { keepRollback: true });
    expect(rig.component.report()).toMatchObject({ state: 'rolled_back', override: null });
    rig.rollout.override('tokenizer', { mode: 'on' });
    expect(rig.component.report()).toMatchObject({ state: 'serving', percent: 100 });
    expect(rig.events.at(-1)).toMatchObject({ type: 'mode_changed', clearedRollback: true });
    expect(rig.time.timers).toBe(0);
  });

  it('is not disturbed by the schedule below it, which goes on', () => {
    const rig = testRollout({ block: { tokenizer: 'gradual:1,10,100@1m' } });
    rig.rollout.override('tokenizer', { mode: 'canary', percent: 3 });
    expect(percents(rig, 2)).toEqual([3, 3]);
    rig.rollout.clearOverride('tokenizer');
    expect(rig.component.report().percent).toBe(100);
    expect(rig.events.filter(({ type }) => type === 'gradual_step')).toEqual([]);
  });

  it('of a component that is not there names those that are', () => {
    const { rollout } = testRollout({});
    expect(() => rollout.override('tokeniser', { mode: 'on' })).toThrow('there are tokenizer');
  });
});

describe('new settings', () => {
  it('hold at once; counts, overrides and rollbacks stay', () => {
    const rig = testRollout({ block: { tokenizer: 'on' } });
    breakDown(rig);
    rig.rollout.configure(readSettings({ block: { tokenizer: 'canary:20' } }));
    expect(rig.component.report()).toMatchObject({
      configured: 'canary:20',
      state: 'rolled_back',
      counts: { throws: 5, rollbacks: 1 },
    });
    expect(rig.events.at(-1)).toMatchObject({ type: 'mode_changed', from: 'on', to: 'canary:20', by: 'configuration' });
    rig.rollout.override('tokenizer', { mode: 'shadow' });
    rig.rollout.configure(readSettings({ block: { tokenizer: 'off' } }));
    expect(rig.component.report()).toMatchObject({ configured: 'off', override: 'shadow', state: 'shadow' });
  });

  it('that say the same disturb no schedule and are not told', () => {
    const block = { tokenizer: 'gradual:1,10@1m' };
    const rig = testRollout({ block });
    rig.time.pass(MINUTE);
    rig.rollout.configure(readSettings({ block: { ...block, wire: 'off' } }));
    expect(rig.component.report().percent).toBe(10);
    expect(rig.events.map(({ type }) => type)).toEqual(['gradual_step']);
  });

  it('with another start move the schedule', () => {
    const startedAt = (minutes: number) => ({
      tokenizer: {
        mode: 'gradual',
        steps: [1, 10, 100],
        step_duration: '10m',
        started_at: new Date(ROLLOUT_START_MS - minutes * MINUTE).toISOString(),
      },
    });
    const { rollout, component } = testRollout({ block: startedAt(5) });
    expect(component.report().percent).toBe(1);
    rollout.configure(readSettings({ block: startedAt(15) }));
    expect(component.report().percent).toBe(10);
    rollout.close();
  });

  it('that cannot be met change nothing', () => {
    const { rollout, component } = testRollout({ block: { tokenizer: 'canary:10' } });
    const wrong = readSettings({ block: { tokenizer: { mode: 'off', sticky: 'content' } } });
    expect(() => rollout.configure(wrong)).toThrow('Write user, request.');
    expect(component.report().configured).toBe('canary:10');
  });
});

describe('the switch', () => {
  it('sends everything to the original, whatever is set, and back', () => {
    const { rollout, component, events } = testRollout({ block: { tokenizer: 'on' } });
    const call = component.wrap({ fast: () => 'fast', original: () => 'original', equal: () => true });
    expect(call()).toBe('fast');
    rollout.switchOff('an operator');
    rollout.override('tokenizer', { mode: 'on' });
    expect([call(), component.report().why]).toEqual(['original', 'everything is switched off by an operator']);
    rollout.switchOff(null);
    expect(call()).toBe('fast');
    expect(events.map((event) => (event.type === 'mode_changed' ? [event.to, event.by] : event))).toEqual([
      ['off', 'switch'],
      ['on', 'switch'],
    ]);
  });

  it('a rollout that is closed answers by the originals only', () => {
    const { rollout, component, time } = testRollout({ block: { tokenizer: 'gradual:100,100@1m' } });
    const call = component.wrap({ fast: () => 'fast', original: () => 'original', equal: () => true });
    expect(call()).toBe('fast');
    rollout.close();
    rollout.override('tokenizer', { mode: 'on' });
    expect([call(), time.timers]).toEqual(['original', 0]);
  });
});

describe('a rollback on request', () => {
  it('is one like any other', () => {
    const { rollout, component, events, time } = testRollout({});
    rollout.rollBack('tokenizer');
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { rollbacks: 1 } });
    expect(events).toMatchObject([{ type: 'rolled_back', cause: 'request', attempt: 1 }]);
    time.pass(30_000);
    expect(component.report()).toMatchObject({ state: 'trial', why: 'tried again after a rollback (request)' });
    rollout.close();
  });

  it('does nothing where the fast path does not serve', () => {
    const { rollout, component } = testRollout({ block: { tokenizer: 'shadow' } });
    rollout.rollBack('tokenizer');
    expect(component.report()).toMatchObject({ state: 'shadow', counts: { rollbacks: 0 } });
    expect(parseMode('shadow')).toEqual({ mode: 'shadow' });
  });
});
