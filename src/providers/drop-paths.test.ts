import { describe, expect, it } from 'vitest';
import { dropNested, isNestedPath, parseDropPaths } from './drop-paths.ts';

const BODY = {
  temperature: 1,
  tools: [
    { name: 'a', function: { description: 'x', strict: true } },
    { name: 'b', function: { strict: true } },
  ],
};

describe('dropNested', () => {
  const drop = (...paths: string[]): unknown => dropNested(BODY, parseDropPaths(paths));

  it('reaches into every element, one element and nested members', () => {
    expect(drop('tools[*].function.strict')).toEqual({
      temperature: 1,
      tools: [
        { name: 'a', function: { description: 'x' } },
        { name: 'b', function: {} },
      ],
    });
    expect(drop('tools[1]')).toEqual({ temperature: 1, tools: [BODY.tools[0]] });
    expect(drop('tools[0].name')).toMatchObject({ tools: [{ function: {} }, { name: 'b' }] });
  });

  it('leaves alone what is not there, malformed or a plain name', () => {
    for (const path of ['tools[7].name', 'nope.x', 'tools[.x', 'tools..x', 'temperature', 'tools.name', '__proto__.x'])
      expect(drop(path)).toEqual(BODY);
    expect(isNestedPath('seed')).toBe(false);
  });

  it('does not change its input', () => {
    const before = structuredClone(BODY);
    drop('tools[*].name', 'tools[0].function');
    expect(BODY).toEqual(before);
  });
});
