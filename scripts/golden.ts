/**
 * Runs golden files: `npm run -s golden -- FILE…` (`.jsonl` or `.jsonl.gz`, any path). The file's name tells the set,
 * the set's runner is found in `scripts/golden/`. Prints at most 20 failures per file and ends with
 * `N passed, M failed`. Exit code 0: all passed; 1: a row failed; 2: a file could not be run.
 * `--with-ratchet`: failures up to the number in `test/golden/ratchet.json` are known and do not count; with
 * `--update-ratchet` the numbers are lowered to what fails.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

import { z } from 'zod';

import type { JsonObject } from '../src/protocol/json.ts';
import { show } from './golden/difference.ts';
import { exclusionFor, readExclusions, type Exclusion } from './golden/exclusions.ts';
import { pricesPath, readPrices, readText } from './golden/prices.ts';
import type { GoldenContext, GoldenOutcome, GoldenRunner } from './golden/runner.ts';

const FAILURES_SHOWN = 20;

interface Tally {
  passed: number;
  failed: number;
  /** Failed, within what the ratchet allows. */
  known: number;
  excluded: number;
}

export interface GoldenOptions {
  /** Folder with the runner files. */
  readonly runners: string;
  readonly exclusions: readonly Exclusion[];
  /** Set -> failures that count as known; the map is lowered to what fails. Left out: every failure counts. */
  readonly ratchet?: Map<string, number>;
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
  const total: Tally = { passed: 0, failed: 0, known: 0, excluded: 0 };
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
  if (total.known > 0) options.print(`${total.known} failures known, see test/golden/ratchet.json`);
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
  const failures: string[] = [];
  let [passed, excluded] = [0, 0];
  for (const [index, line] of lines.entries()) {
    const row: JsonObject = JSON.parse(line);
    const outcome = await outcomeOf(runner, row, context);
    if (outcome === null) passed++;
    else if (exclusionFor(set, row, options.exclusions) !== undefined) excluded++;
    else failures.push(`${set}:${index + 1} ${outcome}\n    ${show(row)}`);
  }
  total.passed += passed;
  total.excluded += excluded;
  settle(set, failures, total, options);
  options.print(`${set}: ${passed} passed, ${failures.length} failed`);
}

function settle(set: string, failures: readonly string[], total: Tally, options: GoldenOptions): void {
  const allowed = options.ratchet?.get(set) ?? 0;
  if (failures.length <= allowed) {
    total.known += failures.length;
    options.ratchet?.set(set, failures.length);
    return;
  }
  // More than are known: which of them are new cannot be told, so the surplus counts and all are shown.
  total.known += allowed;
  total.failed += failures.length - allowed;
  for (const failure of failures.slice(0, FAILURES_SHOWN)) options.print(failure);
  const hidden = failures.length - FAILURES_SHOWN;
  if (hidden > 0) options.print(`… ${hidden} more failures in ${set}`);
}

/** The outcome of one row of a golden file. */
export function runRow(runner: GoldenRunner, row: JsonObject, file: string, root: string): Promise<GoldenOutcome> {
  return outcomeOf(runner, row, contextFor(setOf(file), file, root));
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

/** Sets that have no runner or fail less now need no entry; the numbers may only fall. */
function readRatchet(file: string): Map<string, number> {
  return new Map(
    Object.entries(z.record(z.string(), z.int().positive()).parse(JSON.parse(readFileSync(file, 'utf8')))),
  );
}

async function main(root: string, args: readonly string[]): Promise<number> {
  const file = path.join(root, 'test/golden/ratchet.json');
  const ratchet = args.some((argument) => argument.endsWith('-ratchet')) ? readRatchet(file) : null;
  const files = args.filter((argument) => !argument.startsWith('--'));
  const code = await runGoldenFiles(files, {
    runners: path.join(import.meta.dirname, 'golden'),
    exclusions: readExclusions(path.join(root, 'test/golden/exclusions.json')),
    root,
    print: (line) => process.stdout.write(`${line}\n`),
    ...(ratchet === null ? {} : { ratchet }),
  });
  if (ratchet !== null && args.includes('--update-ratchet')) {
    const entries = [...ratchet].filter(([, failing]) => failing > 0);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
  return code;
}

if (import.meta.main) process.exitCode = await main(path.dirname(import.meta.dirname), process.argv.slice(2));
