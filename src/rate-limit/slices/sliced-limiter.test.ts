import { describe, expect, it } from 'vitest';
import { TableKey } from '../../primitives/table-key.ts';
import { REFUSED, type Descriptor } from '../contract.ts';
import { SliceSet } from './slice-set.ts';
import { SLICE_KINDS } from './slice-signals.ts';
import { SlicedLimiter } from './sliced-limiter.ts';
import { takeOrAsk } from './take-or-ask.ts';

const START = 1_800_000_000_000;
/** As the limiter makes it for the scope of all tests. */
const KEY_OF_A = new TableKey().fill(1, 1, 'a');

function setUp() {
  const slices = new SliceSet({ seed: 1, capacity: 20, leases: 20 });
  slices.signals.setAlone(false);
  const now = (): number => START;
  const limiter = new SlicedLimiter({ slices, waitMs: 60, now: () => performance.timeOrigin + performance.now() });
  const fixed = new SlicedLimiter({ slices, waitMs: 1000, now });
  const admit = (limits: Partial<Descriptor>, by = fixed, tokens = 5) => {
    const descriptor: Descriptor = {
      key: 'api_key',
      value: 'a',
      requests: null,
      tokens: null,
      parallel: null,
      ...limits,
    };
    const size = { kind: 'chat', characters: 0, outputCap: tokens, candidates: 1 } as const;
    return by.admit(by.prepare([descriptor]), { size: () => size });
  };
  /** What the control thread does, with a store that gives out what is asked for, up to `most`. */
  const answer = (most = Infinity, at = START): readonly string[] => {
    const asked: string[] = [];
    for (const { kind, place, tag } of slices.signals.drain()) {
      const key = Object.assign(new TableKey(), { place, tag });
      const use = slices.slices(kind).collect(key, at, (_use, held) => held);
      if (use === null) continue;
      asked.push(`${kind} ${use.used}+${use.pending}`);
      const granted = Math.min(most, use.pending);
      const grant = {
        window: Math.floor(at / 1000),
        leftMs: kind === 'parallel' ? 12_000 : 60_000,
        used: use.used,
        granted,
        free: 0,
        possible: 0,
      };
      slices.slices(kind).apply(key, use, grant, { askedAt: at, retryAt: at + 100, now: at });
    }
    slices.signals.answered();
    return asked;
  };
  return { slices, admit, answer, limiter, now };
}

describe('a limiter over slices', () => {
  it('waits for the answer before it refuses, and admits at once what is held', async () => {
    const { admit, answer } = setUp();
    const [first, second] = [admit({ requests: 2 }), admit({ requests: 2 })];
    expect(first).toBeInstanceOf(Promise);
    expect(answer()).toEqual(['requests 0+2']);
    expect([await first, await second]).toMatchObject([{ admitted: true }, { admitted: true }]);
    const third = admit({ requests: 2 });
    answer(0);
    expect(await third).toMatchObject({ admitted: false, status: { type: 'requests', remaining: 0, limit: 2 } });
    // Confirmed until the window ends.
    expect(admit({ requests: 2 })).toMatchObject({ admitted: false });
  });

  it('counts a request once, however often the limits behind it make it wait', async () => {
    const { admit, answer, slices } = setUp();
    const decision = admit({ requests: 9, parallel: 9, tokens: 100 });
    let isDone = false;
    void Promise.resolve(decision).then(() => (isDone = true));
    let asked: readonly string[] = [];
    while (!isDone) {
      asked = [...asked, ...answer()];
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Each of the three kinds made it wait.
    expect(asked.map((text) => text.replace(/ .*/, ''))).toEqual(
      expect.arrayContaining(['requests', 'parallel', 'tokens']),
    );
    expect(await decision).toMatchObject({ admitted: true, reservedTokens: 5 });
    expect(slices.slices('requests').collect(KEY_OF_A, START, () => 0)).toMatchObject({ used: 1, pending: 0 });
  });

  it('gives slots back to be reported', async () => {
    const { admit, answer, limiter } = setUp();
    const decision = admit({ parallel: 3 }, limiter);
    answer(1, Date.now());
    const admitted = await decision;
    if (!admitted.admitted) throw new Error('one slot was granted');
    limiter.fail(admitted.hold);
    expect(answer(0, Date.now())).toEqual(['parallel 0+0']);
  });

  it('decides by the process’s part when no answer comes in time', async () => {
    const { admit, limiter, slices } = setUp();
    slices.signals.setProcesses(3);
    expect(await admit({ requests: 9 }, limiter)).toMatchObject({ admitted: true, statuses: [{ remaining: 2 }] });
    expect(slices.slices('requests').isOnItsOwn).toBe(false);
  });

  it('drops what belongs to a window that is over, and charges what is used now', async () => {
    const { slices, answer } = setUp();
    const key = new TableKey().fill(1, 1, 'x');
    const taken = takeOrAsk(
      slices,
      { type: 'tokens', key, limit: 100, amount: 10 },
      { now: () => START, waitMs: 1000 },
    );
    answer();
    expect(await taken).toBe(0);
    const { tokens } = slices;
    tokens.adjust(key, -5, { takenAt: START - 1000, limit: 100, sameWindowOnly: false }, START);
    tokens.adjust(key, 50, { takenAt: START - 1000, limit: 100, sameWindowOnly: false }, START);
    expect(answer()).toEqual(['tokens 10+0']);
    tokens.adjust(key, 50, { takenAt: START + 10, limit: 100, sameWindowOnly: false }, START + 10);
    expect(answer()).toEqual(['tokens 60+0']);
    tokens.adjust(key, -5, { takenAt: START, limit: 100, sameWindowOnly: false }, START + 61_000);
    expect(answer(0, START + 61_000)).toEqual([]);
  });

  it('takes one amount without a limiter, by the same rules', async () => {
    const { slices, answer, now } = setUp();
    const taking = { type: 'requests', key: new TableKey().fill(1, 99, 'deployment'), limit: 2, amount: 1 } as const;
    const first = takeOrAsk(slices, taking, { now, waitMs: 1000 });
    expect(first).toBeInstanceOf(Promise);
    answer();
    expect(await first).toBe(0);
    const second = takeOrAsk(slices, taking, { now, waitMs: 1000 });
    answer(0);
    expect(await second).toBe(REFUSED);
    expect(takeOrAsk(slices, taking, { now, waitMs: 1000 })).toBe(REFUSED);
  });

  it('counts in the same memory on another thread', () => {
    const { slices } = setUp();
    const other = new SliceSet({ seed: 1, capacity: 20, leases: 20, shared: slices.state });
    for (const kind of SLICE_KINDS) expect(other.slices(kind).table.buffer).toBe(slices.slices(kind).table.buffer);
    other.signals.setProcesses(7);
    expect(slices.signals.processes).toBe(7);
    expect(other.leases.buffers).toEqual(slices.leases.buffers);
  });
});
