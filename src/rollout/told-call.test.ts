import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';

describe('a call that is told by hand', () => {
  it('goes to the side that its identity belongs to', () => {
    const { component } = testRollout({ block: { tokenizer: 'canary:50' } });
    const side = (user: string): string => component.begin((by) => `${by} ${user}`).side;
    const sides = Array.from({ length: 200 }, (_, index) => side(`u${index}`));
    expect(new Set(sides)).toEqual(new Set(['fast', 'original']));
    expect(Array.from({ length: 200 }, (_, index) => side(`u${index}`))).toEqual(sides);
  });

  it('may be replayed until its first output, and counts when the original has answered', () => {
    const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.begin();
    expect(call.fail(new TypeError('x'))).toBe('replay');
    expect(component.report().counts.throws).toBe(0);
    call.replayed();
    expect(component.report().counts).toMatchObject({ throws: 1, fallbacks: 1 });
  });

  it('may not after that: the failure counts and is passed on', () => {
    const { component, events } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.begin();
    call.commit();
    expect(call.fail(new TypeError('x'))).toBe('pass_on');
    expect(component.report().counts).toMatchObject({ throws: 1, fallbacks: 0 });
    expect(events).toMatchObject([{ type: 'fallback', replayed: false }]);
  });

  it('blames nothing on the fast path that the original fails too', () => {
    const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.begin();
    expect(call.fail(new TypeError('x'))).toBe('replay');
    call.replayFailed(new TypeError('y'));
    expect(component.report().counts).toMatchObject({ throws: 0, agreedErrors: 1 });
    const other = component.begin();
    expect(other.hang()).toBe('replay');
    other.replayFailed(new TypeError('y'));
    expect(component.report().counts).toMatchObject({ hangs: 1, agreedErrors: 1 });
  });

  it('rolls back like any other', () => {
    const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
    for (let index = 0; index < 5; index++) {
      const call = component.begin();
      call.hang();
      call.replayed();
    }
    expect(component.report()).toMatchObject({ state: 'rolled_back', counts: { hangs: 5 } });
    const call = component.begin();
    expect([call.side, call.fail(new Error('x'))]).toEqual(['original', 'pass_on']);
  });

  it('ends once: what comes later changes nothing', () => {
    const { component } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.begin();
    call.succeed();
    expect([call.fail(new Error('x')), call.hang()]).toEqual(['pass_on', 'pass_on']);
    call.replayed();
    const left = component.begin();
    left.cancel();
    left.succeed();
    left.commit();
    expect(component.report()).toMatchObject({ counts: { throws: 0, hangs: 0, fastCalls: 2 } });
    expect(component.report().latency.fast?.samples).toBe(1);
  });

  it('takes the time to the first output', () => {
    const { component, time } = testRollout({ definition: { repeatable: 'after_failure' } });
    const call = component.begin();
    time.spend(20);
    call.commit();
    time.spend(1_000);
    call.succeed();
    const { fast } = component.report().latency;
    expect([fast?.samples, Math.round(fast?.p50Ms ?? 0)]).toEqual([1, 20]);
  });

  it('is applied once a call went well', () => {
    const { component } = testRollout({ definition: { repeatable: 'never' } });
    const call = component.begin();
    expect(component.report()).toMatchObject({ applied: false, why: 'set by default; no call was good yet' });
    call.succeed();
    expect(component.report()).toMatchObject({ applied: true, why: 'set by default' });
  });

  it('compares by a job of its component, where one is wanted and there is room', async () => {
    const block = { tokenizer: { mode: 'shadow', shadow: { percent: 100, queue: 2 } } };
    const { component, time } = testRollout({ definition: { repeatable: 'never', canDryRun: true }, block });
    const offers = [true, false, true].map((isEqual) => component.begin().compareLater(() => Promise.resolve(isEqual)));
    expect(offers).toEqual([true, true, false]);
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 2, mismatches: 1, skippedComparisons: 1 });
    component.begin().compareLater(() => {
      throw new RangeError('the fast path failed');
    });
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 3, mismatches: 2 });
  });

  it('compares nothing that was not sampled', () => {
    const { component, time } = testRollout({ definition: { repeatable: 'never' }, block: { tokenizer: 'shadow' } });
    const call = component.begin();
    expect([call.sampled, call.compareLater(() => true), time.turns]).toEqual([false, false, 0]);
  });

  it('gives a comparison up after its time limit', async () => {
    const block = { tokenizer: { mode: 'shadow', shadow: { percent: 100 }, time_limit: '1s' } };
    const { component, time, rollout } = testRollout({ definition: { repeatable: 'never', canDryRun: true }, block });
    component.begin().compareLater(() => new Promise<boolean>(() => {}));
    component.begin().compareLater(() => true);
    await time.runTurns();
    time.pass(1_100);
    await time.runTurns();
    expect(component.report().counts).toMatchObject({ comparisons: 1, mismatches: 0, skippedComparisons: 1 });
    rollout.close();
  });
});
