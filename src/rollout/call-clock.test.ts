import { describe, expect, it } from 'vitest';
import { testRollout } from '../../test/support/rollout.ts';
import { CallClock } from './call-clock.ts';

describe('CallClock', () => {
  it('stands still while something is built, also where that fails or builds something itself', () => {
    let elapsedMs = 0;
    const clock = new CallClock(() => elapsedMs);
    const spend = (ms: number): number => (elapsedMs += ms);
    const answer = clock.build(() => {
      spend(10);
      clock.build(() => spend(20));
      return 'built';
    });
    expect([answer, clock.now()]).toEqual(['built', 0]);
    const failing = (): void => {
      spend(5);
      throw new RangeError('no memory');
    };
    expect(() => clock.build(failing)).toThrow('no memory');
    spend(1);
    expect(clock.now()).toBe(1);
  });
});

describe('what a component builds', () => {
  it.each(['on', 'canary:50', 'shadow', 'off'])('is in no latency with mode %s', async (mode) => {
    const block = { tokenizer: { mode, shadow: { percent: 100, time_percent: 100 } } };
    const { component, time } = testRollout({ block });
    const build = (ms: number): (() => void) => {
      let isBuilt = false;
      return () => {
        if (!isBuilt) component.building(() => time.spend(ms));
        isBuilt = true;
        time.spend(1);
      };
    };
    const call = component.wrap({ fast: build(500), original: build(900) });
    for (let i = 0; i < 40; i++) {
      call();
      await time.runTurns();
    }
    const { fast, original } = component.report().latency;
    expect(fast?.sumMs).toBe(fast?.samples);
    expect(original?.sumMs).toBe(original?.samples);
    expect((fast?.samples ?? 0) > 0).toBe(mode !== 'off');
    expect(original?.samples).toBeGreaterThan(0);
  });
});
