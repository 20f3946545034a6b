import { describe, expect, it } from 'vitest';
import { InvalidJsonError } from './invalid-json-error.ts';
import { fieldOf, scanShallow, type ShallowScan, ShallowJsonScanner, tryScanShallow } from './shallow-json-scanner.ts';

function whole(document: string | Buffer): ShallowScan {
  return scanShallow(Buffer.from(document as string));
}

function bytewise(document: string | Buffer): ShallowScan {
  const scanner = new ShallowJsonScanner();
  for (const byte of Buffer.from(document as string)) scanner.push(Buffer.from([byte]));
  return scanner.finish();
}

/** The error of both ways to scan, which must be the same. */
function refusal(document: string | Buffer): InvalidJsonError {
  const errors = [whole, bytewise].map((scan) => {
    try {
      scan(document);
    } catch (error) {
      return error;
    }
    return null;
  });
  const [one, other] = errors;
  if (!(one instanceof InvalidJsonError) || !(other instanceof InvalidJsonError))
    throw new Error(`accepted: ${String(document).slice(0, 100)}`);
  expect(other.message).toBe(one.message);
  return one;
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('members', () => {
  it('are reported with their offsets and kinds', () => {
    const document = '{"model" : "gpt-4o", "n":1,"a":[1,{"x":2}],"o":{},"t":true,"f":false,"z":null}';
    for (const scan of [whole(document), bytewise(document)]) {
      expect(scan.slow).toBeNull();
      expect(scan.closeOffset).toBe(document.length - 1);
      const members = scan.fields.map((field) => [
        field.key,
        field.kind,
        document.slice(field.valueStart, field.valueEnd),
      ]);
      expect(members).toEqual([
        ['model', 'string', '"gpt-4o"'],
        ['n', 'number', '1'],
        ['a', 'array', '[1,{"x":2}]'],
        ['o', 'object', '{}'],
        ['t', 'true', 'true'],
        ['f', 'false', 'false'],
        ['z', 'null', 'null'],
      ]);
      expect(scan.fields.map((field) => document[field.keyStart])).toEqual(Array(7).fill('"'));
      expect(fieldOf(scan, 'n')?.valueStart).toBe(document.indexOf('1'));
      expect(fieldOf(scan, 'x')).toBeUndefined();
    }
  });

  it('count from the start of the buffer when a part of it is scanned', () => {
    const buffer = Buffer.from('data: {"a":"b"}\n\ndata: {"c"');
    const scan = scanShallow(buffer, 6, 15);
    expect(scan.fields).toEqual([{ key: 'a', keyStart: 7, valueStart: 11, valueEnd: 14, kind: 'string' }]);
    expect(scan.closeOffset).toBe(14);
    expect(() => scanShallow(buffer, 6, 14)).toThrow('unexpected end of data: line 1 column 9 (char 8)');
  });

  it('may have keys that are not known, not ASCII, empty, or named like parts of a prototype', () => {
    const document = '{"":1,"schlüssel 🌍":2,"__proto__":3,"constructor":4,"modex":5}';
    const keys = ['', 'schlüssel 🌍', '__proto__', 'constructor', 'modex'];
    for (const scan of [whole(document), bytewise(document)])
      expect(scan.fields.map((field) => field.key)).toEqual(keys);
  });
});

describe('slow documents', () => {
  it.each([
    ['a repeated key', '{"a":1,"b":2,"a":3}', 'duplicate-key'],
    ['a key with an escape', '{"mod\\u0065l":"x"}', 'escaped-key'],
    ['an array', '[{"a":1}]', 'not-object'],
    ['a string', '"model"', 'not-object'],
    ['a number', ' 12 ', 'not-object'],
    ['null', 'null', 'not-object'],
    ['escapes and repeats below the top', '{"a":{"b":1,"b":2,"\\u0061":3},"c":"\\n"}', null],
    ['an empty object', '{ }', null],
  ])('%s is told apart', (_, document, slow) => {
    for (const scan of [whole(document), bytewise(document)]) {
      expect(scan.slow).toBe(slow);
      expect(scan.closeOffset).toBe(slow === 'not-object' ? -1 : document.length - 1);
      expect(scan.fields.length === 0).toBe(slow === 'not-object' || document === '{ }');
    }
  });

  it('finds a repeated key among thousands', () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `"k${index}":0`);
    expect(whole(`{${keys.join()}}`).slow).toBeNull();
    expect(whole(`{${keys.join()},"k4321":1}`).slow).toBe('duplicate-key');
    expect(whole(`{${keys.join()},"k3":1}`).slow).toBe('duplicate-key');
  });
});

