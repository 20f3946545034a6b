/**
 * Runs golden files: `npm run -s golden -- FILE…` (`.jsonl` or `.jsonl.gz`, any path). The file's name tells the set,
 * the set's runner is found in `scripts/golden/`. Prints at most 20 failures per file and ends with
 * `N passed, M failed`. Exit code 0: all passed; 1: a row failed; 2: a file could not be run.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

import type { JsonObject } from '../src/protocol/json.ts';
import { show } from './golden/difference.ts';
import { exclusionFor, readExclusions, type Exclusion } from './golden/exclusions.ts';
import { pricesPath, readPrices, readText } from './golden/prices.ts';
import type { GoldenContext, GoldenOutcome, GoldenRunner } from './golden/runner.ts';

const FAILURES_SHOWN = 20;

interface Tally {
  passed: number;
  failed: number;
  excluded: number;
}

export interface GoldenOptions {
  /** Folder with the runner files. */
  readonly runners: string;
  readonly exclusions: readonly Exclusion[];
  /** Root of the checkout. */
  readonly root: string;
  readonly print: (line: string) => void;
}

/** Nobody runs this set yet. */
export class NoRunnerError extends Error {}

/** Name of the set of a golden file: `/x/cost.jsonl.gz` -> `cost`. */
export function setOf(file: string): string {
  return path
    .basename(file)
    .replace(/\.gz$/, '')
    .replace(/\.jsonl$/, '');
}

/** Runs the files and prints; returns the exit code. */
export async function runGoldenFiles(files: readonly string[], options: GoldenOptions): Promise<number> {
  const total: Tally = { passed: 0, failed: 0, excluded: 0 };
  let broken = files.length === 0 ? 'no golden file named' : null;
  for (const file of files) {
    try {
      await runFile(path.resolve(file), total, options);
    } catch (error) {
      broken = `${file}: ${messageOf(error)}`;
      options.print(broken);
    }
  }
  if (files.length === 0) options.print('usage: npm run -s golden -- FILE…');
  if (total.excluded > 0) options.print(`${total.excluded} rows excluded, see test/golden/exclusions.json`);
  options.print(`${total.passed} passed, ${total.failed} failed`);
  if (broken !== null) return 2;
  return total.failed > 0 ? 1 : 0;
}

async function runFile(file: string, total: Tally, options: GoldenOptions): Promise<void> {
  const set = setOf(file);
  const runner = await findRunner(set, options.runners);
  const context = contextFor(set, file, options.root);
  const lines = readText(file)
    .split('\n')
    .filter((line) => line !== '');
  if (lines.length === 0) throw new Error('no rows');
  const before = { ...total };
  let failedHere = 0;
  for (const [index, line] of lines.entries()) {
    const row: JsonObject = JSON.parse(line);
    const outcome = await outcomeOf(runner, row, context);
    if (outcome === null) total.passed++;
    else if (exclusionFor(set, row, options.exclusions) !== undefined) total.excluded++;
    else {
      total.failed++;
      if (failedHere++ < FAILURES_SHOWN) options.print(`${set}:${index + 1} ${outcome}\n    ${show(row)}`);
    }
  }
  if (failedHere > FAILURES_SHOWN) options.print(`… ${failedHere - FAILURES_SHOWN} more failures in ${set}`);
  options.print(`${set}: ${total.passed - before.passed} passed, ${total.failed - before.failed} failed`);
}

async function outcomeOf(runner: GoldenRunner, row: JsonObject, context: GoldenContext): Promise<GoldenOutcome> {
  try {
    return await runner.run(row, context);
  } catch (error) {
    return `threw ${messageOf(error)}`;
  }
}

function contextFor(set: string, file: string, root: string): GoldenContext {
  const directory = path.dirname(file);
  const prices = pricesPath(directory, root);
  let loaded: Readonly<Record<string, JsonObject>> | undefined;
  return {
    set,
    file,
    directory,
    pricesPath: prices,
    prices: () => Promise.resolve((loaded ??= readPrices(prices))),
  };
}

/** The runner whose `sets` matches; files named like the set are asked first, so that one broken runner stops no other. */
export async function findRunner(set: string, folder: string): Promise<GoldenRunner> {
  const likeness = (file: string): number => (set.startsWith(path.basename(file, '.ts')) ? 0 : 1);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort((left, right) => likeness(left) - likeness(right));
  for (const name of files) {
    const module: unknown = await import(pathToFileURL(path.join(folder, name)).href);
    if (hasRunner(module) && new RegExp(`^(?:${module.runner.sets.source})$`).test(set)) return module.runner;
  }
  throw new NoRunnerError(`no runner for the set "${set}"; add scripts/golden/${set}.ts`);
}

function hasRunner(module: unknown): module is { readonly runner: GoldenRunner } {
  return typeof module === 'object' && module !== null && 'runner' in module;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) {
  const root = path.dirname(import.meta.dirname);
  process.exitCode = await runGoldenFiles(process.argv.slice(2), {
    runners: path.join(import.meta.dirname, 'golden'),
    exclusions: readExclusions(path.join(root, 'test/golden/exclusions.json')),
    root,
    print: (line) => process.stdout.write(`${line}\n`),
  });
}
