/** Runs one measure of a limiter in a fresh process. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { Pythons } from '../installed.ts';
import { tablesFor } from './contestants.ts';
import { PROBE_CALLS, PROBE_LIMIT, type LimiterAnswer } from './protocol.ts';

export type Measure = 'speed' | 'memory' | 'memory-without' | 'threads';

/** Names of the Python contestants; every other is one of `contestants.ts`. */
export const PYTHON_LIMITERS = ['litellm', 'fast_litellm'] as const;

/** @throws Error when the contestant cannot be run */
export function runMeasure(
  { contestant, measure, keys }: { readonly contestant: string; readonly measure: Measure; readonly keys: number },
  pythons: Pythons,
): LimiterAnswer {
  const python = PYTHON_LIMITERS.find((name) => name === contestant);
  const script = path.join(import.meta.dirname, python === undefined ? 'child.ts' : 'python-child.py');
  const args = [script, contestant, measure, String(keys)];
  const [program, flags] =
    python === undefined
      ? [process.execPath, ['--expose-gc']]
      : [python === 'litellm' ? pythons.litellm : pythons.fastLitellm, []];
  const output = execFileSync(program, [...flags, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as LimiterAnswer;
}

/** What is wrong with its decisions, or null. */
export function wrongDecisions({ admitted }: LimiterAnswer): string | null {
  return admitted === PROBE_LIMIT ? null : `admits ${admitted} of ${PROBE_CALLS} at a limit of ${PROBE_LIMIT}`;
}

/** Bytes that a key costs. @param answers resident bytes with so many keys, and of the same without */
export function bytesPerKey(
  contestant: string,
  keys: number,
  [having, without]: readonly [LimiterAnswer, LimiterAnswer],
): number {
  const isPython = PYTHON_LIMITERS.some((name) => name === contestant);
  return (having.value - without.value) / (keys * (isPython ? 1 : tablesFor(keys)));
}
