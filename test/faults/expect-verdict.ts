/** Holds a judgement against the table of verdicts, and hands it to the reporter. */
import { expect, type TestContext } from 'vitest';
import { isAtLeast, type Judgement } from '../support/verdict.ts';
import { EXPECTED_VERDICTS, type SetUp } from './expected-verdicts.ts';

declare module 'vitest' {
  interface TaskMeta {
    fault?: { readonly id: string; readonly setUp: SetUp } & Judgement;
  }
}

export function expectVerdict(
  { task }: Pick<TestContext, 'task'>,
  id: string,
  judgement: Judgement,
  setUp: SetUp = 'default',
): void {
  task.meta.fault = { id, setUp, ...judgement };
  const least = EXPECTED_VERDICTS[setUp][id];
  if (least === undefined) throw new Error(`${id} has no line in expected-verdicts.ts (${setUp})`);
  const { verdict, reasons } = judgement;
  const said = `${verdict}, at least ${least} expected: ${reasons.join('; ')}`;
  expect(`${id}: ${isAtLeast(verdict, least) ? 'as expected' : said}`).toBe(`${id}: as expected`);
}
