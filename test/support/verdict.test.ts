import { describe, expect, it } from 'vitest';
import { isAtLeast, judge, judgeRules, limited, together, VERDICTS, type Outcome, type Rule } from './verdict.ts';

const binding = (held: boolean): Rule => ({ text: 'binding', held });
const advisory = (held: boolean): Rule => ({ text: 'advisory', held, advisory: true });

describe('judge', () => {
  it.each<[Outcome, readonly Rule[], string]>([
    ['right', [], 'pass'],
    ['right', [binding(true), advisory(true)], 'pass'],
    ['right', [advisory(false)], 'partial'],
    ['right', [binding(false)], 'fail'],
    ['right', [binding(false), advisory(false)], 'fail'],
    ['clear-error', [], 'safe'],
    ['clear-error', [advisory(false)], 'safe'],
    ['clear-error', [binding(false)], 'fail'],
    ['wrong', [binding(true)], 'fail'],
    ['late', [], 'fail'],
  ])('%s with %j is %s', (outcome, rules, verdict) => {
    expect(judge(outcome, rules).verdict).toBe(verdict);
  });

  it('says what keeps it from being better', () => {
    expect(judge('right', [binding(true), advisory(false)]).reasons).toEqual(['advisory (advisory)']);
    expect(judge('late', [binding(false)]).reasons).toEqual(['late', 'binding']);
    expect(judge('right', [binding(true)]).reasons).toEqual([]);
  });
});

describe('limited', () => {
  it.each([
    [100, 'pass'],
    [101, 'partial'],
    [1000, 'partial'],
    [1001, 'fail'],
    [Number.POSITIVE_INFINITY, 'fail'],
    [Number.NaN, 'fail'],
  ])('%d is %s', (value, verdict) => {
    expect(judgeRules(limited('ms', value, { pass: 100, partial: 1000 })).verdict).toBe(verdict);
  });
});

it('orders verdicts from worst to best', () => {
  for (const [rank, verdict] of VERDICTS.entries()) {
    expect(VERDICTS.map((least) => isAtLeast(verdict, least))).toEqual(VERDICTS.map((_, index) => index <= rank));
  }
});

it('takes the worst of several, and of none nothing good', () => {
  const pass = judge('right');
  const partial = judge('right', [advisory(false)]);
  expect(together([pass, partial, pass])).toEqual(partial);
  expect(together([judge('clear-error'), partial]).verdict).toBe('safe');
  expect(together([]).verdict).toBe('fail');
});
