import { describe, expect, test } from 'vitest';

import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { TextTokenizer } from '../contract.ts';
import { ChatCounter, type ChatCounterOptions } from './chat-counter.ts';
import type { CountRequest } from './contract.ts';

/** One token per code unit, so that every count tells what was counted. */
class LettersTokenizer implements TextTokenizer {
  readonly name = 'letters';
  readonly texts: string[] = [];

  count(text: string): number {
    this.texts.push(text);
    return text.length;
  }
  encodeOrdinary(): number[] {
    return [];
  }
  decode(): string {
    return '';
  }
}

function counting(options: Partial<ChatCounterOptions> = {}) {
  const tokenizer = new LettersTokenizer();
  const counter = new ChatCounter({
    tokenizer,
    own: true,
    mode: 'exact',
    inChunks: true,
    legacy: false,
    remoteImageSize: null,
    ...options,
  });
  return { counter, tokenizer };
}

const count = (request: CountRequest, options: Partial<ChatCounterOptions> = {}): number =>
  counting(options).counter.count(request);

const content = (parts: JsonValue, options: Partial<ChatCounterOptions> = {}): number =>
  count({ messages: [{ content: parts }], countResponseTokens: true }, options) - 3;

describe('messages', () => {
  test('each has three tokens around it, a name one more, and every reply is primed with three', () => {
    expect(count({ messages: [{ role: 'user', content: 'hello' }] })).toBe(3 + 4 + 5 + 3);
    expect(count({ messages: [{ role: 'user', name: 'bob', content: 'hello' }] })).toBe(3 + 4 + 3 + 1 + 5 + 3);
    expect(count({ messages: [] })).toBe(3);
  });

  test('gpt-3.5-turbo-0301 has constants of its own', () => {
    expect(count({ messages: [{ role: 'user', name: 'bob' }] }, { legacy: true })).toBe(4 + 4 + 3 - 1 + 3);
  });

  test('every field that is a text counts, others do not', () => {
    const message = {
      role: 'tool',
      tool_call_id: 'abc',
      refusal: 'no',
      number: 7,
      flag: true,
      object: { a: 'x' },
      none: null,
    };
    expect(count({ messages: [message], countResponseTokens: true })).toBe(3 + 4 + 3 + 2);
  });

  test('of tool calls only the arguments count, as Python writes them', () => {
    const call = (given: JsonObject): number =>
      count({ messages: [{ tool_calls: [{ id: 'x', function: given }] }], countResponseTokens: true }) - 3;
    expect(call({ name: 'long_name', arguments: '{"a":1}' })).toBe(7);
    expect(call({ arguments: null })).toBe('None'.length);
    expect(call({ arguments: { a: true } })).toBe("{'a': True}".length);
    expect(call({})).toBe(0);
    expect(count({ messages: [{ function_call: { arguments: 'abc' } }], countResponseTokens: true })).toBe(6);
  });

  test('custom tool calls count exactly, and are refused as LiteLLM refuses them', () => {
    const messages = [{ tool_calls: [{ type: 'custom', custom: { name: 'x', input: 'abcd' } }] }];
    expect(count({ messages, countResponseTokens: true })).toBe(7);
    expect(() => count({ messages }, { mode: 'litellm' })).toThrow('a tool call has no `function`');
  });

  test('search results are joined', () => {
    const results = [{ source: 's', title: 'tt', content: [{ text: 'xxx' }, 7], citations: { é: [1, null] } }, 'x'];
    const citations = '{"\\u00e9":[1,null]}';
    expect(count({ messages: [{ search_results: results }], countResponseTokens: true })).toBe(
      3 + 6 + citations.length,
    );
  });

  test('a text is counted by itself, a list of texts joined', () => {
    expect(count({ text: 'hello' })).toBe(5);
    expect(count({ text: ['ab', 3, 'c'] })).toBe(3);
    expect(count({ text: '' })).toBe(0);
  });

  test('each text is counted once, with no copy made of it', () => {
    const { counter, tokenizer } = counting();
    const text = 'x'.repeat(5000);
    counter.count({ messages: [{ role: 'user', content: text }] });
    expect(tokenizer.texts).toEqual(['user', text]);
  });
});

describe('tools', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const text = 'namespace functions {\n\ntype f = () => any;\n\n} // namespace functions';

  test('count as text and nine, four less with a system message', () => {
    expect(count({ messages: [], tools })).toBe(3 + 9 + text.length);
    const system = count({ messages: [{ role: 'system' }] });
    expect(count({ messages: [{ role: 'system' }], tools })).toBe(system + 9 + text.length - 4);
    expect(count({ messages: [], tools: [] })).toBe(3);
    expect(count({ messages: [], tools, countResponseTokens: true })).toBe(0);
    expect(count({ messages: [], tools, countResponseTokens: null })).toBe(0);
  });

  test.each<[JsonValue, number]>([
    ['none', 1],
    ['auto', 0],
    ['required', 0],
    [null, 0],
    [{ type: 'function', function: { name: 'abc' } }, 10],
    [{ type: 'tool', name: 'abc' }, 10],
    [{ type: 'auto' }, 0],
    [{ type: 'function', function: {} }, 7],
  ])('tool choice %j', (toolChoice, tokens) => {
    expect(count({ messages: [], toolChoice })).toBe(3 + tokens);
  });
});