describe('refusals', () => {
  it.each([
    ['{"model": "gpt-4o", "messages": [', 'unexpected end of data: line 1 column 34 (char 33)'],
    ['{"model": ', 'unexpected end of data: line 1 column 11 (char 10)'],
    ['hello', 'unexpected character, expected a JSON value: line 1 column 1 (char 0)'],
    ['', 'the document is empty: line 1 column 1 (char 0)'],
    [' \n', 'the document is empty: line 2 column 1 (char 2)'],
    ['{"a":NaN}', 'unexpected character, expected a JSON value: line 1 column 6 (char 5)'],
    ['{"a":-Infinity}', 'a digit must follow the minus sign: line 1 column 7 (char 6)'],
    ['{"a":Infinity}', 'unexpected character, expected a JSON value: line 1 column 6 (char 5)'],
    ['{"é":\n\n  "ü" x}', "unexpected character, expected ',' or '}': line 3 column 7 (char 13)"],
    ['{"a":[1 2]}', "unexpected character, expected ',' or ']': line 1 column 9 (char 8)"],
    ['{"a":1] ', "unexpected character, expected ',' or '}': line 1 column 7 (char 6)"],
    ['{"a" 1}', "unexpected character, expected ':' after the key: line 1 column 6 (char 5)"],
    ['{a:1}', 'unexpected character, expected a string key: line 1 column 2 (char 1)'],
    ['{"a":1,}', 'a comma must not come last: line 1 column 8 (char 7)'],
    ['[1,]', 'a comma must not come last: line 1 column 4 (char 3)'],
    ['{"a":1} x', 'unexpected content after the document: line 1 column 9 (char 8)'],
    ['{"a":1}{"b":2}', 'unexpected content after the document: line 1 column 8 (char 7)'],
    ['{"a":tru}', "invalid literal, expected 'true': line 1 column 6 (char 5)"],
    ['{"a":01}', 'a number must not begin with a zero: line 1 column 7 (char 6)'],
    ['{"a":1.}', 'a digit must follow the decimal point: line 1 column 8 (char 7)'],
    ['{"a":1e}', 'a digit must follow the exponent sign: line 1 column 8 (char 7)'],
    ['{"a":"\\x"}', 'invalid escape sequence in a string: line 1 column 8 (char 7)'],
    ['{"a":"\\u12G4"}', 'invalid escape sequence in a string: line 1 column 11 (char 10)'],
    ['{"a":"\t"}', 'unexpected control character in a string: line 1 column 7 (char 6)'],
    ['\uFEFF{"a":1}', 'a byte order mark is not supported, expected a JSON value: line 1 column 1 (char 0)'],
    ['{"a":1}\0', 'unexpected content after the document: line 1 column 8 (char 7)'],
  ])('%j is refused', (document, message) => {
    expect(refusal(document).message).toBe(message);
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a byte that begins nothing', [0xff]],
    ['a character that is cut', [0xe2, 0x82]],
  ])('%s in a short and in a long string is refused', (_, bytes) => {
    for (const before of ['ü', 'x'.repeat(200)]) {
      const document = Buffer.concat([Buffer.from(`{"a":"${before}`), Buffer.from(bytes), Buffer.from('"}')]);
      const error = [whole, bytewise].map((scan) => {
        try {
          return scan(document);
        } catch (thrown) {
          return (thrown as InvalidJsonError).reason;
        }
      });
      expect(error).toEqual(['not valid UTF-8', 'not valid UTF-8']);
    }
    expect(() => whole(Buffer.from([0x22, ...bytes]))).toThrow(InvalidJsonError);
  });

  it('accepts 1,024 levels and refuses one more, at once', () => {
    expect(whole(nested(1024)).slow).toBe('not-object');
    expect(bytewise(nested(1024)).slow).toBe('not-object');
    expect(refusal(nested(1025)).message).toBe('nested deeper than 1024 levels: line 1 column 1025 (char 1024)');
    expect(refusal('[{"a":'.repeat(50_000)).byteOffset).toBeLessThan(6200);
  });

  it('keeps objects and arrays apart at any depth', () => {
    const levels = Array.from({ length: 200 }, (_, level) => level % 3 === 0);
    const opening = levels.map((isArray) => (isArray ? '[' : '{"a":')).join('');
    const closing = levels.toReversed().map((isArray) => (isArray ? ']' : '}'));
    expect(whole(`${opening}1${closing.join('')}`).slow).toBe('not-object');
    for (let wrong = 0; wrong < closing.length; wrong++) {
      const mutated = closing.with(wrong, closing[wrong] === ']' ? '}' : ']');
      expect(() => whole(`${opening}1${mutated.join('')}`)).toThrow(InvalidJsonError);
    }
  });

  it('refuses a line feed also in the part of a long string that is skipped', () => {
    expect(refusal(`{"a":"${'x'.repeat(5000)}\n"}`).reason).toBe('unexpected control character in a string');
  });

  it('come as soon as the bytes cannot become a document, and stay', () => {
    const scanner = new ShallowJsonScanner();
    scanner.push(Buffer.from('{"a"'));
    expect(() => scanner.push(Buffer.from('}'))).toThrow(InvalidJsonError);
    expect(() => scanner.push(Buffer.from('more'))).toThrow("expected ':'");
    expect(() => scanner.finish()).toThrow("expected ':'");
  });

  it('become null for those who only want to look', () => {
    expect(tryScanShallow(Buffer.from('{"a":'))).toBeNull();
    expect(tryScanShallow(Buffer.from('{"a":1}'))?.fields).toHaveLength(1);
  });
});

it('accepts what is valid JSON text though a parser may round it', () => {
  for (const document of [
    '{"a":1e999}',
    `{"a":${'9'.repeat(5000)}}`,
    '{"a":"\\ud800"}',
    '{"a":-0,"b":1E+2,"c":0.5e-7}',
    '{"a":"\x7f"}',
  ])
    expect([whole(document).slow, bytewise(document).slow]).toEqual([null, null]);
});
