/** The suite that every counter runs: a counter made by `make` against an oracle made by `oracle`, and across threads. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter } from './contract.ts';
import type { CounterOptions } from './window-requests.ts';

/** The same rules, in the plainest words. */
export interface CounterOracle {
  take(key: string, limit: number, amount: number, now: number): number;
  left(key: string, limit: number, now: number): number;
  adjust(key: string, delta: number, charge: Charge, now: number): void;
}

export interface CounterContract {
  readonly name: string;
  /** File and class, for another thread. */
  readonly module: string;
  readonly className: string;
  readonly make: (options: CounterOptions) => Counter;
  readonly oracle: (windowMs: number) => CounterOracle;
  /** Whether counts can be corrected. */
  readonly adjusts: boolean;
}

const WINDOW_MS = 60_000;
const START = 1_800_000_000_000;

/** Waits in milliseconds: mostly short, some about a window. Multiples of 10, the tick of a window of 60 s. */
const forward = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((tens) => tens * 10),
  fc.integer({ min: 0, max: 7000 }).map((tens) => tens * 10),
  fc.constantFrom(59_990, 60_000, 60_010, 1000, 500, 120_000, 90_000_000),
);
/** Also back. What was swept while the clock was ahead cannot return, so this stays within the time between sweeps. */
const FARTHEST_STEP_MS = 40_000;
const stepping = fc.oneof(forward, fc.constantFrom(-10, -500, -30_000, -59_990, -120_000));
const clocks = fc.oneof(
  fc.record({ waits: fc.array(forward, { minLength: 80, maxLength: 80 }), farthest: fc.constant(Infinity) }),
  fc.record({ waits: fc.array(stepping, { minLength: 80, maxLength: 80 }), farthest: fc.constant(FARTHEST_STEP_MS) }),
);
const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  op: fc.constantFrom('take', 'take', 'take', 'left', 'adjust'),
  amount: fc.integer({ min: 1, max: 6 }),
  delta: fc.integer({ min: -6, max: 6 }),
});

export function runCounterContract(contract: CounterContract): void {
  describe(`${contract.name} as a counter`, () => {
    it('decides as the oracle does, whatever comes when', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 12 }),
          fc.array(step, { maxLength: 80 }),
          clocks,
          (limit, steps, clock) => {
            const counter = contract.make({ windowMs: WINDOW_MS, capacity: 100 });
            const oracle = contract.oracle(WINDOW_MS);
            let now = START;
            const taken = new Map<string, number>();
            const answers: [number, number][] = [];
            for (const [index, { key: text, op, amount: wanted, delta }] of steps.entries()) {
              const next = now + (clock.waits[index] ?? 0);
              now = Math.min(START + clock.farthest, Math.max(START - clock.farthest, next));
              const amount = contract.adjusts ? wanted : 1;
              const key = new TableKey().fill(counter.seed, 1, text);
              if (op === 'take') {
                const left = counter.take(key, limit, amount, now);
                answers.push([left, oracle.take(text, limit, amount, now)]);
                if (left !== REFUSED) taken.set(text, now);
              } else if (op === 'left') answers.push([counter.left(key, limit, now), oracle.left(text, limit, now)]);
              else if (contract.adjusts) {
                const charge: Charge = { takenAt: taken.get(text) ?? now, limit, sameWindowOnly: false };
                counter.adjust(key, delta, charge, now);
                oracle.adjust(text, delta, charge, now);
              }
            }
            expect(answers.map(([got]) => got)).toEqual(answers.map(([, want]) => want));
          },
        ),
      );
    });

    it('says how long to wait, no shorter and not much longer than it takes', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(800), { maxLength: 20 }), (limit, waits) => {
          const counter = contract.make({ windowMs: WINDOW_MS, capacity: 100 });
          const key = new TableKey().fill(counter.seed, 1, 'a');
          let now = START;
          for (const tens of waits) {
            now += tens * 10;
            counter.take(key, limit, 1, now);
          }
          const ms = counter.waitMs(key, limit, 1, now);
          expect(ms).toBeLessThanOrEqual(WINDOW_MS + 510);
          expect(counter.left(key, limit, now) > 0).toBe(ms === 0);
          expect(ms > 20 && counter.left(key, limit, now + ms - 20) > 0).toBe(false);
          expect(counter.take(key, limit, 1, now + ms)).not.toBe(REFUSED);
        }),
      );
    });

    it('admits exactly the limit to two threads that hit one table', async () => {
      const counter = contract.make({ windowMs: WINDOW_MS, capacity: 1000 });
      const threads = [1, 2].map(() => takeOnThread(contract, counter.buffers));
      const admitted = await Promise.all(threads);
      for (let key = 0; key < KEYS; key++) expect((admitted[0]?.[key] ?? 0) + (admitted[1]?.[key] ?? 0)).toBe(LIMIT);
      // Both had their part, else nothing was shown.
      for (const counts of admitted) expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    });
  });
}

const KEYS = 20;
const LIMIT = 20_000;

/** Takes each key's whole limit on a thread of its own. @returns what was admitted, by key */
function takeOnThread(contract: CounterContract, shared: CounterOptions['shared']): Promise<readonly number[]> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    (async () => {
      const { [workerData.className]: Counter } = await import(workerData.module);
      const { TableKey } = await import(workerData.tableKey);
      const counter = new Counter({ windowMs: ${WINDOW_MS}, capacity: 1000, shared: workerData.shared });
      const keys = Array.from({ length: ${KEYS} }, (_, i) => new TableKey().fill(counter.seed, 1, 'key' + i));
      const admitted = keys.map(() => 0);
      Atomics.add(workerData.gate, 0, 1);
      while (Atomics.load(workerData.gate, 0) < 2);
      for (let round = 0; round < ${LIMIT}; round++) {
        keys.forEach((key, i) => { if (counter.take(key, ${LIMIT}, 1, ${START}) >= 0) admitted[i]++; });
      }
      parentPort.postMessage(admitted);
    })();`;
  const workerData = {
    className: contract.className,
    module: new URL(contract.module, import.meta.url).href,
    tableKey: new URL('../primitives/table-key.ts', import.meta.url).href,
    shared,
    gate: gateOf(shared),
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const gates = new WeakMap<object, Int32Array>();

/** Both threads of one table start together. */
function gateOf(shared: CounterOptions['shared']): Int32Array {
  const owner = shared ?? {};
  const gate = gates.get(owner) ?? new Int32Array(new SharedArrayBuffer(4));
  gates.set(owner, gate);
  return gate;
}
