import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../protocol/json.ts';
import { mayLackToolType, withToolTypes } from './normalise-chunk.ts';

function asks(choices: string): boolean {
  const text = `{"type":"before","choices":${choices},"type":"after","tool_calls":1}`;
  const bytes = Buffer.from(text);
  const start = bytes.indexOf('[');
  return mayLackToolType(bytes, start, start + Buffer.byteLength(choices));
}

describe('mayLackToolType', () => {
  test.each([
    ['[]', false],
    ['[{"delta":{"content":"tool_calls"}}]', false],
    ['[{"delta":{},"finish_reason":"tool_calls"}]', false],
    ['[{"finish_reason":"tool_calls","delta":{"tool_calls" : [{"index":0}]}}]', true],
    ['[{"delta":{"content":"a \\"tool_calls\\" b"}}]', false],
    ['[{"delta":{"tool_calls":[{"index":0,"type":"function"}]}}]', false],
    ['[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]', true],
  ])('%s: %s', (choices, expected) => {
    expect(asks(choices)).toBe(expected);
  });
});

describe('withToolTypes', () => {
  test('adds the type where it is missing or null, and changes nothing else', () => {
    const call = (type: JsonObject): JsonObject => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...type }] } }],
      model: 'm',
    });
    expect(withToolTypes(call({}))).toEqual(call({ type: 'function' }));
    expect(withToolTypes(call({ type: null }))).toEqual(call({ type: 'function' }));
    expect(withToolTypes(call({ type: 'custom' }))).toEqual(call({ type: 'custom' }));
  });

  test.each<JsonObject>([
    { choices: [{ delta: null }] },
    { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    { usage: null },
    { choices: ['odd'] },
    { choices: [{ delta: { tool_calls: 'odd' } }] },
  ])('leaves %j alone', (event) => {
    expect(withToolTypes(event)).toEqual(event);
  });
});
