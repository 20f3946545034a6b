import { describe, expect, it } from 'vitest';
import { ByteSegments } from '../primitives/byte-segments.ts';
import { encodeModelName, modelStampEdit } from './model-stamp.ts';
import { scanShallow } from './shallow-json-scanner.ts';

function stamp(document: string, name: string): string | null {
  const buffer = Buffer.from(document);
  const edit = modelStampEdit(buffer, scanShallow(buffer), encodeModelName(name));
  if (edit === null) return null;
  const segments = new ByteSegments();
  segments.append(buffer);
  return Buffer.concat(segments.splice([edit])).toString();
}

describe('modelStampEdit', () => {
  it('replaces the top-level model and nothing else', () => {
    expect(stamp('{"id":"m", "model" : "gpt-4o-2024" ,"choices":[{"model":"x"}]}', 'my "gpt"')).toBe(
      '{"id":"m", "model" : "my \\"gpt\\"" ,"choices":[{"model":"x"}]}',
    );
    expect(stamp('{"model":null}', 'm')).toBe('{"model":"m"}');
  });

  it('makes no edit when the value is right or there is no such member', () => {
    expect(stamp('{"model":"m"}', 'm')).toBeNull();
    expect(stamp('{"choices":[{"model":"x"}]}', 'm')).toBeNull();
  });

  it('leaves documents that must be parsed to its caller', () => {
    expect(stamp('{"model":"a","model":"b"}', 'm')).toBeNull();
    expect(stamp('{"m\\u006fdel":"a","model":"b"}', 'm')).toBeNull();
    expect(stamp('["model"]', 'm')).toBeNull();
  });
});
