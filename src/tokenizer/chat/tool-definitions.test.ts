import { expect, test } from 'vitest';

import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { formatToolDefinitions } from './tool-definitions.ts';

test('the whole form', () => {
  const parameters = {
    type: 'object',
    required: ['place', 'kind'],
    properties: {
      place: { type: 'string', description: 'Where' },
      kind: { type: 'string', enum: ['a', 'b'] },
      size: { type: 'integer', enum: [1, 2.5] },
      days: { type: 'array', items: { type: 'number' } },
      rest: { type: 'object', description: 'More', properties: { on: { type: 'boolean' }, off: { type: 'null' } } },
      odd: { type: ['string', 'null'] },
    },
  };
  const tools = [
    { type: 'function', function: { name: 'weather', description: 'Tells it', parameters } },
    { name: 'plain', description: 'No input', input_schema: {} },
    'not a tool',
    { type: 'web_search' },
  ];
  expect(formatToolDefinitions(tools)).toBe(
    [
      'namespace functions {',
      '',
      '// Tells it',
      'type weather = (_: {',
      '// Where',
      'place: string,',
      'kind: "a" | "b",',
      'size?: "1" | "2.5",',
      'days?: number[],',
      '// More',
      'rest?: {',
      '  on?: boolean,',
      '  off?: null,',
      '},',
      'odd?: any,',
      '}) => any;',
      '',
      '// No input',
      'type plain = () => any;',
      '',
      '} // namespace functions',
    ].join('\n'),
  );
});

test('what LiteLLM fails on is written as any', () => {
  const properties = { list: { type: 'array' }, yes: true, '': { type: 'object', properties: 7 } };
  expect(formatToolDefinitions([{ function: { name: 'f', parameters: { properties } } }])).toContain(
    'list?: any[],\nyes?: any,\n?: {\n\n},',
  );
});

test('an enum and the required names are gone through as Python does it', () => {
  const written = (schema: JsonObject): string | undefined =>
    formatToolDefinitions([{ name: 'f', input_schema: schema }]).split('\n')[3];
  const withEnum = (values: JsonValue) => written({ properties: { a: { type: 'string', enum: values } } });
  expect(['', {}, [], 'x😀', { k: 1 }, 5, null].map(withEnum)).toEqual([
    'a?: ,',
    'a?: ,',
    'a?: ,',
    'a?: "x" | "😀",',
    'a?: "k",',
    'a?: string,',
    'a?: string,',
  ]);
  const withRequired = (required: JsonValue) => written({ required, properties: { a: { type: 'null' } } });
  expect(['', 'cab', { a: 1 }, { b: 1 }, 5].map(withRequired)).toEqual([
    'a?: null,',
    'a: null,',
    'a: null,',
    'a?: null,',
    'a?: null,',
  ]);
});

test('the limit is of the text that is written, to the character', () => {
  const longest = 64 * 1024 * 1024;
  const tools = (padding: number): JsonObject[] => {
    const properties = {
      list: { type: 'array', description: 'x'.repeat(padding), items: { type: 'integer', enum: [1, 22] } },
      rest: { type: 'object', properties: { on: { type: 'boolean', description: 'On' }, off: { type: 'null' } } },
      odd: {},
    };
    const parameters = { required: ['odd'], properties };
    return [{ function: { name: 'f', description: 'Does', parameters } }, { name: 'plain' }];
  };
  const rest = longest - formatToolDefinitions(tools(1)).length + 1;
  expect(formatToolDefinitions(tools(rest)).length).toBe(longest);
  expect(() => formatToolDefinitions(tools(rest + 1))).toThrow(/longer than 67108864 characters/);
});

test('values without number are refused before any is written', () => {
  const wasRead = (): never => {
    throw new Error('A value was read.');
  };
  // one for the tool, one for each property and each value of an enum
  const written = (values: number): string => {
    const list = new Array<number>(values).fill(1);
    if (values > 1_048_572) Object.defineProperty(list, 0, { get: wasRead });
    const properties = { a: { type: 'number', enum: list }, b: {}, c: {} };
    return formatToolDefinitions([{ name: 'f', input_schema: { properties } }]);
  };
  expect(written(1_048_572).length).toBeGreaterThan(6 * 1_048_572 - 3);
  expect(() => written(1_048_573)).toThrow(/more than 1048576 values/);
});

test('no tool at all', () => {
  expect(formatToolDefinitions([])).toBe('namespace functions {\n\n} // namespace functions');
});
