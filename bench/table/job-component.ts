/** A component whose contestants are children that speak the protocol of `bench/child`. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { FirstUse, Job } from '../child/protocol.ts';
import { runJob, type JobResult, type Outcome, type Runner } from '../child/run-job.ts';
import type { Contestant, Reading } from './contract.ts';

export interface RunningContestant extends Contestant {
  readonly runner: Runner;
}

/** How an outcome becomes a reading. */
export interface Scale {
  /** In one call. */
  readonly operations: number;
  /** The result of a right call, or null where any is right. */
  readonly expected: number | null;
  /** Names a result that is not. */
  readonly wrong: (result: number) => string;
}

/** A contestant that is run by Node: its child gets the job's file behind. */
export function nodeRunner(folder: string): Runner {
  return { command: process.execPath, args: ['--expose-gc', path.join(folder, 'javascript-child.ts')] };
}

export function pythonRunner(python: string, folder: string): Runner {
  return { command: python, args: [path.join(folder, 'python-child.py')] };
}

/** Runs jobs one at a time, with a folder for their files. */
export class JobFolder {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'table-bench-'));

  async run(runner: Runner, job: Job): Promise<JobResult> {
    return runJob(runner, job, path.join(this.#folder, 'job.json'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function readingOf(outcome: Outcome, { operations, expected, wrong }: Scale): Reading {
  if ('why' in outcome) return outcome;
  return {
    value: outcome.nanoseconds / operations,
    wall: outcome.wallNanoseconds / operations,
    result: outcome.result,
    wrong: expected === null || outcome.result === expected ? null : wrong(outcome.result),
  };
}

/** The reading of a row that the job did not come to. */
export function unread({ broken }: Pick<JobResult, 'broken'>): Reading {
  return { why: broken === null ? 'was not measured' : `does not load: ${broken}` };
}

export function firstUseReadings(first: FirstUse): { readonly time: Reading; readonly memory: Reading } {
  const cpuMs = first.importCpuMs + first.callCpuMs;
  return {
    time: { value: cpuMs * 1e6, wall: first.wallMs * 1e6, wrong: null },
    memory: { value: first.rssGrowthMb * 1e6, wall: null, wrong: null },
  };
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
