import { describe, expect, test } from 'vitest';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { scanShallow } from '../../protocol/shallow-json-scanner.ts';
import {
  fieldValue,
  findField,
  includeUsage,
  parseSeconds,
  readRequestFields,
  requestedModel,
  secondsField,
  wantsStream,
  type RequestFields,
} from './request-fields.ts';

function fieldsOf(text: string): RequestFields {
  const whole = Buffer.from(text);
  const bytes = new ByteSegments();
  for (const byte of whole) bytes.append(Buffer.from([byte]));
  return readRequestFields(bytes, scanShallow(whole));
}

describe('readRequestFields', () => {
  test('finds what is decided on, over chunk borders and in any order', () => {
    const fields = fieldsOf(
      '{ "user":"ü", "mock_response":"x", "stream" : true,"timeout":1.5, "drop_params":true,"model":"grüße 👩‍👩‍👧"}',
    );
    expect(requestedModel(fields)).toBe('grüße 👩‍👩‍👧');
    expect(wantsStream(fields)).toBe(true);
    expect(secondsField(fields, fields.timeout)).toBe(1.5);
    expect(fields.mocks.map(({ key }) => key)).toEqual(['mock_response']);
    expect([fields.user?.key, fields.dropParams?.kind, fields.streamOptions]).toEqual(['user', 'true', null]);
    const user = findField(fields.scan, 'user');
    expect(user === undefined ? null : fieldValue(fields, user)).toBe('ü');
  });

  test.each(['request_timeout', 'timeout'])('reads the time limit from %s', (key) => {
    const fields = fieldsOf(`{"${key}": "2.5"}`);
    expect(secondsField(fields, fields.timeout)).toBe(2.5);
  });
});

describe('requestedModel', () => {
  test.each(['{}', '{"model":null}'])('is null for %s', (text) => {
    expect(requestedModel(fieldsOf(text))).toBeNull();
  });

  test.each(['1', 'true', '["m"]', '{"a":1}'])('refuses %s', (value) => {
    expect(() => requestedModel(fieldsOf(`{"model":${value}}`))).toThrow(/^Invalid type for 'model'/);
  });
});

describe('wantsStream', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['null', false],
    ['1', false],
    ['"true"', false],
    ['[true]', false],
  ])('%s: %s', (value, wanted) => {
    expect(wantsStream(fieldsOf(`{"stream":${value}}`))).toBe(wanted);
  });
});

describe('includeUsage', () => {
  test.each([
    ['{"include_usage":true}', true],
    ['{"include_usage":false}', false],
    ['{"include_usage":"yes"}', null],
    ['{}', null],
    ['null', null],
    ['[]', null],
  ])('%s: %s', (value, wanted) => {
    expect(includeUsage(fieldsOf(`{"stream_options":${value}}`))).toBe(wanted);
  });
});

describe('parseSeconds', () => {
  test.each([
    [3, 3],
    ['0.5', 0.5],
    ['1e2', 100],
  ])('%j are %s seconds', (value, seconds) => {
    expect(parseSeconds(value, 'timeout')).toBe(seconds);
  });

  test.each([[0], [-1], ['x'], [''], [' '], [true], [[1]], [{}], ['Infinity'], ['NaN']])('refuses %j', (value) => {
    expect(() => parseSeconds(value, 'timeout')).toThrow("Invalid value for 'timeout'");
  });
});
