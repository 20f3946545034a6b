/**
 * Runs a job in fresh processes: one for all of its rows, and another for those that are left when a row fails, ends the
 * process or takes too long.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { FirstUse, Job, Measured, Message } from './protocol.ts';

export type Outcome = Measured | Failed;

export interface Failed {
  /** Short enough for a cell. */
  readonly why: string;
}

export interface JobResult {
  readonly first: FirstUse | null;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Why the contestant could not even be loaded, or null. */
  readonly broken: string | null;
}

export interface Runner {
  readonly command: string;
  /** The job's file comes last. */
  readonly args: readonly string[];
}

/** Importing LiteLLM takes seconds. */
const LOAD_LIMIT_MS = 120_000;

export async function runJob(runner: Runner, job: Job, jobFile: string): Promise<JobResult> {
  const outcomes = new Map<string, Outcome>();
  let first: FirstUse | null = null;
  let rows = job.rows;
  do {
    writeFileSync(jobFile, JSON.stringify({ ...job, rows }));
    const run = await runOnce({ ...runner, args: [...runner.args, jobFile] }, job.limitMs, outcomes);
    if (run.first === null) return { first, outcomes, broken: run.lastWords };
    first ??= run.first;
    if (run.begun !== null && !outcomes.has(run.begun)) {
      const why = run.late ? `over ${job.limitMs / 1000} s` : `ends the process: ${run.lastWords}`;
      outcomes.set(run.begun, { why: shortened(why) });
    } else if (run.begun === null && rows.length > 0) return { first, outcomes, broken: run.lastWords };
    rows = rows.filter((row) => !outcomes.has(row));
  } while (rows.length > 0);
  return { first, outcomes, broken: null };
}

interface Run {
  readonly first: FirstUse | null;
  /** The last row that was begun. */
  readonly begun: string | null;
  readonly late: boolean;
  readonly lastWords: string;
}

async function runOnce(runner: Runner, limitMs: number, outcomes: Map<string, Outcome>): Promise<Run> {
  const child = spawn(runner.command, [...runner.args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      errors += error.message;
      resolve();
    });
  });
  let [first, begun, late, errors]: [FirstUse | null, string | null, boolean, string] = [null, null, false, ''];
  const giveUp = (): void => {
    late = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(giveUp, LOAD_LIMIT_MS);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.event === 'first') first = message;
    else if (message.event === 'begin') begun = message.row;
    else if (message.event === 'failed') outcomes.set(message.row, { why: shortened(`throws: ${message.why}`) });
    else outcomes.set(message.row, message);
    clearTimeout(timer);
    timer = setTimeout(giveUp, message.event === 'begin' ? limitMs : LOAD_LIMIT_MS);
  });
  await ended;
  clearTimeout(timer);
  const unloaded = late && begun === null;
  return { first, begun, late, lastWords: unloaded ? `takes over ${LOAD_LIMIT_MS / 1000} s` : lastWordsOf(errors) };
}

/** The line that names the error, else the last: Node ends with its version. */
function lastWordsOf(errors: string): string {
  const lines = errors.trim().split('\n');
  return shortened(lines.findLast((line) => /error|panic|overflow/i.test(line)) ?? lines.at(-1) ?? '');
}

/** One line without a mark that would end a cell. */
function shortened(text: string): string {
  const line = text.replaceAll(/[\s|]+/g, ' ');
  return line.length > 48 ? `${line.slice(0, 47)}…` : line;
}
