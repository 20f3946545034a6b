import { describe, expect, test } from 'vitest';

import { pythonCompactJson, pythonRepr, pythonStr } from './python-text.ts';

describe('pythonRepr', () => {
  test.each<[Parameters<typeof pythonRepr>[0], string]>([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [[false, 1, 2.5, -3], '[False, 1, 2.5, -3]'],
    [[0.00001, 0.000123, 1e-7, 0.0001], '[1e-05, 0.000123, 1e-07, 0.0001]'],
    [{ a: 'x', b: { c: [] } }, "{'a': 'x', 'b': {'c': []}}"],
    ["it's", `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    ['a\\b\n\r\t', "'a\\\\b\\n\\r\\t'"],
    ['\0\x1f\x7f\x85\xa0\xad', "'\\x00\\x1f\\x7f\\x85\\xa0\\xad'"],
    ['é 日 😀', "'é 日 😀'"],
    ['\u200b\u2028\u3000\ufeff\ud800\ue000', "'\\u200b\\u2028\\u3000\\ufeff\\ud800\\ue000'"],
    ['\u{e0001}', "'\\U000e0001'"],
  ])('%j', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });
});

test('pythonStr leaves texts as they are', () => {
  expect([pythonStr("it's"), pythonStr(['x']), pythonStr(null)]).toEqual(["it's", "['x']", 'None']);
});

test('pythonCompactJson escapes all but ASCII', () => {
  expect(pythonCompactJson({ é: ['😀', null, true, 1e-5] })).toBe('{"\\u00e9":["\\ud83d\\ude00",null,true,1e-05]}');
});

test('the longest text is written, and one of a character more is refused', () => {
  const longest = 64 * 1024 * 1024;
  const value = (text: string) => [text, 1.5, { "it's": [null, true], b: '\n' }];
  const padding = 'a'.repeat(longest - pythonRepr(value('')).length);
  expect(pythonRepr(value(padding)).length).toBe(longest);
  expect(() => pythonRepr(value(`${padding}a`))).toThrow(/longer than 67108864 characters/);
  const json = 'a'.repeat(longest - pythonCompactJson(value('')).length);
  expect(pythonCompactJson(value(json)).length).toBe(longest);
  expect(() => pythonCompactJson(value(`${json}a`))).toThrow(/longer than 67108864 characters/);
});

test('values without number are refused before any is written', () => {
  const many = new Array<null>(1024 * 1024 + 1).fill(null);
  many[0] = {
    get a(): never {
      throw new Error('written');
    },
  } as never;
  expect(() => pythonRepr(many)).toThrow(/more than 1048576 values/);
  const keys = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, many.slice(1, 4000)]));
  expect(() => pythonCompactJson(keys)).toThrow(/more than 1048576 values/);
});

test('values without end are refused', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(() => pythonRepr(cycle as never)).toThrow(/nested deeper/);
});
