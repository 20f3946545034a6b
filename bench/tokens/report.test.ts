import { describe, expect, it } from 'vitest';
import { measured, participantOf, resultsOf } from './sample-results.ts';
import { render, type Report } from './report.ts';
import type { Participant } from './results.ts';

const ROW = 'o200k_base/english-1k';

function reportOf(participants: readonly Participant[]): Report {
  return {
    ...resultsOf(participants),
    absent: [{ label: 'LiteLLM', why: 'not installed' }],
    rounds: 1,
    limitMs: 10_000,
    environment: ['Machine: one'],
    textSource: 'English: made up.',
    textHashes: { english: 'abc' },
    model: 'gpt-4o',
  };
}

/** Cells of the line that starts with a label, without the padding. */
function cellsOf(document: string, label: string): readonly string[] {
  const line = document.split('\n').find((each) => each.startsWith(`| ${label} `)) ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('render', () => {
  it('flags wrong counts, shows failures, and leaves absent contestants out of the table', () => {
    const document = render(
      reportOf([
        participantOf('fast-litellm', { [ROW]: [measured(10_000)] }),
        participantOf('gpt-tokenizer', { [ROW]: [measured(40_000)] }),
        participantOf('ai-tokenizer', { [ROW]: [measured(5000, 1_300_000)] }),
        participantOf('js-tiktoken', { [ROW]: [{ why: 'over 10 s' }] }),
        participantOf('tiktoken', { [ROW]: [measured(50_000)] }),
      ]),
    );
    expect(cellsOf(document, 'english-1k')).toEqual([
      'english-1k',
      '1000',
      '12',
      '100',
      '25.0',
      '200 (wrong: 1300000)',
      'over 10 s',
      '20.0',
      '5.00 (5.00)',
      '4.00 (4.00)',
      '',
    ]);
    expect(document).toContain('Not here: LiteLLM (not installed).');
    expect(cellsOf(document, 'text')).not.toContain('LiteLLM');
  });

  it('keeps rows that lose, with who wins, and says which target a row misses', () => {
    const lost = render(
      reportOf([
        participantOf('fast-litellm', { [ROW]: [measured(10_000)] }),
        participantOf('tiktoken', { [ROW]: [measured(8000)] }),
      ]),
    );
    expect(cellsOf(lost, 'english-1k').at(-1)).toBe('**loses to tiktoken**');
    const near = render(
      reportOf([
        participantOf('fast-litellm', { [ROW]: [measured(10_000)] }),
        participantOf('gpt-tokenizer', { [ROW]: [measured(25_000)] }),
        participantOf('tiktoken', { [ROW]: [measured(20_000)] }),
      ]),
    );
    expect(cellsOf(near, 'english-1k').at(-1)).toBe('under 3 × tiktoken and 3 × npm');
  });

  it('says so where ours counts wrong or does not get through', () => {
    const tiktoken = participantOf('tiktoken', { [ROW]: [measured(8000)] });
    const wrong = render(reportOf([participantOf('fast-litellm', { [ROW]: [measured(1000, 13)] }), tiktoken]));
    expect(cellsOf(wrong, 'english-1k').at(-1)).toBe('**we count wrong**');
    const stuck = render(reportOf([participantOf('fast-litellm', { [ROW]: [{ why: 'throws: x' }] }), tiktoken]));
    expect(cellsOf(stuck, 'english-1k').at(-1)).toBe('**we do not get through**');
  });

  it('has the calls with the factor over LiteLLM and answers that differ', () => {
    const row = 'calls/tokenCounter';
    const document = render(
      reportOf([
        participantOf('fast-litellm', { [row]: [measured(500, 19)] }),
        participantOf('litellm', { [row]: [measured(25_000, 19)] }),
        participantOf('fast_litellm', { [row]: [measured(10_000, 18)] }),
      ]),
    );
    expect(cellsOf(document.split('## Call by call')[1] ?? '', 'tokenCounter')).toEqual([
      'tokenCounter',
      '0.500',
      '25.0',
      '10.0 (differs: 18)',
      '50.0 (50.0)',
      '19',
    ]);
  });

  it('leaves out the tables that nothing was measured for', () => {
    const document = render(reportOf([participantOf('fast-litellm', { [ROW]: [measured(10_000)] })]));
    expect(document.match(/^## .*/gm)).toEqual(['## Targets', '## o200k_base, MB/s']);
  });
});
