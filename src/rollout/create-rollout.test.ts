/** With the system's own clocks and timers; everything else is tested in time that the tests move. */
import { describe, expect, it } from 'vitest';
import { createRollout } from './create-rollout.ts';
import { readSettings } from './read-settings.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a rollout with the system runtime', () => {
  it('serves, times and compares', async () => {
    const rollout = createRollout({ settings: readSettings({ block: { counter: { verify: { percent: 100 } } } }) });
    const component = rollout.component({ name: 'counter', replaces: 'x', sticky: ['call'], repeatable: 'always' });
    const call = component.wrap({ fast: (text: string) => text.length, original: (text: string) => text.length });
    const callLater = component.wrapAsync({ fast: async () => 1, original: async () => 1 });
    expect(['a', 'bc', 'def', 'ghij'].map((text) => call(text))).toEqual([1, 2, 3, 4]);
    expect(await callLater()).toBe(1);
    for (let turns = 0; turns < 100 && component.report().counts.comparisons < 5; turns++) await turn();
    const { counts, latency, applied } = component.report();
    expect([counts.comparisons, counts.mismatches, applied]).toEqual([5, 0, true]);
    expect(latency.fast?.samples).toBe(5);
    expect(rollout.report().atMs).toBeGreaterThan(Date.UTC(2025, 0));
    rollout.close();
  });

  it('holds no process open while it waits for a step, a cool-off or an answer', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const rollout = createRollout({ settings: readSettings({ block: { one: 'gradual:1,100@1d', two: 'on' } }) });
    rollout.component({ name: 'one', replaces: 'x', sticky: ['call'], repeatable: 'always' });
    const two = rollout.component({ name: 'two', replaces: 'x', sticky: ['call'], repeatable: 'after_failure' });
    const answer = two.wrapAsync({ fast: () => new Promise(() => {}), original: async () => 1 })();
    rollout.rollBack('two');
    expect(two.report().state).toBe('rolled_back');
    expect(timers()).toBe(before);
    expect(answer).toBeInstanceOf(Promise);
    rollout.close();
  });
});
