/** Made-up results for the tests of the documents. */
import type { Column, Entry, Problem, Quantity, RowResult, Table } from './contract.ts';

interface EntryParts {
  readonly label?: string;
  readonly problem?: Problem;
  readonly remark?: string;
}

/** @param values one a round */
export function entry(column: Column, values: readonly number[], parts: EntryParts = {}): Entry {
  return {
    label: parts.label ?? (column === 'ours' ? 'fast-litellm' : column),
    column,
    remark: parts.remark ?? null,
    problem: parts.problem ?? null,
    rounds: values.map((value) => ({ value, wall: null })),
  };
}

export function problem(kind: Problem['kind'], text: string): EntryParts {
  return { problem: { kind, text } };
}

export function rowOf(label: string, entries: readonly Entry[], quantity: Quantity = 'cpu'): RowResult {
  return { name: label.replaceAll(' ', '-'), section: 'Section', label, quantity, entries };
}

export function tableOf(rows: readonly RowResult[]): Table {
  return {
    environment: {
      machine: '2 × processor',
      node: '26.0.0',
      v8: '14.0',
      revision: 'abc1234',
      load: 0.1,
      isBuildOld: false,
    },
    date: '2026-01-02',
    seconds: 300,
    versions: { LiteLLM: '1.102.4' },
    fixtures: { english: '012345' },
    rows,
  };
}

/** Cells of the first line that starts with a label, without padding. */
export function cellsOf(document: string, label: string): readonly string[] {
  const line = document.split('\n').find((each) => each.startsWith(`| ${label} `)) ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
