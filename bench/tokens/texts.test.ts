import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildRows } from './rows.ts';
import { firstCharacters, loadTexts } from './texts.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('texts', () => {
  const texts = loadTexts(root, '/no/such/corpus.gz');

  it('are a million whole characters each, the same each time, without the corpus too', () => {
    for (const text of Object.values(texts.kinds)) {
      expect(text.isWellFormed()).toBe(true);
      expect(Array.from(text)).toHaveLength(1_000_000);
    }
    expect(loadTexts(root, '/no/such/corpus.gz').hashes).toEqual(texts.hashes);
    expect(texts.source).toContain('substitutes');
  });

  it('make rows with names of their own, none of which ends in half a character', () => {
    const rows = buildRows(texts);
    expect(new Set(rows.map(({ facts }) => facts.name)).size).toBe(rows.length);
    const isWhole = (text: string): boolean => text.length > 0 && text.isWellFormed();
    expect(rows.every(({ passes }) => passes.flat().every(isWhole))).toBe(true);
    const several = rows.filter(({ passes }) => passes.length > 1);
    expect(several.length).toBeGreaterThan(0);
    expect(several.filter(({ passes }) => new Set(passes.flat()).size < 0.95 * passes.flat().length)).toEqual([]);
  });

  it('are cut by characters, not by halves of them', () => {
    expect(firstCharacters('a🎉b', 2)).toBe('a🎉');
    expect(firstCharacters('ab', 5)).toBe('ab');
  });
});
