/** Every call of every tokenizer package on mixed texts, run by both sides and compared. */
import { expect, it } from 'vitest';
import { runProgram } from '../support/register-program.ts';

const ROUNDS = process.env['FUZZ_RUNS'] ?? '400';
/** All calls are compared, none is left out for want of time or room. */
const SHADOW = { mode: 'shadow', shadow: { percent: 100, queue: 1000, time_percent: 100 } };

it('agrees with the originals on mixed texts', { timeout: 600_000 }, async () => {
  const plain = await runProgram('random-texts.mjs', 'without', { ROUNDS });
  const environment = { ROUNDS, TURNS: '60', FAST_LITELLM_ACCELERATION: JSON.stringify({ tokenizer: SHADOW }) };
  const shadowed = await runProgram('random-texts.mjs', '--import', environment);
  const counts = shadowed.status?.components.find(({ name }) => name === 'tokenizer')?.counts;
  expect(counts).toMatchObject({ mismatches: 0, skippedComparisons: 0 });
  expect(counts?.comparisons).toBeGreaterThan(Number(ROUNDS) * 20);
  const fast = await runProgram('random-texts.mjs', '--import', { ROUNDS });
  expect([shadowed.seen, fast.seen]).toEqual([plain.seen, plain.seen]);
});
