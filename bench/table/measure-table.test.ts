import { describe, expect, it } from 'vitest';
import type { Component, Contestant, Reading, Row } from './contract.ts';
import { measureTable, type Plan } from './measure-table.ts';

const reading = (value: number): Reading => ({ value, wall: null, wrong: null });

/** Components that write down who is asked for what; each ask takes ten seconds of a made-up clock. */
class Stage {
  readonly asked: string[] = [];
  readonly said: string[] = [];
  readonly open = new Set<string>();
  seconds = 0;

  component(name: string, answer: (contestant: string, row: string) => Reading = () => reading(1)): Component {
    const contestant = (label: string, missing: string | null = null): Contestant => ({
      name: label,
      label,
      column: label === 'ours' ? 'ours' : 'npm',
      version: null,
      missing,
    });
    const row = (end: string): Row => ({
      name: `${name}/${end}`,
      section: name,
      label: end,
      quantity: 'cpu',
      ...(end === 'y' ? { lacking: { other: 'has none' } } : {}),
    });
    return {
      name,
      contestants: [contestant('ours'), contestant('other'), contestant('gone', 'not installed')],
      rows: [row('x'), row('y')],
      open: async () => {
        this.open.add(name);
        return Promise.resolve({
          fixtures: { [name]: 'hash' },
          measure: async (who, rows) => {
            this.asked.push(`${who}: ${rows.join(' ')}`);
            this.seconds += 10;
            return Promise.resolve(new Map(rows.map((each) => [each, answer(who, each)])));
          },
          close: async () => {
            this.open.delete(name);
            return Promise.resolve();
          },
        });
      },
    };
  }

  async run(components: readonly Component[], more: Partial<Plan> = {}) {
    return measureTable({
      components,
      rounds: 2,
      budgetSeconds: 1000,
      isWanted: () => true,
      say: (line) => this.said.push(line),
      now: () => this.seconds * 1000,
      ...more,
    });
  }
}

describe('measureTable', () => {
  it('turns components, contestants and rows round in every other round, and asks nobody who is absent', async () => {
    const stage = new Stage();
    const { rows, fixtures } = await stage.run([stage.component('a'), stage.component('b')]);
    expect(stage.asked).toEqual([
      'ours: a/x a/y',
      'other: a/x',
      'ours: b/x b/y',
      'other: b/x',
      'other: b/x',
      'ours: b/y b/x',
      'other: a/x',
      'ours: a/y a/x',
    ]);
    expect(rows.map(({ name }) => name)).toEqual(['a/x', 'a/y', 'b/x', 'b/y']);
    expect(rows[0]?.entries.map(({ problem }) => problem?.kind ?? null)).toEqual([null, null, 'absent']);
    expect(rows[1]?.entries.map(({ problem }) => problem?.kind ?? null)).toEqual([null, 'none', 'absent']);
    expect(fixtures).toEqual({ a: 'hash', b: 'hash' });
    expect(stage.open.size).toBe(0);
  });

  it('asks for wanted rows only, and opens nothing else', async () => {
    const stage = new Stage();
    const { rows } = await stage.run([stage.component('a'), stage.component('b')], {
      rounds: 1,
      isWanted: (name) => name === 'b/y',
    });
    expect(stage.asked).toEqual(['ours: b/y']);
    expect(rows.map(({ name }) => name)).toEqual(['b/y']);
  });

  it('does not try again what failed, was wrong or gave no figure', async () => {
    const stage = new Stage();
    const answers: Readonly<Record<string, Reading>> = {
      'ours a/x': { why: 'over 1 s' },
      'ours a/y': { value: 1, wall: null, wrong: 'says 2' },
      'other a/x': reading(Number.NaN),
    };
    await stage.run([stage.component('a', (who, row) => answers[`${who} ${row}`] ?? reading(1))], { rounds: 3 });
    expect(stage.asked).toEqual(['ours: a/x a/y', 'other: a/x']);
  });

  it('leaves out of later rounds what would take longer than what is left, and says so', async () => {
    const stage = new Stage();
    const { rows } = await stage.run([stage.component('a'), stage.component('b')], { rounds: 3, budgetSeconds: 65 });
    // A component takes 20 seconds: 40 for the first round, one more component until 60.
    expect(stage.asked).toHaveLength(6);
    expect(stage.said.filter((line) => line.includes('left out'))).toHaveLength(3);
    expect(rows.map((row) => row.entries[0]?.rounds.length)).toEqual([1, 1, 2, 2]);
  });

  it('measures the first round whole, whatever it takes', async () => {
    const stage = new Stage();
    await stage.run([stage.component('a'), stage.component('b')], { budgetSeconds: 1 });
    expect(stage.asked).toHaveLength(4);
  });

  it('closes what it opened when a contestant breaks it', async () => {
    const stage = new Stage();
    const broken = stage.component('b', () => {
      throw new Error('broken');
    });
    await expect(stage.run([stage.component('a'), broken])).rejects.toThrow('broken');
    expect(stage.open.size).toBe(0);
  });
});
