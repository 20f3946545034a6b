/** What issue 4 asks of tokens and prices, and what a run says about it. */
import { figure, spread } from '../statistics.ts';
import { ADVERSARIAL, COMMON_KINDS, KIND_LABELS, type RowFacts } from './rows.ts';
import {
  expectedResult,
  fastestOther,
  growthPerCharacter,
  isWrong,
  measuredOf,
  OURS,
  participant,
  ratioTo,
  type Participant,
  type Ratio,
  type Results,
} from './results.ts';

export interface TargetLine {
  readonly target: string;
  readonly verdict: 'met' | 'not met' | 'not measured';
  /** The worst row, in words. */
  readonly worst: string;
}

/** A row and how far it got; a ratio's lowest round is stated beside the median, which decides. */
interface Case {
  readonly where: string;
  readonly value: number;
  readonly lowest?: number;
}

export function isCommon(row: RowFacts): boolean {
  return COMMON_KINDS.some((kind) => kind === row.kind);
}

/** The factor over Python tiktoken that a row has to reach. */
export function factorOverTiktoken(row: RowFacts): number {
  if (row.kind === 'short') return 5;
  return isCommon(row) ? 3 : 1.5;
}

export function checkTargets(results: Results): readonly TargetLine[] {
  const { rows } = results;
  const overTiktoken = (some: readonly RowFacts[]): readonly Case[] =>
    ratioCases(some, ({ name }) => ratioTo(results, 'tiktoken', name));
  const overFastest = (some: readonly RowFacts[], takesPart: (row: string, one: Participant) => boolean) =>
    ratioCases(some, ({ name }) => fastestOther(results, name, (one) => takesPart(name, one))?.ratio ?? null);
  const isNpm = (one: Participant): boolean => one.language === 'javascript';
  const common = rows.filter(isCommon);
  const others = rows.filter((row) => !isCommon(row) && row.kind !== 'short');
  return [
    atLeast('every row counted as tiktoken counts', 1, rightCases(results)),
    atLeast('≥ 3 × Python tiktoken: English, code, JSON', 3, overTiktoken(common)),
    atLeast(
      '≥ 3 × the fastest npm library that counts right: English, code, JSON',
      3,
      overFastest(common, (row, one) => isNpm(one) && !isWrong(results, one.name, row)),
    ),
    atLeast(
      '≥ 3 × the fastest npm library, those with wrong counts included: English, code, JSON',
      3,
      overFastest(common, (_, one) => isNpm(one)),
    ),
    atLeast('≥ 5 × Python tiktoken: 12 tokens', 5, overTiktoken(rows.filter(({ kind }) => kind === 'short'))),
    atLeast('≥ 1.5 × Python tiktoken: every other row', 1.5, overTiktoken(others)),
    atMost('time per character at 1M ≤ 1.5 × that at 10k: white space, one letter, base64', 1.5, growthCases(results)),
    atLeast('tokenCounter ≥ 40 × litellm.token_counter', 40, callCases(results, 'calls/tokenCounter')),
    atLeast('completionCost ≥ 100 × litellm.completion_cost', 100, callCases(results, 'calls/completionCost')),
    atMost('first use of an encoding < 60 ms of CPU time', 60, firstUseCases(results, 'cpu')),
    atMost('first use of an encoding < 40 MB', 40, firstUseCases(results, 'memory')),
    atMost(
      'nothing allocated by a count of 12 tokens (a result beyond 31 bits takes 16 bytes)',
      16,
      heapCases(results),
    ),
  ];
}

function ratioCases(rows: readonly RowFacts[], ratioOf: (row: RowFacts) => Ratio | null): readonly Case[] {
  return rows.flatMap((row) => {
    const ratio = ratioOf(row);
    return ratio === null ? [] : [{ where: row.name, value: ratio.median, lowest: ratio.lowest }];
  });
}

function rightCases(results: Results): readonly Case[] {
  return results.rows.flatMap(({ name }) => {
    const expected = expectedResult(results, name);
    const ours = participant(results, OURS)?.outcomes[name];
    if (expected === null || ours === undefined) return [];
    return [{ where: name, value: measuredOf(results, OURS, name)?.result === expected ? 1 : 0 }];
  });
}

function growthCases(results: Results): readonly Case[] {
  return ADVERSARIAL.flatMap((kind) => {
    const growth = growthPerCharacter(results, OURS, 'o200k_base', kind);
    if (growth === null) return [];
    return [{ where: KIND_LABELS[kind], value: typeof growth === 'string' ? Infinity : growth }];
  });
}

function callCases(results: Results, row: string): readonly Case[] {
  const ratio = ratioTo(results, 'litellm', row);
  return ratio === null ? [] : [{ where: row, value: ratio.median, lowest: ratio.lowest }];
}

function firstUseCases(results: Results, what: 'cpu' | 'memory'): readonly Case[] {
  return Object.entries(participant(results, OURS)?.firstUse ?? {}).flatMap(([where, uses]) => {
    const values = uses.map((use) => (what === 'cpu' ? use.importCpuMs + use.callCpuMs : use.rssGrowthMb));
    return values.length === 0 ? [] : [{ where, value: spread(values).median }];
  });
}

function heapCases(results: Results): readonly Case[] {
  return results.rows.flatMap(({ name, kind }) => {
    const bytes = kind === 'short' ? measuredOf(results, OURS, name)?.allocatedBytes : null;
    return bytes == null ? [] : [{ where: name, value: bytes }];
  });
}

function atLeast(target: string, bound: number, cases: readonly Case[]): TargetLine {
  const worst = [...cases].sort((left, right) => left.value - right.value)[0];
  return line(target, cases, worst, ({ value }) => value >= bound);
}

function atMost(target: string, bound: number, cases: readonly Case[]): TargetLine {
  const worst = [...cases].sort((left, right) => right.value - left.value)[0];
  return line(target, cases, worst, ({ value }) => value <= bound);
}

function line(
  target: string,
  cases: readonly Case[],
  worst: Case | undefined,
  isMet: (one: Case) => boolean,
): TargetLine {
  if (worst === undefined) return { target, verdict: 'not measured', worst: '' };
  const met = cases.filter(isMet).length;
  const lowest = worst.lowest === undefined ? '' : `, lowest round ${figure(worst.lowest)}`;
  return {
    target,
    verdict: met === cases.length ? 'met' : 'not met',
    worst: `${met} of ${cases.length}; worst ${figure(worst.value)}${lowest} (${worst.where})`,
  };
}