describe('content parts', () => {
  test.each<[string, JsonValue, number]>([
    ['texts', ['ab', { type: 'text', text: 'cde' }, { type: 'text' }, { type: 'text', text: null }], 2 + 3 + 0 + 4],
    ['thinking without its signature', [{ type: 'thinking', thinking: 'abc', signature: 'xxxxxx' }], 3],
    ['a picture', [{ type: 'image_url', image_url: 'https://example.com/a.png' }], 85],
    ['a picture with low detail', [{ type: 'image_url', image_url: { url: 'x', detail: 'low' } }], 85],
    ['a picture by address', [{ type: 'image_url', image_url: { url: 'http://a.b/c', detail: 'high' } }], 85 + 170],
    ["Anthropic's picture", [{ type: 'image', source: { type: 'base64', data: 'x' } }], 85],
    ['a document', [{ type: 'document', title: 'ab', context: '', source: { type: 'text', data: 'cde' } }], 5],
    ['a document of parts', [{ type: 'document', source: { type: 'content', content: ['ab'] } }], 2],
    ['a document as PDF', [{ type: 'document', title: 't', source: { type: 'base64', data: 'x' } }], 86],
    ['a file', [{ type: 'file', file: { filename: 'ab', file_data: 'data:,x' } }], 87],
    ['a file by id', [{ type: 'file', file: { file_id: 'abc' } }], 0],
    [
      'a tool use',
      [{ type: 'tool_use', id: 'xxx', name: 'ab', input: { k: 'v', n: [1] } }],
      2 + "{'k': 'v', 'n': [1]}".length,
    ],
    ['a tool result', [{ type: 'tool_result', tool_use_id: 't', content: ['ab', { type: 'text', text: 'c' }] }], 3],
    ['a tool reference', [{ type: 'tool_reference', tool_name: 'abc' }, { type: 'tool_reference' }], 3],
    ['audio', [{ type: 'input_audio', input_audio: { data: 'xxxx' } }], 0],
    ['thinking that is hidden', [{ type: 'redacted_thinking', data: 'xxxx' }], 0],
    ['a refusal', [{ type: 'refusal', refusal: 'no' }], 2],
  ])('%s', (_, parts, tokens) => {
    expect(content(parts)).toBe(tokens);
  });

  test('every picture counts 250 where sizes are not looked at', () => {
    const messages = [{ content: [{ type: 'image_url', image_url: { url: 'x', detail: 'high' } }] }];
    expect(count({ messages, useDefaultImageTokenCount: true, countResponseTokens: true })).toBe(253);
  });

  test('the size of a picture by address can be handed in', () => {
    const parts = [{ type: 'image_url', image_url: { url: 'https://a.b/c', detail: 'high' } }];
    expect(content(parts, { remoteImageSize: () => ({ width: 1024, height: 1024 }) })).toBe(85 + 4 * 170);
  });

  test('a default stands for the whole list that cannot be counted', () => {
    const messages = [{ content: ['abc', { type: 'video_url' }] }];
    expect(count({ messages, defaultTokenCount: 99, countResponseTokens: true })).toBe(102);
  });
});

describe('refusals', () => {
  test.each<[string, Record<string, unknown>]>([
    ['neither `messages` nor `text`', {}],
    ['both given', { text: 'a', messages: [] }],
    ['belong to `messages`', { text: 'a', tools: [{}] }],
    ['neither a text nor a list', { text: 5 }],
    ['not a list', { messages: 5 }],
    ['not an object', { messages: ['hello'] }],
    ['`tool_calls` of a message is a text', { messages: [{ tool_calls: 'x' }] }],
    ['not a list', { messages: [{ tool_calls: {} }] }],
    ['not an object', { messages: [{ function_call: [] }] }],
    ['no `function`', { messages: [{ tool_calls: [{}] }] }],
    ['neither a text nor an object', { messages: [{ content: [3] }] }],
    ['no `type`', { messages: [{ content: [{ text: 'x' }] }] }],
    ['unknown type "bogus"', { messages: [{ content: [{ type: 'bogus' }] }] }],
    [
      '`image_url.detail`',
      { messages: [{ content: [{ type: 'image_url', image_url: { url: 'x', detail: 'ultra' } }] }] },
    ],
    ['`image_url.url` is missing', { messages: [{ content: [{ type: 'image_url', image_url: {} }] }] }],
    ['`image_url` is empty', { messages: [{ content: [{ type: 'image_url', image_url: '  ' }] }] }],
    ['must be a text or an object', { messages: [{ content: [{ type: 'image_url', image_url: [1] }] }] }],
    ['no `tool_use_id`', { messages: [{ content: [{ type: 'tool_result', content: 'x' }] }] }],
    ['`source` of a part', { messages: [{ content: [{ type: 'image' }] }] }],
  ])('%s', (words, request) => {
    const refusal = (): number => count(request);
    expect(refusal).toThrow(GatewayError);
    expect(refusal).toThrow(words);
  });
});

