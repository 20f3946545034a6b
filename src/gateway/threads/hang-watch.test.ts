import { describe, expect, it } from 'vitest';
import { HangWatch } from './hang-watch.ts';

const PERIOD_MS = 5_000;

interface Rig {
  /** One look per period, with these beats of lane 7 (null: it is not watched). */
  readonly look: (...beats: (number | null)[]) => void;
  readonly pause: (ms: number) => void;
  readonly said: string[];
}

function rig(): Rig {
  const said: string[] = [];
  const watch = new HangWatch(
    {
      stands: (lane, forMs) => said.push(`${lane} stands ${forMs / 1000}`),
      turnsAgain: (lane, afterMs) => said.push(`${lane} turns ${afterMs / 1000}`),
    },
    PERIOD_MS,
  );
  let now = 0;
  return {
    look(...beats) {
      for (const count of beats) {
        now += PERIOD_MS;
        watch.look(count === null ? new Map() : new Map([[7, count]]), now);
      }
    },
    pause: (ms) => (now += ms),
    said,
  };
}

const times = (count: number, value: number | null): (number | null)[] => Array<number | null>(count).fill(value);

describe('HangWatch', () => {
  it('says nothing of a loop that turns, however seldom', () => {
    const { look, said } = rig();
    look(1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3);
    expect(said).toEqual([]);
  });

  it('says so after 30 s, again whenever that doubles, and when it turns again', () => {
    const { look, said } = rig();
    look(4, ...times(6, 4));
    expect(said).toEqual(['7 stands 30']);
    look(...times(18, 4));
    expect(said).toEqual(['7 stands 30', '7 stands 60', '7 stands 120']);
    look(5, ...times(5, 5));
    expect(said.slice(3)).toEqual(['7 turns 125']);
  });

  it('forgets a lane that is not watched for a time', () => {
    const { look, said } = rig();
    look(...times(6, 4), null, ...times(6, 4));
    expect(said).toEqual([]);
  });

  it('takes no blame for the time in which the whole process stood still', () => {
    const { look, pause, said } = rig();
    look(1, 1);
    pause(600_000);
    look(1, 1, 1, 1);
    expect(said).toEqual([]);
    look(1);
    expect(said).toEqual(['7 stands 30']);
  });
});
