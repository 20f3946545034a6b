import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSpecificity, compileWildcard, matchWildcard, substituteWildcard } from './wildcard-pattern.ts';

/** The naive reference: the regular expression that LiteLLM builds, anchored at the start only. */
function matchByRegExp(pattern: string, name: string): readonly string[] | null {
  const source = pattern
    .split('*')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`))
    .join(String.raw`([^\n]*)`);
  const found = new RegExp(`^${source}`).exec(name);
  return found === null ? null : found.slice(1);
}

describe('matchWildcard', () => {
  it.each([
    ['openai/*', 'openai/gpt-4o', ['gpt-4o']],
    ['openai/*', 'azure/gpt-4o', null],
    ['team-*-x', 'team-a-x', ['a']],
    ['team-*-x', 'team-a-xyz', ['a']],
    ['team-*-x', 'team--x-x', ['-x']],
    ['*', '', ['']],
    ['*meta.llama3*', 'hello-world-meta.llama3-70b', ['hello-world-', '-70b']],
    ['a.b/*', 'aXb/c', null],
    ['ab*ba', 'aba', null],
    ['x/*', 'x/a\nb', ['a']],
  ])('%s on %j', (pattern, name, expected) => {
    expect(matchWildcard(compileWildcard(pattern), name)).toEqual(expected);
  });

  it('agrees with the regular expression on random patterns and names', () => {
    const letters = fc.constantFrom('a', 'b', '/', '-', '.', '\n');
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '/', '-', '.', '*', '*'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    const name = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(''));
    let matched = 0;
    fc.assert(
      fc.property(pattern, name, (source, text) => {
        const actual = matchWildcard(compileWildcard(source), text);
        if (actual !== null) matched++;
        expect(actual).toEqual(matchByRegExp(source, text));
      }),
      { numRuns: 5000 },
    );
    expect(matched).toBeGreaterThan(200);
  });
});

describe('specificity', () => {
  it('puts the longer regular expression first and keeps the order of equals', () => {
    const sorted = ['*', 'openai/*', 'openai/gpt-*', 'openai/fo::*::static::*', 'groqai/*']
      .map(compileWildcard)
      .sort(compareSpecificity)
      .map((pattern) => pattern.source);
    expect(sorted).toEqual(['openai/fo::*::static::*', 'openai/gpt-*', 'openai/*', 'groqai/*', '*']);
  });

  it('counts escaped characters as Python does', () => {
    expect(compileWildcard('a-b.c*')).toMatchObject({ length: String.raw`a\-b\.c(.*)`.length, complexity: 5 });
  });
});

describe('substituteWildcard', () => {
  it.each([
    ['openai/*', ['gpt'], 'x/gpt', 'openai/gpt'],
    ['openai/fo::*::static::*', ['a', 'b'], 'r', 'openai/fo::a::static::b'],
    ['openai/*', ['a', 'b'], 'as/asked', 'as/asked'],
    ['openai/gpt-4o', ['a'], 'r', 'openai/gpt-4o'],
    ['openai/*', ['$&$1'], 'r', 'openai/$&$1'],
  ])('%s with %j', (model, segments, requested, expected) => {
    expect(substituteWildcard(model, segments, requested)).toBe(expected);
  });
});
