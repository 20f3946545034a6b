import { expect, test } from 'vitest';

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

test('no tool at all', () => {
  expect(formatToolDefinitions([])).toBe('namespace functions {\n\n} // namespace functions');
});
