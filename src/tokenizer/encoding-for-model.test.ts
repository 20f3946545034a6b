import { expect, test } from 'vitest';

import { encodingForModel } from './encoding-for-model.ts';

test.each([
  ['gpt-4o-2024-08-06', 'o200k_base'],
  ['gpt-4', 'cl100k_base'],
  ['gpt-4.5-preview', 'o200k_base'],
  ['gpt-5-anything', 'o200k_base'],
  ['ft:gpt-4o-mini:me', 'o200k_base'],
  ['ft:gpt-4:me', 'cl100k_base'],
  ['text-davinci-003', 'p50k_base'],
  ['code-davinci-edit-001', 'p50k_edit'],
  ['ada', 'r50k_base'],
  ['gpt-oss-120b', 'o200k_harmony'],
])('%s', (model, encoding) => {
  expect(encodingForModel(model).name).toBe(encoding);
});

test.each([[undefined], [null], [5], [{}]])('%j is no name', (model) => {
  expect(() => encodingForModel(model as never)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});

test('an unknown name is refused with the remedy', () => {
  expect(() => encodingForModel('claude-3')).toThrow(/getEncoding/);
});
