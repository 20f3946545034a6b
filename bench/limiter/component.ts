/** Rate limiting: time of a decision, and what a key costs in resident memory. */
import { builtPackage, installedFastLitellm, installedLitellm, installedPackage, type Pythons } from '../installed.ts';
import type { Component, Contestant, Quantity, Reading, Row } from '../table/contract.ts';
import { bytesPerKey, runMeasure, wrongDecisions } from './run-measure.ts';

const MANY = 50_000;
const SOME = 10_000;
const OURS = 'fast-litellm';

/** What a row measures, and of which of our limiters: what a program imports, or what the gateway does for a call. */
interface Task {
  readonly row: Row;
  readonly keys: number;
  readonly ours: 'fast-litellm, library' | 'fast-litellm, whole call, requests';
}

const NO_HOOK = 'has no gateway';

function row(name: string, label: string, quantity: Quantity = 'cpu'): Row {
  return { name, section: 'Rate limiting', label, quantity };
}

const TASKS: readonly Task[] = [
  {
    row: { ...row('limiter/1-key', 'a decision, 1 key'), lacking: { litellm: 'has no smaller call than its hook' } },
    keys: 1,
    ours: 'fast-litellm, library',
  },
  {
    row: {
      ...row('limiter/50k-keys', 'a decision, 50,000 keys'),
      lacking: { litellm: 'has no smaller call than its hook' },
    },
    keys: MANY,
    ours: 'fast-litellm, library',
  },
  {
    row: {
      ...row('limiter/gateway-call', 'what the gateway does for a call, 10,000 keys'),
      lacking: { 'rate-limiter-flexible': NO_HOOK, 'express-rate-limit': NO_HOOK, fast_litellm: NO_HOOK },
    },
    keys: SOME,
    ours: 'fast-litellm, whole call, requests',
  },
  {
    row: row('limiter/memory', 'a key, 50,000 keys', 'memory'),
    keys: MANY,
    ours: 'fast-litellm, library',
  },
];

export function limiterComponent(pythons: Pythons): Component {
  return {
    name: 'limiter',
    contestants: contestantsOf(pythons),
    rows: TASKS.map((task) => task.row),
    open: async () =>
      Promise.resolve({
        fixtures: {},
        measure: async (contestant, rows) =>
          Promise.resolve(new Map(rows.map((name) => [name, read(contestant, name, pythons)]))),
        close: async () => Promise.resolve(),
      }),
  };
}

function contestantsOf(pythons: Pythons): readonly Contestant[] {
  return [
    { name: OURS, label: OURS, column: 'ours', ...builtPackage(), remark: 'an admission and its settlement' },
    {
      name: 'rate-limiter-flexible',
      label: 'rate-limiter-flexible',
      column: 'npm',
      ...installedPackage('rate-limiter-flexible'),
    },
    {
      name: 'express-rate-limit',
      label: 'express-rate-limit',
      column: 'npm',
      ...installedPackage('express-rate-limit'),
      remark: 'its `MemoryStore` and the comparison with the limit, without the middleware around them',
    },
    {
      name: 'litellm',
      label: 'LiteLLM',
      column: 'litellm',
      ...installedLitellm(pythons),
      remark:
        'the hook that its proxy calls before a request of a key with `rpm_limit`; the bound of its cache (200 items), ' +
        'beyond which it forgets keys that still count, is lifted',
    },
    { name: 'fast_litellm', label: 'fast_litellm (Rust)', column: 'fast_litellm', ...installedFastLitellm(pythons) },
  ];
}

function read(contestant: string, name: string, pythons: Pythons): Reading {
  const task = TASKS.find((one) => one.row.name === name);
  if (task === undefined) throw new Error(`no row ${name}`);
  const { keys } = task;
  const limiter = contestant === OURS ? task.ours : contestant;
  const ask = (measure: 'speed' | 'memory' | 'memory-without') =>
    runMeasure({ contestant: limiter, measure, keys }, pythons);
  try {
    if (task.row.quantity === 'memory') {
      const answers = [ask('memory'), ask('memory-without')] as const;
      return { value: bytesPerKey(limiter, keys, answers), wall: null, wrong: wrongDecisions(answers[0]) };
    }
    const answer = ask('speed');
    return { value: answer.value, wall: answer.wall ?? null, wrong: wrongDecisions(answer) };
  } catch (error) {
    return { why: `does not run: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}` };
  }
}
