import { describe, expect, test } from 'vitest';

import { getEncoding } from '../get-encoding.ts';
import type { TextTokenizer } from '../contract.ts';
import type { ModelFamilies } from './contract.ts';
import { createModelTokenCounter } from './model-token-counter.ts';
import { selectTokenizer } from './select-tokenizer.ts';

class ListedFamilies implements ModelFamilies {
  version = 0;
  asked = 0;
  readonly #openai = new Set(['gpt-4o', 'gpt-4', 'gpt-4.1', 'gpt-5', 'gpt-3.5-turbo-0301', 'whisper-1', 'my-gpt-4o']);
  isOpenaiModel(model: string): boolean {
    this.asked++;
    return this.#openai.has(model);
  }
  isAnthropicModel(model: string): boolean {
    return model.startsWith('claude-');
  }
  isCohereModel(model: string): boolean {
    return model === 'command-r';
  }
}

const families = new ListedFamilies();
const brief = (model: string, mode: 'exact' | 'litellm'): string => {
  const { encoding, wanted, own, legacy } = selectTokenizer(model, mode, families);
  return [encoding, wanted, own ? 'own' : 'stand-in', legacy ? 'legacy' : null]
    .filter((word) => word !== null)
    .join(' ');
};

describe('selectTokenizer', () => {
  test.each([
    ['', 'cl100k_base stand-in', 'cl100k_base stand-in'],
    ['gpt-4o', 'o200k_base own', 'o200k_base own'],
    ['gpt-4.1', 'o200k_base own', 'o200k_base own'],
    ['gpt-4', 'cl100k_base own', 'cl100k_base own'],
    ['gpt-3.5-turbo-0301', 'cl100k_base own legacy', 'cl100k_base own legacy'],
    ['openai/gpt-4o', 'cl100k_base stand-in', 'o200k_base own'],
    ['openrouter/openai/gpt-5-mini', 'cl100k_base stand-in', 'o200k_base own'],
    ['gpt-oss-20b', 'cl100k_base stand-in', 'o200k_harmony own'],
    ['gpt-35-turbo-16k', 'cl100k_base own', 'cl100k_base own'],
    ['my-gpt-4o', 'o200k_base own', 'o200k_base own'],
    ['whisper-1', 'cl100k_base stand-in', 'cl100k_base stand-in'],
    ['claude-2.1', 'claude own', 'claude own'],
    ['claude-sonnet-4', 'claude stand-in', 'claude stand-in'],
    ['claude-3-opus', 'cl100k_base stand-in', 'cl100k_base stand-in'],
    ['anthropic/claude-sonnet-4', 'cl100k_base stand-in', 'claude stand-in'],
    ['gemini/gemini-2.5-pro', 'cl100k_base stand-in', 'cl100k_base stand-in'],
    [
      'meta-llama/Llama-3-70b',
      'cl100k_base Xenova/llama-3-tokenizer stand-in',
      'cl100k_base Xenova/llama-3-tokenizer stand-in',
    ],
    [
      'replicate/x',
      'cl100k_base hf-internal-testing/llama-tokenizer stand-in',
      'cl100k_base hf-internal-testing/llama-tokenizer stand-in',
    ],
    [
      'command-r',
      'cl100k_base Xenova/c4ai-command-r-v01-tokenizer stand-in',
      'cl100k_base Xenova/c4ai-command-r-v01-tokenizer stand-in',
    ],
  ])('%s', (model, litellm, exact) => {
    expect(brief(model, 'litellm')).toBe(litellm);
    expect(brief(model, 'exact')).toBe(exact);
  });
});

const letters = (name: string): TextTokenizer => ({
  name,
  count: (text) => text.length,
  encodeOrdinary: () => [],
  decode: () => '',
});

describe('createModelTokenCounter', () => {
  test('chooses once per model, and anew when the families change', () => {
    const own = new ListedFamilies();
    const counter = createModelTokenCounter({ families: own, encoding: getEncoding, mode: 'litellm' });
    for (let call = 0; call < 5; call++) {
      counter.count({ model: 'gpt-4o', text: 'hi' });
      counter.count({ model: 'gpt-4', text: 'hi' });
    }
    expect(own.asked).toBe(2);
    own.version++;
    counter.count({ model: 'gpt-4', text: 'hi' });
    expect(own.asked).toBe(3);
  });

  test('the request can ask for the numbers of LiteLLM', () => {
    const counter = createModelTokenCounter({ families, encoding: getEncoding });
    const text = 'the '.repeat(5000);
    expect(counter.measure({ model: 'gpt-4', text })).toEqual({
      tokens: 5001,
      exactness: 'exact',
      tokenizer: 'cl100k_base',
    });
    expect(counter.measure({ model: 'gpt-4', text, compat: 'litellm' })).toMatchObject({
      tokens: 5020,
      exactness: 'estimate',
    });
  });

  test('a tokenizer of the hub counts as soon as it is there', () => {
    let loaded: TextTokenizer | null = null;
    const counter = createModelTokenCounter({ families, encoding: getEncoding, hubTokenizer: () => loaded });
    const request = { model: 'llama-3-8b', text: 'hello' };
    expect(counter.measure(request)).toEqual({ tokens: 1, exactness: 'estimate', tokenizer: 'cl100k_base' });
    loaded = letters('llama');
    expect(counter.measure(request)).toEqual({ tokens: 5, exactness: 'exact', tokenizer: 'llama' });
    expect(counter.count(request)).toBe(5);
  });

  test('a custom tokenizer wins over the model', () => {
    const counter = createModelTokenCounter({ families, encoding: getEncoding });
    const customTokenizer = letters('own');
    expect(counter.measure({ model: 'gpt-4o', text: 'hello', customTokenizer })).toMatchObject({
      tokens: 5,
      tokenizer: 'own',
    });
    expect(counter.count({ model: 'gpt-4o', text: 'hello' })).toBe(1);
  });

  test("Claude's special tokens are read as such", () => {
    const { tokenizer } = createModelTokenCounter({ families, encoding: getEncoding }).tokenizerOf('claude-2');
    expect(tokenizer.encodeOrdinary('a<META>b')).toEqual([69, 1, 70]);
    expect([tokenizer.count('a<META>b'), tokenizer.count('a<b')]).toEqual([3, 3]);
    expect(tokenizer.decode([69, 1, 70])).toBe('ab');
  });
});
