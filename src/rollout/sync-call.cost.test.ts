/** Cost of a call in the modes of synchronous components: what is allocated, and how often the clock is read. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import { createRollout } from './create-rollout.ts';
import { readSettings } from './read-settings.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const CALLS = 200_000;

const count = (text: string): number => text.length;

describe('a call in a busy component', () => {
  // An argument array or a closure would be 16 bytes or more for each call.
  // Where more is sampled, the numbers of a sample are.
  it.each([
    ['on', 4],
    ['off', 4],
    ['shadow', 32],
  ])('allocates nothing of its own in mode %s but for its samples', (mode, most) => {
    const rollout = createRollout({ settings: readSettings({ block: { tokenizer: mode } }) });
    const component = rollout.component({
      name: 'tokenizer',
      replaces: 'x',
      sticky: ['call'],
      repeatable: 'always',
    });
    const call = component.wrap({ fast: count, original: count });
    const calls = (): number => {
      let sum = 0;
      for (let index = 0; index < CALLS; index++) sum += call('abc');
      return sum;
    };
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 12 && least >= most; round++) {
      expect(calls()).toBe(3 * CALLS);
      collectGarbage();
      const before = process.memoryUsage().heapUsed;
      calls();
      least = Math.min(least, (process.memoryUsage().heapUsed - before) / CALLS);
    }
    expect(least).toBeLessThan(most);
    rollout.close();
  });

  it.each([
    ['on', 0.05],
    ['off', 0.05],
    ['canary:50', 0.06],
  ])('reads the clock only for a sample in mode %s', (mode, most) => {
    const { component, time } = testRollout({ block: { tokenizer: mode } });
    const call = component.wrap({ fast: count, original: count, identityOf: (_by, [text]) => text });
    for (let index = 0; index < 50_000; index++) call('abc');
    time.clockReads = 0;
    for (let index = 0; index < CALLS; index++) call('abc');
    // Three reads for one of 64 calls: before, after, and for the windows.
    expect(time.clockReads / CALLS).toBeLessThan(most);
    expect(time.clockReads).toBeGreaterThan(0);
  });

  it('is timed each time while there are few', () => {
    const { component } = testRollout({ block: { tokenizer: 'on' } });
    const call = component.wrap({ fast: count, original: count });
    for (let index = 0; index < 100; index++) call('abc');
    expect(component.report().latency.fast?.samples).toBe(100);
  });

  it('does not ask for identities where everything goes one way', () => {
    const { component } = testRollout({ block: { tokenizer: 'on' } });
    let asked = 0;
    const call = component.wrap({ fast: count, original: count, identityOf: () => String(asked++) });
    for (let index = 0; index < 1_000; index++) call('abc');
    expect(asked).toBe(0);
  });
});
