import { describe, expect, it } from 'vitest';
import { TableKey } from '../../primitives/table-key.ts';
import { REFUSED } from '../contract.ts';
import type { SliceGrant, SliceUse } from './contract.ts';
import { SliceSignals } from './slice-signals.ts';
import { SliceTable } from './slice-table.ts';

const START = 1_800_000_000_000;
const WINDOW = START / 1000;

function setUp() {
  const signals = SliceSignals.create(8);
  signals.setAlone(false);
  const table = new SliceTable({ kind: 'requests', windowMs: 60_000, capacity: 20, signals, seed: 1 });
  const key = new TableKey().fill(1, 1, 'caller');
  const take = (amount = 1, now = START, limit = 10): number => table.take(key, limit, { amount }, now);
  const collect = (now = START, keep = 1000): SliceUse => {
    const use = table.collect(key, now, () => keep);
    if (use === null) throw new Error('there is no such key');
    return use;
  };
  const grant = (over: Partial<SliceGrant>, use: SliceUse, now = START): void =>
    table.apply(
      key,
      use,
      { window: WINDOW, leftMs: 60_000, used: use.used, granted: 0, free: 0, possible: 10, ...over },
      {
        askedAt: now,
        retryAt: now + 100,
        now,
      },
    );
  return { signals, table, key, take, collect, grant };
}

describe('slices', () => {
  it('refuse what is not held, ask for it once, and take what was granted', () => {
    const { signals, table, key, take, collect, grant } = setUp();
    expect([take(), take(), take()]).toEqual([REFUSED, REFUSED, REFUSED]);
    expect(table.isAsking(key, START)).toBe(true);
    expect(signals.drain()).toMatchObject([{ kind: 'requests', tag: key.tag, place: key.place, isUrgent: true }]);
    const use = collect();
    expect(use).toMatchObject({ pending: 3, smallest: 1, used: 0, window: 0 });
    expect(table.isAsking(key, START)).toBe(false);
    grant({ granted: 3, free: 7 }, use);
    expect([take(), take(), take()]).toEqual([9, 8, 7]);
    expect(take()).toBe(REFUSED);
  });

  it('report all that was used in the window, and keep what the control thread leaves', () => {
    const { take, collect, grant } = setUp();
    take();
    grant({ granted: 6, free: 4 }, collect());
    take();
    take();
    expect(collect(START, 1)).toMatchObject({ used: 2, kept: 1, fresh: 2, window: WINDOW });
    // Three were given back.
    expect([take(), take()]).toEqual([4, REFUSED]);
    expect(collect()).toMatchObject({ used: 3, kept: 0, fresh: 1, pending: 1 });
  });

  it('do not ask again before the window ends when the limit is used up, nor for an interval when others hold the rest', () => {
    const { table, key, take, collect, grant } = setUp();
    take();
    grant({ granted: 0, free: 0, possible: 4 }, collect());
    take(1, START + 90);
    expect(table.isAsking(key, START + 90)).toBe(false);
    expect(table.left(key, 10, START + 90)).toBe(0);
    take(1, START + 100);
    expect(table.isAsking(key, START + 100)).toBe(true);
    grant({ granted: 0, free: 0, possible: 0 }, collect(START + 100), START + 100);
    take(1, START + 59_000);
    expect(table.isAsking(key, START + 59_000)).toBe(false);
    take(1, START + 60_100);
    expect(table.isAsking(key, START + 60_100)).toBe(true);
  });

  it('end with the window, measured from before the question', () => {
    const { take, collect, grant } = setUp();
    take();
    grant({ granted: 5, free: 5, leftMs: 1000 }, collect());
    expect(take(1, START + 990)).toBe(9);
    expect(take(1, START + 1000)).toBe(REFUSED);
    expect(collect(START + 1000)).toMatchObject({ used: 0, window: 0, pending: 1 });
  });

  it('count what may have been used of a window that ended here while its answer was on the way', () => {
    const { take, collect, grant } = setUp();
    take();
    grant({ granted: 5, free: 5, leftMs: 1000 }, collect());
    take();
    const use = collect(START + 990);
    expect(use).toMatchObject({ used: 1, kept: 4 });
    take(1, START + 1010);
    grant({ granted: 2, free: 3, leftMs: 40 }, use, START + 1010);
    expect(collect(START + 1010)).toMatchObject({ used: 5, kept: 2, window: WINDOW });
  });

  it('leave alone a window that began here while an answer was on the way', () => {
    const { signals, take, collect, grant } = setUp();
    take();
    const use = collect();
    signals.setAlone(true);
    expect(take()).toBe(9);
    signals.setAlone(false);
    const before = collect();
    expect(before).toMatchObject({ used: 1, kept: 9, window: 0 });
    grant({ granted: 1, window: WINDOW + 7 }, { ...use, window: WINDOW });
    expect(collect()).toMatchObject({ used: 1, window: 0 });
  });

  it('are the process’s part of the limit, at least 1, while nobody answers', () => {
    const { signals, take } = setUp();
    signals.setAlone(true);
    signals.setProcesses(3);
    expect([take(), take(), take(), take()]).toEqual([2, 1, 0, REFUSED]);
    signals.setProcesses(100);
    const one = setUp();
    one.signals.setAlone(true);
    one.signals.setProcesses(100);
    expect([one.take(), one.take()]).toEqual([0, REFUSED]);
  });

  it('divide once what was left of an open window when nobody answers any more', () => {
    const { signals, take, collect, grant } = setUp();
    take();
    grant({ granted: 1, free: 9 }, collect());
    expect(take()).toBe(9);
    signals.setProcesses(3);
    signals.setAlone(true);
    expect([take(), take(), take(), take()]).toEqual([2, 1, 0, REFUSED]);
  });

  it('try again to tell when the ring was full', () => {
    const { signals, table, take } = setUp();
    for (let other = 0; other < 8; other++)
      table.take(new TableKey().fill(1, 2, String(other)), 10, { amount: 1 }, START);
    take();
    expect(signals.drain()).toHaveLength(8);
    take();
    expect(signals.drain()).toHaveLength(1);
  });

  it('never ask for more than a limit', () => {
    const { table, key, take, collect } = setUp();
    take(11);
    expect(table.isAsking(key, START)).toBe(false);
    take(10);
    take(10);
    expect(collect()).toMatchObject({ pending: 10, smallest: 10 });
  });
});
