import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { createModelLibrary } from './model-library.ts';
import { countTokens, decode, encode, loadTokenizer, tokenCounter, trimMessages } from './token-counter.ts';
import { createTokenLibrary } from './token-library.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { PriceTable } from '../pricing/price-table.ts';

describe('functions of the library', () => {
  test('tokenCounter knows the models of the built-in table', () => {
    const messages = [{ role: 'user', content: 'hi' }];
    expect(tokenCounter({ model: 'gpt-4o', messages })).toBe(8);
    expect(tokenCounter({ model: 'openai/gpt-4o', messages })).toBe(8);
    expect(countTokens({ model: 'openai/gpt-4o', messages })).toMatchObject({
      exactness: 'exact',
      tokenizer: 'o200k_base',
    });
    expect(countTokens({ model: 'openai/gpt-4o', messages, compat: 'litellm' }).tokenizer).toBe('cl100k_base');
  });

  test("tokenCounter takes LiteLLM's names as well", () => {
    const request = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] };
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const spelled: object = { tool_choice: 'none', count_response_tokens: false };
    const tokens = tokenCounter({ ...request, tools, toolChoice: 'none' });
    expect(tokenCounter({ ...request, tools, ...spelled })).toBe(tokens);
    expect(tokenCounter({ ...request, tools })).not.toBe(tokens);
  });

  test('encode and decode take the own encoding, and with `compat` the one that LiteLLM takes', () => {
    const text = 'Hello 日本語 <|endoftext|>';
    const exact = encode({ model: 'gpt-4o', text });
    const compatible = encode({ model: 'gpt-4o', text, compat: 'litellm' });
    expect(exact).not.toEqual(compatible);
    expect(decode({ model: 'gpt-4o', tokens: exact })).toBe(text);
    expect(decode({ tokens: compatible })).toBe(text);
  });

  test('trimMessages answers with messages, or with the tokens that are left, too', () => {
    const messages = [{ role: 'user', content: 'word '.repeat(100) }];
    const options = { model: 'gpt-4o', maxTokens: 50 };
    const trimmed = trimMessages(messages, options);
    expect(trimmed).toHaveLength(1);
    expect(trimMessages(messages, { ...options, returnResponseTokens: true }).messages).toEqual(trimmed);
    expect(trimMessages(messages, { model: 'gpt-4o' })).toEqual(messages);
  });
});

describe('what is no question is refused in words', () => {
  const calling =
    (call: (...given: never[]) => unknown, ...given: unknown[]) =>
    (): unknown =>
      call(...(given as never[]));

  test.each<[string, () => unknown, RegExp]>([
    ['tokenCounter()', calling(tokenCounter), /tokenCounter takes one object/],
    ['tokenCounter(null)', calling(tokenCounter, null), /tokenCounter takes one object/],
    [
      'an unknown member',
      calling(tokenCounter, { text: '', toolChoise: 'none' }),
      /toolChoise. Did you mean toolChoice/,
    ],
    ['a mode that is none', calling(tokenCounter, { text: '', compat: 'nope' }), /`compat` has to be 'litellm'/],
    ['tools that are a text', calling(tokenCounter, { text: '', tools: 'x' }), /`tools` has to be an array of objects/],
    ['a tool that is null', calling(countTokens, { text: '', tools: [null] }), /`tools\[0\]` has to be an object/],
    ['encode with a slip', calling(encode, { text: '', modle: 'x' }), /modle. Did you mean model/],
    ['decode with a slip', calling(decode, { tokens: [], compat: 'x' }), /`compat` has to be/],
    ['trimMessages with a slip', calling(trimMessages, [], { maxTokns: 5 }), /maxTokns. Did you mean maxTokens/],
    ['a model that is a number', calling(tokenCounter, { model: 5, text: '' }), /`model` is not a text/],
    ['a model that is an object', calling(countTokens, { model: {}, text: '' }), /`model` is not a text/],
    ['a tokenizer that is none', calling(tokenCounter, { text: '', customTokenizer: {} }), /has no `count`/],
    ['a default that is a text', calling(tokenCounter, { text: '', defaultTokenCount: '5' }), /is not a number/],
    ['encode()', calling(encode), /encode takes one object/],
    ['encode without a text', calling(encode, { model: 'gpt-4o' }), /takes the text/],
    ['encode with a number', calling(encode, { model: 5, text: 'a' }), /`model` has to be text/],
    ['decode()', calling(decode), /decode takes one object/],
    ['decode without ids', calling(decode, { model: 'gpt-4o' }), /takes a list of token ids/],
    ['trimMessages()', calling(trimMessages), /takes a list of messages/],
    ['trimMessages without options', calling(trimMessages, [], null), /trimMessages takes one object/],
  ])('%s', (_name, call, words) => {
    expect(call).toThrow(GatewayError);
    expect(call).toThrow(words);
  });

  test('loadTokenizer()', async () => {
    await expect(calling(loadTokenizer)()).rejects.toThrow(/`model` has to be the name/);
  });
});

test('a registered model is known to the counter', () => {
  const library = createModelLibrary(new Map());
  const request = { model: 'house-gpt-4o', text: 'สวัสดี', compat: 'litellm' } as const;
  expect(library.tokens.countTokens(request).tokenizer).toBe('cl100k_base');
  library.registerModel({ 'house-gpt-4o': { litellm_provider: 'openai', mode: 'chat', max_tokens: 10 } });
  expect(library.tokens.countTokens(request).tokenizer).toBe('o200k_base');
});

describe('loadTokenizer', () => {
  const prices = (): PriceTable =>
    new PriceTable(() => ({ entries: new Map([['x', {}]]), rules: { rules: [] } as never }));
  const { tokenizer } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../test/fixtures/tokenizers/unigram.json'), 'utf8'),
  ) as { tokenizer: object };

  test('makes the counts of a model exact', async () => {
    const reports: string[] = [];
    const library = createTokenLibrary({ prices, report: (message) => reports.push(message) });
    const request = { model: 'my/llama-3-8b', text: 'hello world' };
    expect(library.countTokens(request).exactness).toBe('estimate');
    expect(await library.loadTokenizer('gpt-4o')).toBe(false);
    expect(await library.loadTokenizer(request.model, { json: tokenizer })).toBe(true);
    expect(library.countTokens(request)).toEqual({ tokens: 2, exactness: 'exact', tokenizer: 'custom' });
    expect(reports).toEqual([]);
  });

  test('says once that it failed; cl100k_base goes on counting', async () => {
    const reports: string[] = [];
    const library = createTokenLibrary({
      prices,
      report: (message) => reports.push(message),
      loadTokenizer: () => Promise.reject(new GatewayError('api_connection', 'No network.')),
    });
    const both = [library.loadTokenizer('llama-3-8b'), library.loadTokenizer('llama-3-70b')];
    expect(await Promise.all(both)).toEqual([false, false]);
    expect(await library.loadTokenizer('llama-3-8b')).toBe(false);
    expect(reports).toEqual(['No network. Until then cl100k_base counts in its place.']);
    expect(library.countTokens({ model: 'llama-3-8b', text: 'hi' }).tokenizer).toBe('cl100k_base');
  });
});
