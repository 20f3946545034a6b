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

  test('takes a record of variables, such as process.env', () => {
    const recorded = createModelLibrary({ GROQ_API_KEY: 'gsk-record', UNSET: undefined, get: 'a name like a method' });
    expect(recorded.getLlmProvider({ model: 'groq/llama-3.3-70b-versatile' }).apiKey).toBe('gsk-record');
  });

  const huge = 'm'.repeat(1_000_000);
  test.each<[string, () => unknown]>([
    ['getModelInfo', () => library.getModelInfo({ model: huge })],
    ['getModelInfo of a provider', () => library.getModelInfo({ model: huge, customLlmProvider: huge })],
    ['getMaxTokens', () => library.getMaxTokens(huge)],
    ['getLlmProvider', () => library.getLlmProvider({ model: huge })],
    ['getLlmProvider, a form that it refuses', () => library.getLlmProvider({ model: `ragflow/${huge}` })],
    ['costPerToken', () => library.costPerToken({ model: huge })],
    ['costPerToken of a provider', () => library.costPerToken({ model: huge, customLlmProvider: 'openai' })],
    ['completionCost', () => library.completionCost({ model: huge, prompt: 'a' })],
    [
      'completionCost of a picture',
      () =>
        library.completionCost({
          model: huge,
          customLlmProvider: 'openai',
          callType: 'image_generation',
          completionResponse: { data: [{ url: 'x' }] },
        }),
    ],
    ['registerModel', () => library.registerModel({ [huge]: 5 })],
  ])('%s cuts a very long name in its error', (_name, ask) => {
    expect(ask).toThrow(/m{200}… \(\d{7} characters\)/);
    expect(messageOf(ask).length).toBeLessThan(4000);
  });

  const wrong = undefined as unknown as string;
  const wrongQuestion = undefined as unknown as { model: string };
  test.each<[string, () => unknown]>([
    [
      "getModelInfo: `model` has to be the name of a model, e.g. 'openai/gpt-4o'; got undefined.",
      () => library.getModelInfo({ model: wrong }),
    ],
    ['getModelInfo takes one object', () => library.getModelInfo(wrongQuestion)],
    [
      '`customLlmProvider` has to be text; got a number.',
      () => library.getModelInfo({ model: 'a', customLlmProvider: 5 as unknown as string }),
    ],
    ['getMaxTokens: `model` has to be', () => library.getMaxTokens(wrong)],
    ['getLlmProvider: `model` has to be', () => library.getLlmProvider({ model: null as unknown as string })],
    ['getSupportedOpenaiParams takes one object', () => library.getSupportedOpenaiParams(wrongQuestion)],
    ['registerModel takes an object', () => library.registerModel(null as unknown as object)],
  ])('refuses with "%s"', (text, ask) => {
    expect(ask).toThrow(expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(text) }));
  });

  test('what is no name has no capability', () => {
    expect(library.supports({ model: wrong }, 'supports_vision')).toBe(false);
    expect(library.supports(wrongQuestion, 'supports_vision')).toBe(false);
  });

  test('lists parameters and knows limits and capabilities from the built-in table', () => {
    expect(library.getSupportedOpenaiParams({ model: 'openai/gpt-4o' })).toContain('temperature');
    expect(library.getMaxTokens('gpt-4o')).toBeGreaterThan(1000);
    expect(library.supports({ model: 'gpt-4o' }, 'supports_function_calling')).toBe(true);
    expect(library.getModelInfo({ model: 'gpt-4o' })['litellm_provider']).toBe('openai');
  });
});

function messageOf(ask: () => unknown): string {
  try {
    return JSON.stringify(ask());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
