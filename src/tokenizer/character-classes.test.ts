import { expect, it } from 'vitest';
import { classAt, LETTER, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER } from './character-classes.ts';

const KINDS: readonly (readonly [RegExp, number])[] = [
  [/[\r\n]/u, SPACE | NEWLINE],
  [/\p{White_Space}/u, SPACE],
  [/\p{M}/u, LETTER | MARK],
  [/[\p{Lu}\p{Lt}]/u, UPPER],
  [/\p{Ll}/u, LOWER],
  [/\p{L}/u, LETTER],
  [/\p{N}/u, NUMBER],
];

it('gives every character its class and its length in UTF-8, as Unicode 16 has them', () => {
  const buffer = Buffer.alloc(8);
  let differing = 0;
  const wrongLengths: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10_ffff; codePoint += 1) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const character = String.fromCodePoint(codePoint);
    const length = buffer.write(character);
    const found = classAt(buffer, 0);
    if (found >> 8 !== length) wrongLengths.push(character);
    const wanted = KINDS.find(([kind]) => kind.test(character))?.[1] ?? OTHER;
    if ((found & 0xff) !== wanted) differing += 1;
  }
  expect(wrongLengths).toEqual([]);
  // What later versions of Unicode, which this engine knows, have added or moved (17.0: 4,703 characters).
  expect(differing).toBeLessThan(5000);
});

it('has nothing of Unicode 17, and moved nothing of what came before', () => {
  const classOf = (character: string): number => classAt(Buffer.from(character), 0) & 0xff;
  expect(classOf('\u{16ea0}')).toBe(OTHER);
  expect(classOf('\u{10940}')).toBe(OTHER);
  expect(Array.from('AzßǅʰªñЖ中א', classOf)).toEqual([
    UPPER,
    LOWER,
    LOWER,
    UPPER,
    LETTER,
    LETTER,
    LOWER,
    UPPER,
    LETTER,
    LETTER,
  ]);
  expect(Array.from('\u0301\u0903', classOf)).toEqual([LETTER | MARK, LETTER | MARK]);
  expect(Array.from('\u0085\u00a0\u3000', classOf)).toEqual([SPACE, SPACE, SPACE]);
  expect(Array.from('\ufeff\u200b\u{1f600}', classOf)).toEqual([OTHER, OTHER, OTHER]);
});
