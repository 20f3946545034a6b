import { describe, expect, test } from 'vitest';
import { createModelLibrary } from './model-library.ts';

const library = createModelLibrary(new Map([['GROQ_API_KEY', 'gsk-test']]));

describe('createModelLibrary', () => {
  test('tells the provider of prefixed and bare names, with the key of its variable', () => {
    expect(library.getLlmProvider({ model: 'groq/llama-3.3-70b-versatile' })).toMatchObject({
      provider: 'groq',
      model: 'llama-3.3-70b-versatile',
      apiKey: 'gsk-test',
    });
    expect(library.getLlmProvider({ model: 'gpt-4o' }).provider).toBe('openai');
  });

  test('refuses a name that nobody serves and says how to write it', () => {
    expect(() => library.getLlmProvider({ model: 'no-such-model' })).toThrow(/LLM Provider NOT provided/);
  });

  test('lists parameters and knows limits and capabilities from the built-in table', () => {
    expect(library.getSupportedOpenaiParams({ model: 'openai/gpt-4o' })).toContain('temperature');
    expect(library.getMaxTokens('gpt-4o')).toBeGreaterThan(1000);
    expect(library.supports({ model: 'gpt-4o' }, 'supports_function_calling')).toBe(true);
    expect(library.getModelInfo({ model: 'gpt-4o' })['litellm_provider']).toBe('openai');
  });
});
