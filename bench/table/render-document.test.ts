import { describe, expect, it } from 'vitest';
import { renderDocument } from './render-document.ts';
import { cellsOf, entry, problem, rowOf, tableOf } from './sample-table.ts';

const WON = rowOf('won row', [
  entry('ours', [1000, 1100, 900]),
  entry('litellm', [30_000, 33_000, 27_000]),
  entry('fast_litellm', [500], problem('wrong', 'admits 20 of 1100')),
  entry('npm', [4000, 4400, 3600], { label: 'some-package' }),
]);
const LOST = rowOf('lost row', [
  entry('ours', [2000]),
  entry('litellm', [], problem('absent', "no Python: pip install 'litellm', then `--python PATH`")),
  entry('npm', [1000], { label: 'fast-package', remark: 'without its middleware' }),
  entry('fast_litellm', [], problem('none', 'opens no connection')),
]);

describe('renderDocument', () => {
  const document = renderDocument(tableOf([WON, LOST]));

  it('has medians with their spread, and ratios of rounds', () => {
    expect(cellsOf(document, 'won row')).toEqual([
      'won row',
      'CPU time',
      '30.0 µs (27.0 µs to 33.0 µs)',
      'wrong',
      '4.00 µs (3.60 µs to 4.40 µs), some-package',
      '1.00 µs (900 ns to 1.10 µs)',
      '30.0',
      '–',
      '4.00, some-package',
    ]);
  });

  it('prints a row that is lost in bold from end to end, and names to whom', () => {
    expect(cellsOf(document, '**lost row**')).toEqual([
      '**lost row**',
      '**CPU time**',
      '**absent**',
      '**–**',
      '**1.00 µs, fast-package**',
      '**2.00 µs**',
      '**–**',
      '**–**',
      '**0.500, fast-package**',
    ]);
    expect(document).toContain('Lost: 1 of 2 rows. Section: lost row, CPU time (to fast-package).');
  });

  it('names who is absent with what installs them, and in the details who is wrong, has nothing, or is run otherwise', () => {
    expect(document).toContain("Absent: litellm, no Python: pip install 'litellm', then `--python PATH`.");
    const details = document.split('\n## Section')[1] ?? '';
    expect(cellsOf(details, 'fast_litellm').at(-1)).toBe('wrong: admits 20 of 1100');
    expect(cellsOf(details, 'fast_litellm')[1]).toBe('500 ns');
    expect(cellsOf(details, 'fast-package').at(-1)).toBe('without its middleware');
    expect(details).toContain('opens no connection');
  });

  it('says where, when and with what it was measured', () => {
    for (const part of [
      '2 × processor',
      'revision abc1234',
      '2026-01-02',
      '300 s',
      'LiteLLM 1.102.4',
      'english 012345',
    ]) {
      expect(document).toContain(part);
    }
  });

  it('says that ours is wrong where it is, in bold', () => {
    const wrong = renderDocument(tableOf([rowOf('r', [entry('ours', [1], problem('wrong', '13 instead of 12'))])]));
    expect(wrong).toContain('Lost: 1 of 1 rows. Section: r, CPU time (wrong: 13 instead of 12).');
    expect(cellsOf(wrong, '**r**')[5]).toBe('**wrong**');
  });

  it('says so when nothing is lost', () => {
    expect(renderDocument(tableOf([WON]))).toContain('No row of 1 is lost.');
  });
});
