import { describe, expect, it } from 'vitest';
import { judgeRow } from './judge-row.ts';
import { entry, problem, rowOf } from './sample-table.ts';

describe('judgeRow', () => {
  it('compares rounds, and takes the best of a column that does it right', () => {
    const slow = entry('npm', [500, 500], { label: 'slow' });
    const fast = entry('npm', [300, 200], { label: 'fast' });
    const wrong = entry('npm', [1, 1], { label: 'wrong', ...problem('wrong', 'answers nothing') });
    const verdict = judgeRow(rowOf('a', [entry('ours', [100, 50]), wrong, slow, fast, entry('litellm', [900, 900])]));
    expect(verdict.of('npm')?.label).toBe('fast');
    expect(verdict.ratioTo(verdict.of('npm'))).toEqual({ median: 3.5, low: 3, high: 4 });
    expect(verdict.ratioTo(wrong)).toBeNull();
    expect(verdict.bestOther?.label).toBe('fast');
    expect(verdict.isLost).toBe(false);
  });

  it('turns a ratio round where more is better', () => {
    const verdict = judgeRow(rowOf('a', [entry('ours', [400]), entry('litellm', [100]), entry('npm', [800])], 'rate'));
    expect(verdict.ratioTo(verdict.of('litellm'))?.median).toBe(4);
    expect(verdict.bestOther?.column).toBe('npm');
    expect(verdict.isLost).toBe(true);
  });

  it('is lost to anyone who does it right, in whatever column, but not to who is wrong or does less', () => {
    const ours = entry('ours', [100]);
    expect(judgeRow(rowOf('a', [ours, entry('other', [99])])).isLost).toBe(true);
    expect(judgeRow(rowOf('a', [ours, entry('fast_litellm', [1], problem('wrong', 'x'))])).isLost).toBe(false);
    expect(judgeRow(rowOf('a', [ours, entry('floor', [1])])).isLost).toBe(false);
  });

  it('is lost where ours is wrong or does not get through, whatever the others do', () => {
    for (const kind of ['wrong', 'failed'] as const) {
      const verdict = judgeRow(rowOf('a', [entry('ours', [1], problem(kind, 'x')), entry('litellm', [100])]));
      expect(verdict.isLost).toBe(true);
      expect(verdict.ratioTo(verdict.of('litellm'))).toBeNull();
    }
  });

  it('is neither won nor lost where ours could not take part', () => {
    const verdict = judgeRow(rowOf('a', [entry('ours', [], problem('absent', 'not built')), entry('litellm', [1])]));
    expect(verdict.isLost).toBe(false);
    expect(verdict.bestOther).toBeNull();
  });

  it('has no ratio to who is absent, and is not lost to them', () => {
    const verdict = judgeRow(rowOf('a', [entry('ours', [1]), entry('litellm', [], problem('absent', 'pip'))]));
    expect(verdict.of('litellm')?.problem?.kind).toBe('absent');
    expect(verdict.bestOther).toBeNull();
    expect(verdict.isLost).toBe(false);
  });
});
