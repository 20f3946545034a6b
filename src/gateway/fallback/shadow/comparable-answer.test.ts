import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../protocol/json.ts';
import { isComparable, type Exactness } from './comparable-answer.ts';
import type { RecordedAnswer } from './contract.ts';

const json = (body: JsonValue, status = 200): RecordedAnswer => ({
  status,
  headers: ['content-type', 'application/json'],
  body: Buffer.from(JSON.stringify(body)),
});
const stream = (events: readonly JsonValue[], done = true): RecordedAnswer => ({
  status: 200,
  headers: ['content-type', 'text/event-stream; charset=utf-8'],
  body: Buffer.from(
    [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), done ? 'data: [DONE]\n\n' : ''].join(''),
  ),
});

const chat = (changes: JsonObject = {}, choice: JsonObject = {}): JsonObject => ({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop', ...choice }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  ...changes,
});

const chunk = (delta: object, finish: string | null = null): JsonValue =>
  ({
    id: 'a',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  }) as JsonValue;

const both: readonly Exactness[] = ['same', 'alike'];

describe.each(both)('answers that must be %s', (exactness) => {
  it.each([
    ['other ids and times', chat({ id: 'b', created: 9, system_fingerprint: 'f' })],
    [
      'what LiteLLM adds',
      chat({ provider_specific_fields: {}, service_tier: null }, { provider_specific_fields: { a: 1 } }),
    ],
    [
      'null in place of nothing',
      chat({}, { message: { role: 'assistant', content: 'Hello', tool_calls: null, annotations: [] } }),
    ],
    ['another order of members', Object.fromEntries(Object.entries(chat()).reverse()) as JsonValue],
  ])('may have %s', (_name, other) => {
    expect(isComparable(json(chat()), json(other), exactness)).toBe(true);
  });

  it.each([
    ['another status', json(chat(), 201)],
    ['another media type', { ...json(chat()), headers: ['content-type', 'text/plain'] }],
    ['another model', json(chat({ model: 'other' }))],
    ['another member', json(chat({}, { message: { role: 'assistant', content: 'Hello', refusal: 'no' } }))],
    ['a missing member', json(chat({ usage: null }))],
    ['another kind of value', json(chat({}, { message: { role: 'assistant', content: ['Hello'] } }))],
    ['no JSON', { ...json(chat()), body: Buffer.from('{') }],
  ])('may not have %s', (_name, other) => {
    expect(isComparable(json(chat()), other, exactness)).toBe(false);
  });

  it('may be refusals in other words, and not of another kind', () => {
    const error = (message: string, type: string, code: string): RecordedAnswer =>
      json({ error: { message, type, param: null, code } }, 400);
    expect(isComparable(error('a', 't', '400'), error('b', 't', '400'), exactness)).toBe(true);
    expect(isComparable(error('a', 't', '400'), error('a', 'u', '400'), exactness)).toBe(false);
    expect(isComparable(json({ detail: 'a' }, 404), json({ detail: 'b' }, 404), exactness)).toBe(true);
  });

  it('may be streams that are cut otherwise, and not ones that end otherwise', () => {
    const one = [chunk({ role: 'assistant', content: 'Hel' }), chunk({ content: 'lo' }), chunk({}, 'stop')];
    const other = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hello' }),
      chunk({ content: null }, 'stop'),
    ];
    expect(isComparable(stream(one), stream(other), exactness)).toBe(true);
    expect(isComparable(stream(one), stream(one, false), exactness)).toBe(false);
    expect(isComparable(stream(one), stream([...one, { error: { type: 'x', code: '500' } }]), exactness)).toBe(false);
  });

  it('may not be streams with other calls of tools', () => {
    const call = (name: string): JsonValue[] => [
      chunk({ role: 'assistant', tool_calls: [{ index: 0, id: 'c', function: { name, arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }, 'tool_calls'),
    ];
    expect(isComparable(stream(call('f')), stream(call('f')), exactness)).toBe(true);
    const text = [chunk({ role: 'assistant', content: 'Hello' }, 'stop')];
    expect(isComparable(stream(call('f')), stream(text), exactness)).toBe(false);
  });

  it('may be streams of events with the same types in the same order', () => {
    const events = (types: readonly string[]): JsonValue[] =>
      types.map((type, index) => ({ type, sequence_number: index }));
    const types = ['response.created', 'response.output_text.delta', 'response.completed'];
    const more = ['response.created', 'response.output_text.delta', 'response.output_text.delta', 'response.completed'];
    expect(isComparable(stream(events(types)), stream(events(more)), exactness)).toBe(true);
    expect(isComparable(stream(events(types)), stream(events(types.slice(0, 2))), exactness)).toBe(false);
  });
});

describe('the words of a model', () => {
  const other = chat({}, { message: { role: 'assistant', content: 'Bye' } });
  const cached = chat({
    usage: { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10, prompt_tokens_details: { cached_tokens: 1 } },
  });

  it('count where both sides got the same', () => {
    expect(isComparable(json(chat()), json(other), 'same')).toBe(false);
    expect(isComparable(json(chat()), json(cached), 'same')).toBe(false);
    const audio = (text: string): RecordedAnswer => ({
      status: 200,
      headers: ['content-type', 'audio/mpeg'],
      body: Buffer.from(text),
    });
    expect(isComparable(audio('a'), audio('b'), 'same')).toBe(false);
    expect(isComparable(audio('a'), audio('b'), 'alike')).toBe(true);
  });

  it('do not count where it was asked twice', () => {
    expect(isComparable(json(chat()), json(other), 'alike')).toBe(true);
    expect(isComparable(json(chat()), json(cached), 'alike')).toBe(true);
    const vectors = (length: number): RecordedAnswer =>
      json({ data: [{ embedding: new Array<number>(length).fill(0.5) }] });
    expect(isComparable(vectors(3), vectors(4), 'alike')).toBe(true);
  });
});