test('lists that Python goes through without an error count as in LiteLLM; what it cannot is refused', () => {
  const messages = [{ role: '', content: 'a' }];
  for (const none of ['', {}, []]) expect(count({ messages: none as never })).toBe(3);
  for (const wrong of [0, false, 5, 'a', { a: 1 }])
    expect(() => count({ messages: wrong as never })).toThrow(/`messages` is not a list/);
  const noTools = count({ messages, tools: [{}] });
  for (const given of ['ab', { a: 1 }]) expect(count({ messages, tools: given as never })).toBe(noTools);
  for (const wrong of [5, true])
    expect(() => count({ messages, tools: wrong as never })).toThrow(/`tools` is not a list/);
  for (const none of [0, false, '', {}]) expect(count({ messages, tools: none as never })).toBe(count({ messages }));
});

test('the text of a part may be as long as a content', () => {
  const text = 'a'.repeat(64 * 1024 * 1024 + 1);
  expect(content([{ type: 'text', text }])).toBe(text.length);
});

describe('hostile input', () => {
  const deep = (depth: number, wrap: (inner: JsonValue) => JsonValue): JsonValue => {
    let value: JsonValue = 'x';
    for (let level = 0; level < depth; level++) value = wrap(value);
    return value;
  };
  const cyclic: Record<string, unknown> = { type: 'object' };
  cyclic['properties'] = { a: cyclic, b: cyclic };

  test('values that nest without end are refused', () => {
    const input = deep(100_000, (inner) => ({ a: inner })) as JsonObject;
    expect(() => content([{ type: 'tool_use', input }])).toThrow(/nested deeper/);
    const parts = deep(100_000, (inner) => [{ type: 'tool_result', tool_use_id: 't', content: inner }]);
    expect(() => content(parts)).toThrow(/nest deeper/);
    const looped: unknown[] = [];
    looped.push({ type: 'tool_result', tool_use_id: 't', content: looped }, { type: 'text', text: 'x' });
    expect(() => content(looped as JsonValue)).toThrow(/nest deeper/);
    expect(() =>
      count({ messages: [{ content: looped as JsonValue }], defaultTokenCount: 1, countResponseTokens: true }),
    ).toThrow(/nest deeper/);
  });

  test('tools that nest without end are refused', () => {
    const tool = (parameters: unknown) => [{ function: { name: 'f', parameters } }] as unknown as JsonValue[];
    expect(() => count({ messages: [], tools: tool(cyclic) })).toThrow(/nested deeper/);
    const nested = deep(100_000, (inner) => ({ type: 'array', items: inner }));
    expect(() => count({ messages: [], tools: tool({ properties: { a: nested } }) })).toThrow(/nested deeper/);
    const items: Record<string, unknown> = { type: 'array' };
    items['items'] = items;
    expect(() => count({ messages: [], tools: tool({ properties: { a: items } }) })).toThrow(/nested deeper/);
  });

  test('shared values that unfold without bound are refused', () => {
    let shared: JsonValue = 'xxxxxxxx';
    for (let level = 0; level < 60; level++) shared = [shared, shared];
    expect(() => content([{ type: 'tool_use', input: { shared } }])).toThrow(/more than 1048576 values/);
  });

  test('huge lists are counted', () => {
    expect(content(Array.from({ length: 200_000 }, () => 'ab'))).toBe(400_000);
    const names = Array.from({ length: 50_000 }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const parameters = { properties, required: names };
    expect(count({ messages: [], tools: [{ function: { name: 'f', parameters } }] })).toBeGreaterThan(500_000);
  });
});

describe('exactness', () => {
  const measure = (request: CountRequest, options: Partial<ChatCounterOptions> = {}) =>
    counting(options).counter.measure(request).exactness;
  const messages = [{ role: 'user', content: 'x'.repeat(2000) }];

  test('texts by the own tokenizer are exact; chunks, pictures, tools and stand-ins are not', () => {
    expect(measure({ messages })).toBe('exact');
    expect(measure({ messages }, { own: false })).toBe('estimate');
    expect(measure({ messages }, { mode: 'litellm' })).toBe('estimate');
    expect(measure({ messages: [{ role: 'user', content: 'x' }] }, { mode: 'litellm' })).toBe('exact');
    expect(measure({ messages, tools: [{ name: 'f' }] })).toBe('estimate');
    expect(measure({ messages: [{ content: [{ type: 'image_url', image_url: 'x' }] }] })).toBe('estimate');
  });

  test('what one count notices is not carried into the next', () => {
    const { counter } = counting({ mode: 'litellm' });
    expect(counter.measure({ messages })).toMatchObject({ exactness: 'estimate', tokenizer: 'letters' });
    expect(counter.measure({ text: 'x' })).toEqual({ tokens: 1, exactness: 'exact', tokenizer: 'letters' });
  });
});
