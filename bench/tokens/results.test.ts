import { describe, expect, it } from 'vitest';
import {
  expectedResult,
  fastestOther,
  growthPerCharacter,
  isWrong,
  megabytesPerSecond,
  outcomeOf,
  ratioTo,
} from './results.ts';
import { measured, participantOf, resultsOf, rowNamed } from './sample-results.ts';

const ROW = 'o200k_base/english-1k';

describe('ratios', () => {
  const results = resultsOf([
    participantOf('fast-litellm', { [ROW]: [measured(100), measured(200), measured(100)] }),
    participantOf('tiktoken', { [ROW]: [measured(300), measured(400), measured(900)] }),
  ]);

  it('compare what was measured in the same round, and name the lowest', () => {
    expect(ratioTo(results, 'tiktoken', ROW)).toEqual({ median: 3, lowest: 2 });
  });

  it('are not made up for a contestant that is absent, failed, or skipped a round', () => {
    expect(ratioTo(results, 'litellm', ROW)).toBeNull();
    const partly = resultsOf([
      participantOf('fast-litellm', { [ROW]: [measured(100), measured(100)] }),
      participantOf('tiktoken', { [ROW]: [measured(300), { why: 'over 10 s' }] }),
      participantOf('js-tiktoken', { [ROW]: [null, measured(500)] }),
    ]);
    expect(ratioTo(partly, 'tiktoken', ROW)).toBeNull();
    expect(ratioTo(partly, 'js-tiktoken', ROW)).toEqual({ median: 5, lowest: 5 });
  });

  it('find the fastest of those that take part', () => {
    const three = resultsOf([
      participantOf('fast-litellm', { [ROW]: [measured(100)] }),
      participantOf('gpt-tokenizer', { [ROW]: [measured(250)] }),
      participantOf('ai-tokenizer', { [ROW]: [measured(50, 11)] }),
      participantOf('tiktoken', { [ROW]: [measured(900)] }),
    ]);
    expect(fastestOther(three, ROW, () => true)?.name).toBe('ai-tokenizer');
    expect(fastestOther(three, ROW, ({ name }) => !isWrong(three, name, ROW))).toEqual({
      name: 'gpt-tokenizer',
      ratio: { median: 2.5, lowest: 2.5 },
    });
    expect(fastestOther(three, ROW, () => false)).toBeNull();
  });
});

describe('counts', () => {
  it('are judged by tiktoken, by its wasm build where Python has none, else not at all', () => {
    const rounds = {
      ours: participantOf('fast-litellm', { [ROW]: [measured(1, 12)] }),
      wasm: participantOf('tiktoken-wasm', { [ROW]: [measured(1, 13)] }),
      python: participantOf('tiktoken', { [ROW]: [measured(1, 12)] }),
    };
    const { ours, wasm, python } = rounds;
    expect(expectedResult(resultsOf([ours, wasm, python]), ROW)).toBe(12);
    expect(isWrong(resultsOf([ours, wasm, python]), 'tiktoken-wasm', ROW)).toBe(true);
    expect(isWrong(resultsOf([ours, wasm]), 'fast-litellm', ROW)).toBe(true);
    expect(expectedResult(resultsOf([ours]), ROW)).toBeNull();
    expect(isWrong(resultsOf([ours]), 'fast-litellm', ROW)).toBe(false);
  });

  it('are wrong when one round was', () => {
    const results = resultsOf([
      participantOf('fast-litellm', { [ROW]: [measured(1, 12), measured(1, 14), measured(1, 12)] }),
      participantOf('tiktoken', { [ROW]: [measured(1, 12)] }),
    ]);
    expect(isWrong(results, 'fast-litellm', ROW)).toBe(true);
  });

  it('of calls are judged by LiteLLM', () => {
    const row = 'calls/completionCost';
    const results = resultsOf([
      participantOf('fast-litellm', { [row]: [measured(1, 0.5)] }),
      participantOf('tiktoken', { [row]: [measured(1, 0.25)] }),
      participantOf('litellm', { [row]: [measured(1, 0.5)] }),
    ]);
    expect(isWrong(results, 'fast-litellm', row)).toBe(false);
  });
});

describe('a row', () => {
  it('that failed in any round says why, and one that nobody tried has nothing', () => {
    const results = resultsOf([participantOf('tiktoken', { [ROW]: [measured(1), { why: 'over 10 s' }, null] })]);
    expect(outcomeOf(results, 'tiktoken', ROW)).toBe('over 10 s');
    expect(outcomeOf(results, 'tiktoken', 'o200k_base/code-1k')).toBeNull();
  });

  it('has its speed in MB of UTF-8 per second', () => {
    expect(megabytesPerSecond(rowNamed(ROW, 1000), measured(10_000))).toBe(100);
  });

  it('takes the time per character of a million over that of ten thousand', () => {
    const rounds = (large: number, small: number) =>
      resultsOf([
        participantOf('fast-litellm', {
          'o200k_base/letter-10k': [measured(small)],
          'o200k_base/letter-1M': [measured(large)],
        }),
      ]);
    expect(growthPerCharacter(rounds(3000, 10), 'fast-litellm', 'o200k_base', 'letter')).toBe(3);
    expect(growthPerCharacter(rounds(3000, 10), 'fast-litellm', 'o200k_base', 'emoji')).toBeNull();
  });
});
