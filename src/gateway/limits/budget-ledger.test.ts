import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BudgetPeriod } from '../../config/budget-settings.ts';
import { BudgetLedger } from './budget-ledger.ts';

const START = Date.UTC(2027, 0, 31, 12);
const MINUTE: BudgetPeriod = { ms: 60_000 };

function ledgers(count: number, period: BudgetPeriod | null): readonly BudgetLedger[] {
  const buffer = BudgetLedger.allocate();
  return Array.from({ length: count }, () => new BudgetLedger(buffer, period));
}

describe('BudgetLedger', () => {
  test('counts as a list of charges does, whichever thread asks', () => {
    const step = fc.record({ afterMs: fc.nat(30_000), nanos: fc.nat(5_000_000_000), thread: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pair = ledgers(2, MINUTE);
        let [at, begun, spent] = [START, Number.NEGATIVE_INFINITY, 0];
        for (const { afterMs, nanos, thread } of steps) {
          at += afterMs;
          if (at - begun > 60_000) spent = 0;
          expect(pair[1 - thread]?.spentUsd(at)).toBeCloseTo(spent / 1e9, 12);
          if (nanos === 0) continue;
          if (at - begun > 60_000) begun = at;
          spent += nanos;
          pair[thread]?.charge(nanos / 1e9, at);
          expect(pair[1 - thread]?.endsAt(at)).toBe(begun + 60_000);
        }
      }),
    );
  });

  test('what costs anything is never nothing, and nonsense is not counted', () => {
    const [ledger] = ledgers(1, MINUTE);
    for (const cost of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) ledger?.charge(cost, START);
    expect([ledger?.spentUsd(START), ledger?.endsAt(START)]).toEqual([0, null]);
    ledger?.charge(1e-13, START);
    expect(ledger?.spentUsd(START)).toBe(1e-9);
  });

  test('without a period it lasts, and it is opened once', () => {
    const [ledger, other] = ledgers(2, null);
    ledger?.charge(1, START);
    expect([other?.spentUsd(START + 1e12), other?.endsAt(START)]).toEqual([1, null]);
    const [opened] = ledgers(1, MINUTE);
    opened?.open(START);
    opened?.open(START + 1000);
    expect(opened?.endsAt(START + 1000)).toBe(START + 60_000);
  });

  test('months are those of the calendar', () => {
    const [ledger] = ledgers(1, { months: 1 });
    ledger?.charge(1, START);
    expect(ledger?.endsAt(START)).toBe(Date.UTC(2027, 1, 28, 12));
    expect(ledger?.spentUsd(Date.UTC(2027, 1, 28, 12, 0, 1))).toBe(0);
  });

  test('loses nothing while two threads charge, over the end of a period too', async () => {
    const buffer = BudgetLedger.allocate();
    const ledger = new BudgetLedger(buffer, MINUTE);
    ledger.charge(1000, START - 120_000);
    const gate = new SharedArrayBuffer(4);
    const code = `const { workerData } = require('node:worker_threads');
      import(workerData.module).then(({ BudgetLedger }) => {
        const ledger = new BudgetLedger(workerData.buffer, ${JSON.stringify(MINUTE)});
        const waiting = new Int32Array(workerData.gate);
        Atomics.add(waiting, 0, 1);
        while (Atomics.load(waiting, 0) < 2);
        for (let call = 0; call < 100_000; call++) ledger.charge(0.000001, ${START});
      });`;
    const workerData = { module: new URL('budget-ledger.ts', import.meta.url).href, buffer, gate };
    const ended = [0, 1].map(() => once(new Worker(code, { eval: true, workerData }), 'exit'));
    expect(await Promise.all(ended)).toEqual([[0], [0]]);
    expect(ledger.spentUsd(START)).toBe(0.2);
  });
});
