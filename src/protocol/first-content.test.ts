import { describe, expect, test } from 'vitest';
import { chunkHasContent, responseEventHasContent } from './first-content.ts';
import type { JsonObject, JsonValue } from './json.ts';

const delta = (members: JsonObject, more: JsonObject = {}): JsonValue => [
  { index: 0, delta: members, logprobs: null, finish_reason: null, ...more },
];

describe('chunkHasContent', () => {
  test.each<[string, JsonValue | undefined]>([
    ['no choices', undefined],
    ['null for choices', null],
    ['an empty list', []],
    ['a role', delta({ role: 'assistant' })],
    ['a role and an empty text', delta({ role: 'assistant', content: '' })],
    ['empty members of every kind', delta({ content: null, refusal: null, tool_calls: [], annotations: [] })],
    ['an empty delta', delta({})],
    ['numbers about an empty text', delta({ content: '', token_id: 128_000 }, { seed: 7 })],
    ['empty log probabilities', delta({ content: '' }, { logprobs: { content: [] } })],
    ['a verdict about the prompt', delta({}, { content_filter_results: { hate: { filtered: false } } })],
    ['the place of a tool call', delta({ tool_calls: [{ index: 3, function: { arguments: '' } }] })],
    ['an empty text of a text completion', [{ index: 0, text: '', finish_reason: null }]],
    ['two choices of roles', [...(delta({ role: 'assistant' }) as []), { index: 1, delta: { role: 'assistant' } }]],
  ])('%s says nothing', (_name, choices) => {
    expect(chunkHasContent(choices, false)).toBe(false);
  });

  test.each<[string, JsonValue]>([
    ['a text', delta({ content: 'Hi' })],
    ['a blank', delta({ content: ' ' })],
    ['a refusal', delta({ content: null, refusal: 'No' })],
    ['the name of a tool', delta({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '' } }] })],
    ['arguments of a tool', delta({ tool_calls: [{ index: 0, function: { arguments: '{' } }] })],
    ['a function call', delta({ function_call: { name: 'f', arguments: '' } })],
    ['reasoning', delta({ content: '', reasoning_content: 'Hm' })],
    ['reasoning under another name', delta({ reasoning: 'Hm' })],
    ['thinking blocks', delta({ thinking_blocks: [{ type: 'thinking', thinking: 'Hm' }] })],
    ['audio', delta({ audio: { id: 'audio_1' } })],
    ['a picture', delta({ images: [{ image_url: { url: 'data:' } }] })],
    ['a finish reason', delta({}, { finish_reason: 'stop' })],
    ['a text of a text completion', [{ index: 0, text: 'Hi' }]],
    [
      'a text of the second choice',
      [
        { index: 0, delta: {} },
        { index: 1, delta: { content: 'Hi' } },
      ],
    ],
    ['choices that are no list', 'text'],
    ['a member that nobody knows', delta({ something: 0 })],
  ])('%s is content', (_name, choices) => {
    expect(chunkHasContent(choices, false)).toBe(true);
  });

  test('usage is the end of an answer where there are no choices', () => {
    expect([chunkHasContent([], true), chunkHasContent(undefined, true)]).toEqual([true, true]);
    expect(chunkHasContent(delta({ role: 'assistant' }), true)).toBe(false);
  });

  test('what lies deep is content, whatever it is', () => {
    let nested: JsonValue = [];
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    expect(chunkHasContent(nested, false)).toBe(true);
  });
});

describe('responseEventHasContent', () => {
  const has = (event: JsonObject): boolean => responseEventHasContent(event['type'], (name) => event[name]);
  const added = (item: JsonObject): JsonObject => ({ type: 'response.output_item.added', output_index: 0, item });
  const part = (members: JsonObject): JsonObject => ({ type: 'response.content_part.added', part: members });

  test.each<JsonObject>([
    { type: 'response.created', response: { output: [] } },
    { type: 'response.queued' },
    { type: 'response.in_progress' },
    { type: 'keepalive', sequence_number: 3 },
    added({ id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] }),
    added({ id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAA' }),
    part({ type: 'output_text', text: '', annotations: [], logprobs: [] }),
    part({ type: 'refusal', refusal: '' }),
    { type: 'response.reasoning_summary_part.added', part: { type: 'summary_text', text: '' } },
    { type: 'response.output_text.delta', delta: '', item_id: 'msg_1' },
    { sequence_number: 1 },
  ])('nothing: %j', (event) => {
    expect(has(event)).toBe(false);
  });

  test.each<JsonObject>([
    { type: 'response.output_text.delta', delta: 'Hi' },
    { type: 'response.refusal.delta', delta: 'No' },
    { type: 'response.reasoning_summary_text.delta', delta: 'Hm' },
    { type: 'response.function_call_arguments.delta', delta: '{' },
    added({ id: 'fc_1', type: 'function_call', name: 'f', arguments: '' }),
    added({ id: 'ws_1', type: 'web_search_call', status: 'in_progress' }),
    added({ id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }),
    { type: 'response.output_item.added' },
    part({ type: 'output_text', text: 'Hi' }),
    { type: 'response.content_part.added' },
    { type: 'response.completed', response: {} },
    { type: 'response.incomplete', response: {} },
    { type: 'response.something.new' },
  ])('content: %j', (event) => {
    expect(has(event)).toBe(true);
  });
});
