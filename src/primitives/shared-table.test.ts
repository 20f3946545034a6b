import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SharedTable, type EntryPolicy } from './shared-table.ts';
import { TableKey } from './table-key.ts';

/** Entries of a value and the tick after which they are of no use. */
const policy: EntryPolicy = {
  words: 2,
  sweepTicks: 2 ** 30,
  remainingTicks: (words, at, tick) => ((words[at + 1] ?? 0) - tick) | 0,
};

const keyOf = (table: SharedTable, text: string): TableKey => new TableKey().fill(table.seed, 1, text);

interface Time {
  readonly tick: number;
  readonly life: number;
}

function put(table: SharedTable, text: string, value: number, { tick, life }: Time): void {
  const at = table.enter(keyOf(table, text), tick);
  table.words[at] = value;
  table.words[at + 1] = tick + life;
  table.leave();
}

function get(table: SharedTable, text: string, tick: number): number | null {
  const at = table.find(keyOf(table, text), tick);
  const value = at === -1 ? null : (table.words[at] ?? 0);
  table.leave();
  return value;
}

describe('SharedTable', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('keeps what is put under a key, also for another table on the same buffer', () => {
    const table = SharedTable.create({ capacity: 100, policy });
    put(table, 'a', 7, { tick: 1, life: 10 });
    const other = new SharedTable(table.buffer, policy);
    put(other, 'b', 8, { tick: 1, life: 10 });
    expect([get(other, 'a', 1), get(table, 'b', 1), get(table, 'c', 1)]).toEqual([7, 8, null]);
  });

  it('agrees with a map while there is room, whatever comes and goes', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 60 }),
      life: fc.integer({ min: 1, max: 50 }),
      wait: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.integer(), fc.array(step, { maxLength: 300 }), (seed, steps) => {
        const table = SharedTable.create({ capacity: 64, policy, seed });
        const map = new Map<string, { value: number; end: number }>();
        let tick = -100;
        steps.forEach(({ key, life, wait }, value) => {
          tick += wait;
          put(table, `k${key}`, value, { tick: tick, life: life });
          map.set(`k${key}`, { value, end: tick + life });
          const live = [...map].filter(([, { end }]) => end > tick);
          expect(live.map(([name]) => get(table, name, tick))).toEqual(live.map(([, entry]) => entry.value));
        });
        expect(table.costs.evicted).toBe(0);
      }),
    );
  });

  it('holds 10,000,000 keys in turn in the memory it began with, and keeps the newest', () => {
    const table = SharedTable.create({ capacity: 10_000, policy, seed: 1 });
    const bytes = table.buffer.byteLength;
    const key = new TableKey();
    for (let number = 0; number < 10_000_000; number++) {
      key.place = Math.imul(number, 0x9e_37_79_b1) >>> 0;
      key.tag = Math.imul(number + 1, 0x85_eb_ca_77) | 1;
      const at = table.enter(key, number >> 10);
      table.words[at + 1] = (number >> 10) + 6000;
      table.leave();
    }
    expect(table.buffer.byteLength).toBe(bytes);
    expect(bytes).toBeLessThan(200_000);
    put(table, 'newest', 5, { tick: 9766, life: 6000 });
    expect(get(table, 'newest', 9766)).toBe(5);
    expect(table.costs.evicted).toBeGreaterThan(9_000_000);
    // A sweep looks at each slot of a group and frees at least an eighth of it.
    expect(table.costs.sweeps).toBeLessThan(10_000_000 / 128);
  }, 120_000);

  it('evicts nothing but what is expired as long as that frees enough', () => {
    const table = SharedTable.create({ capacity: 1000, policy });
    for (let number = 0; number < 200_000; number++) put(table, `k${number}`, number, { tick: number, life: 700 });
    expect(table.costs.evicted).toBe(0);
    for (let number = 199_400; number < 200_000; number++) expect(get(table, `k${number}`, 199_999)).toBe(number);
  });

  it('holds its capacity without evicting anything', () => {
    for (const capacity of [1, 10, 100, 1000, 50_000]) {
      const table = SharedTable.create({ capacity, policy, seed: 5 });
      for (let number = 0; number < capacity; number++) put(table, `k${number}`, number, { tick: 0, life: 10 });
      expect(table.costs.evicted).toBe(0);
      for (let number = 0; number < capacity; number++) expect(get(table, `k${number}`, 0)).toBe(number);
    }
  });

  it('costs two Atomics operations a visit and about three looks at a slot', () => {
    const table = SharedTable.create({ capacity: 10_000, policy, seed: 5 });
    for (let number = 0; number < 10_000; number++) put(table, `k${number}`, number, { tick: 0, life: 10 });
    const operations = vi.spyOn(Atomics, 'compareExchange');
    const before = { ...table.costs };
    for (let number = 0; number < 10_000; number++) get(table, `k${number}`, 0);
    expect(operations).toHaveBeenCalledTimes(20_000);
    expect(table.costs.visits - before.visits).toBe(10_000);
    expect((table.costs.probes - before.probes) / 10_000).toBeLessThan(3);
    expect(table.costs.sweeps).toBe(before.sweeps);
  });

  it('sweeps a group when its time has come, and tells the policy what goes', () => {
    const dropped: number[] = [];
    const table = SharedTable.create({
      capacity: 10,
      policy: { ...policy, sweepTicks: 100, dropped: (words, at) => dropped.push(words[at] ?? 0) },
    });
    put(table, 'a', 1, { tick: 0, life: 10 });
    put(table, 'b', 2, { tick: 99, life: 10 });
    expect(dropped).toEqual([]);
    expect(get(table, 'b', 100)).toBe(2);
    expect(dropped).toEqual([1]);
    expect(get(table, 'b', -50)).toBe(2);
  });

  it('goes on round at the end of the ticks', () => {
    const table = SharedTable.create({ capacity: 10, policy });
    const end = 2 ** 31 - 5;
    put(table, 'a', 1, { tick: end, life: 10 });
    expect(get(table, 'a', (end + 9) | 0)).toBe(1);
  });

  it('refuses a capacity that is none, and a buffer that holds something else', () => {
    expect(() => SharedTable.create({ capacity: 0, policy })).toThrow(RangeError);
    expect(() => SharedTable.create({ capacity: 2 ** 31, policy })).toThrow(RangeError);
    expect(() => new SharedTable(new SharedArrayBuffer(1024), policy)).toThrow(TypeError);
    const { buffer } = SharedTable.create({ capacity: 1, policy });
    expect(() => new SharedTable(buffer, { ...policy, words: 3 })).toThrow(TypeError);
  });
});
