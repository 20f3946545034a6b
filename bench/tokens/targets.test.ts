import { describe, expect, it } from 'vitest';
import { measured, participantOf, resultsOf } from './sample-results.ts';
import type { Participant } from './results.ts';
import { checkTargets, type TargetLine } from './targets.ts';

const verdictOf = (participants: readonly Participant[], start: string): TargetLine | undefined =>
  checkTargets(resultsOf(participants)).find(({ target }) => target.startsWith(start));

describe('targets', () => {
  const english = 'o200k_base/english-1k';
  const code = 'o200k_base/code-1k';
  const ours = participantOf('fast-litellm', { [english]: [measured(100)], [code]: [measured(100)] });
  const tiktoken = participantOf('tiktoken', { [english]: [measured(500)], [code]: [measured(290)] });

  it('are met when every row reaches the factor, and else name the worst row', () => {
    expect(verdictOf([ours, tiktoken], '≥ 3 × Python tiktoken')).toMatchObject({
      verdict: 'not met',
      worst: '1 of 2; worst 2.90, lowest round 2.90 (o200k_base/code-1k)',
    });
    const slower = participantOf('tiktoken', { [english]: [measured(500)], [code]: [measured(300)] });
    expect(verdictOf([ours, slower], '≥ 3 × Python tiktoken')?.verdict).toBe('met');
  });

  it('are not measured without the other side', () => {
    expect(verdictOf([ours], '≥ 3 × Python tiktoken')?.verdict).toBe('not measured');
    expect(verdictOf([ours], 'tokenCounter')?.verdict).toBe('not measured');
    expect(verdictOf([ours], 'first use')?.verdict).toBe('not measured');
  });

  it('leave libraries that count wrong to a line of their own', () => {
    const wrong = participantOf('ai-tokenizer', { [english]: [measured(150, 11)], [code]: [measured(400)] });
    expect(verdictOf([ours, tiktoken, wrong], '≥ 3 × the fastest npm library that counts right')?.verdict).toBe('met');
    expect(verdictOf([ours, tiktoken, wrong], '≥ 3 × the fastest npm library, those')?.verdict).toBe('not met');
  });

  it('are not met by a row that does not end or counts wrong', () => {
    const stuck = participantOf('fast-litellm', {
      'o200k_base/letter-10k': [measured(1)],
      'o200k_base/letter-1M': [{ why: 'over 10 s' }],
    });
    expect(verdictOf([stuck], 'time per character')).toMatchObject({ verdict: 'not met' });
    const other = participantOf('fast-litellm', { [english]: [measured(100, 13)] });
    expect(verdictOf([other, tiktoken], 'every row counted')?.verdict).toBe('not met');
  });

  it('read the first use and the heap of ours', () => {
    const use = { importCpuMs: 20, callCpuMs: 30, wallMs: 45, rssGrowthMb: 41 };
    const one = participantOf(
      'fast-litellm',
      { 'o200k_base/12-tokens': [measured(100, 12, 64)] },
      { o200k_base: [use] },
    );
    expect(verdictOf([one], 'first use of an encoding < 60')?.verdict).toBe('met');
    expect(verdictOf([one], 'first use of an encoding < 40')?.verdict).toBe('not met');
    expect(verdictOf([one], 'nothing allocated')?.worst).toBe('0 of 1; worst 64.0 (o200k_base/12-tokens)');
  });
});
