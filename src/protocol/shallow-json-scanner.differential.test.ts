import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidJsonError } from './invalid-json-error.ts';
import { scanShallow, type ShallowScan, ShallowJsonScanner } from './shallow-json-scanner.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Strings of all lengths around the border between walking and skipping, with what is special in JSON. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'ü', '🌍', '\u0001', '/', '\ud800'), maxLength: 130 }),
  fc
    .tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom('', '"', '\\', '\\"', 'é'))
    .map(([n, end]) => 'x'.repeat(n) + end),
);

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

const blank = fc.constantFrom('', '', '', ' ', '\n', '\r\n\t ');
const key = fc.oneof(fc.constantFrom('model', 'messages', 'stream', 'usage', '__proto__'), text);
/** A document as odd writers write it: blanks anywhere, optional escapes of any character. */
const documents = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 6 }), fc.infiniteStream(blank), fc.infiniteStream(fc.nat(40)))
  .map(([members, blanks, dice]) => {
    const space = (): string => (blanks.next() as IteratorYieldResult<string>).value;
    const string = (raw: string): string =>
      JSON.stringify(raw).replace(/\\u[0-9a-f]{4}|\\.|[a-zü/]/gu, (character) => {
        if (character.startsWith('\\')) return character;
        const roll = (dice.next() as IteratorYieldResult<number>).value;
        return roll === 0 ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character;
      });
    const write = (json: Json): string => {
      if (typeof json === 'string') return string(json);
      if (typeof json !== 'object' || json === null) return JSON.stringify(json);
      const inner = Array.isArray(json)
        ? json.map((item: Json) => space() + write(item) + space())
        : Object.entries(json).map(
            ([name, item]) => `${space()}${string(name)}${space()}:${space()}${write(item)}${space()}`,
          );
      return Array.isArray(json) ? `[${space()}${inner.join()}]` : `{${space()}${inner.join()}}`;
    };
    const written = members.map(
      ([name, item]) => `${space()}${string(name)}${space()}:${space()}${write(item)}${space()}`,
    );
    return `${space()}{${space()}${written.join()}}${space()}`;
  });

const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 });

function scanInChunks(bytes: Buffer, cuts: readonly number[]): ShallowScan {
  const scanner = new ShallowJsonScanner();
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = cuts[i % cuts.length] ?? 1;
    scanner.push(bytes.subarray(at, at + size));
    at += size;
  }
  return scanner.finish();
}

function outcome<Result>(run: () => Result): { result: Result | null; refused: boolean } {
  try {
    return { result: run(), refused: false };
  } catch (error) {
    if (!(error instanceof InvalidJsonError) && !(error instanceof SyntaxError)) throw error;
    return { result: null, refused: true };
  }
}

/** What a parser says of a document that a scan called not slow. */
function checkMembers(bytes: Buffer, scan: ShallowScan): void {
  const parsed = JSON.parse(bytes.toString()) as Record<string, Json>;
  expect(scan.fields.map((field) => field.key)).toHaveLength(Object.keys(parsed).length);
  for (const field of scan.fields) {
    expect(Object.hasOwn(parsed, field.key)).toBe(true);
    const slice = JSON.parse(bytes.toString('utf8', field.valueStart, field.valueEnd)) as Json;
    expect(slice).toEqual(parsed[field.key]);
    const keyEnd = field.keyStart + Buffer.byteLength(field.key) + 2;
    expect(bytes.toString('utf8', field.keyStart, keyEnd)).toBe(`"${field.key}"`);
  }
  expect(bytes[scan.closeOffset]).toBe('}'.charCodeAt(0));
}

/** All that may be said of the members; only null when neither holds. */
function reasonsToBeSlow({ fields }: ShallowScan): (string | null)[] {
  const reasons: string[] = [];
  if (fields.some((field) => field.key.includes('\\'))) reasons.push('escaped-key');
  if (new Set(fields.map((field) => field.key)).size < fields.length) reasons.push('duplicate-key');
  return reasons.length === 0 ? [null] : reasons;
}

describe('ShallowJsonScanner against JSON.parse', () => {
  it('finds the same members with the same values in any document, however it is cut', () => {
    let fast = 0;
    fc.assert(
      fc.property(documents, sizes, (document, cuts) => {
        const bytes = Buffer.from(document);
        const scan = scanShallow(bytes);
        expect(scanInChunks(bytes, cuts)).toEqual(scan);
        expect(scanInChunks(bytes, [1])).toEqual(scan);
        if (scan.slow === null) {
          fast++;
          checkMembers(bytes, scan);
        }
        expect(reasonsToBeSlow(scan)).toContain(scan.slow);
      }),
      { numRuns: 3000 },
    );
    expect(fast).toBeGreaterThan(500);
  });

  it('agrees on what is JSON, for documents with up to three bytes changed', () => {
    let refusals = 0;
    const replacement = fc.constantFrom(...Array.from('{}[]",:\\0123.eE+-tfnu \nxé'), '');
    const change = fc.record({ at: fc.nat(), length: fc.integer({ min: 0, max: 2 }), by: replacement });
    fc.assert(
      fc.property(documents, fc.array(change, { minLength: 1, maxLength: 3 }), sizes, (document, changes, cuts) => {
        let mutated = document;
        for (const { at, length, by } of changes) {
          const position = at % (mutated.length + 1);
          mutated = mutated.slice(0, position) + by + mutated.slice(position + length);
        }
        // A lone half of a surrogate pair would be written as U+FFFD.
        const bytes = Buffer.from(mutated.toWellFormed());
        const expected = outcome(() => JSON.parse(bytes.toString()) as Json);
        if (expected.refused) refusals++;
        const scans = [
          outcome(() => scanShallow(bytes)),
          outcome(() => scanInChunks(bytes, cuts)),
          outcome(() => scanInChunks(bytes, [1])),
        ];
        for (const scan of scans) expect([mutated, scan.refused]).toEqual([mutated, expected.refused]);
        const [first, second] = scans;
        expect(second?.result).toEqual(first?.result);
        if (first?.result?.slow === null) checkMembers(bytes, first.result);
      }),
      { numRuns: 5000 },
    );
    expect(refusals).toBeGreaterThan(1000);
  });

  it('refuses every proper beginning of a document', () => {
    const document = Buffer.from('{"a":[1,-2.5e3,{"b":"\\u00e9\\n ü"}],"c":null,"d":"' + 'x'.repeat(100) + '"}');
    for (let end = 0; end < document.length; end++) {
      const part = document.subarray(0, end);
      expect(outcome(() => scanShallow(part)).refused).toBe(true);
      expect(outcome(() => scanInChunks(part, [7])).refused).toBe(true);
    }
    expect(outcome(() => scanShallow(document)).refused).toBe(false);
  });
});
