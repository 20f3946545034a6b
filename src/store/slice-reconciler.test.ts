import { expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { SliceSet } from '../rate-limit/slices/slice-set.ts';
import { SliceReconciler } from './slice-reconciler.ts';

const START = 1_800_000_000_000;

it('leaves what it did not report to the one that follows it', async () => {
  const now = () => START;
  const slices = new SliceSet({ seed: 1, capacity: 20, leases: 20 });
  slices.signals.setAlone(false);
  const store = { exchangeSlices: () => Promise.reject(new Error('gone')) };
  const first = new SliceReconciler({ slices, store, intervalMs: 100, now });
  const [waiting, changed] = ['waiting', 'changed'].map((name) => new TableKey().fill(1, 1, name)) as [
    TableKey,
    TableKey,
  ];
  slices.requests.take(waiting, 10, 1, START);
  slices.tokens.adjust(changed, 5, { takenAt: START, limit: 10, sameWindowOnly: false }, START);
  // Only what somebody waits for; the other key was taken out of the ring, too.
  await expect(first.exchange({ id: 'a', processes: 1 }, true)).rejects.toThrow('gone');
  first.stop();
  await first.exchange({ id: 'a', processes: 1 }, false);
  slices.requests.take(waiting, 10, 1, START);
  slices.tokens.adjust(changed, 5, { takenAt: START, limit: 10, sameWindowOnly: false }, START);
  expect(slices.signals.drain()).toMatchObject([
    { kind: 'requests', tag: waiting.tag, isUrgent: true },
    { kind: 'tokens', tag: changed.tag, isUrgent: false },
  ]);
});
