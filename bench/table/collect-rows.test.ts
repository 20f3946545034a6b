import { describe, expect, it } from 'vitest';
import { collectRows, type Readings } from './collect-rows.ts';
import type { Component, Contestant, Measured, Reading, Row } from './contract.ts';

const contestant = (name: string, more: Partial<Contestant> = {}): Contestant => ({
  name,
  label: name,
  column: 'npm',
  version: '1.0.0',
  missing: null,
  ...more,
});
const measured = (value: number, more: Partial<Measured> = {}): Measured => ({
  value,
  wall: null,
  wrong: null,
  ...more,
});
const row = (more: Partial<Row> = {}): Row => ({ name: 'r', section: 's', label: 'r', quantity: 'cpu', ...more });

function collect(contestants: readonly Contestant[], rows: readonly Row[], readings: Readings) {
  const component: Component = { name: 'c', contestants, rows, open: () => Promise.reject(new Error('not here')) };
  return collectRows(component, rows, readings)[0]?.entries ?? [];
}

describe('collectRows', () => {
  it('keeps what each round gave, with the digits that count', () => {
    const readings: Readings = new Map([['r', new Map([['a', [measured(123.456_789, { wall: 200 }), null]]])]]);
    expect(collect([contestant('a')], [row()], readings)[0]).toMatchObject({
      problem: null,
      rounds: [{ value: 123.46, wall: 200 }, null],
    });
  });

  it('names who is absent, with what installs them, and who has nothing of the kind', () => {
    const contestants = [contestant('a', { missing: 'run npm' }), contestant('b')];
    const rows = [row({ lacking: { b: 'counts nothing' }, empty: { fast_litellm: 'opens nothing' } })];
    expect(collect(contestants, rows, new Map()).map(({ column, problem }) => ({ column, problem }))).toEqual([
      { column: 'npm', problem: { kind: 'absent', text: 'run npm' } },
      { column: 'npm', problem: { kind: 'none', text: 'counts nothing' } },
      { column: 'fast_litellm', problem: { kind: 'none', text: 'opens nothing' } },
    ]);
  });

  it('calls wrong what differs from the first reference that got through, in any round', () => {
    const rounds = (...results: number[]) => results.map((result) => measured(1, { result }));
    const readings: Readings = new Map([
      [
        'r',
        new Map<string, Reading[]>([
          ['first', [{ why: 'over 1 s' }]],
          ['second', rounds(12, 12)],
          ['a', rounds(12, 12)],
          ['b', rounds(12, 13)],
        ]),
      ],
    ]);
    const contestants = ['first', 'second', 'a', 'b'].map((name) => contestant(name));
    expect(
      collect(contestants, [row({ references: ['first', 'second'] })], readings).map((one) => one.problem),
    ).toEqual([{ kind: 'failed', text: 'over 1 s' }, null, null, { kind: 'wrong', text: '13 instead of 12' }]);
  });

  it('takes over what a component itself finds wrong, and calls failed what gave nothing', () => {
    const readings: Readings = new Map([
      [
        'r',
        new Map([
          ['a', [measured(1, { wrong: 'admits 20' })]],
          ['b', [measured(Number.NaN)]],
          ['c', [null]],
        ]),
      ],
    ]);
    const contestants = ['a', 'b', 'c'].map((name) => contestant(name));
    expect(collect(contestants, [row()], readings).map((one) => one.problem?.kind)).toEqual([
      'wrong',
      'failed',
      'failed',
    ]);
  });
});
