import { describe, expect, it } from 'vitest';
import { testContext } from '../../test/support/prices.ts';
import { modelFacts, modelSupports } from './model-capabilities.ts';
import { findModel, getMaxTokens, getModelInfo } from './model-info.ts';

const context = testContext();
const infoContext = { ...context, supportedParams: () => ['temperature'] };

describe('findModel', () => {
  it.each([
    ['a bare name', 'gpt-4o', null, 'gpt-4o'],
    ['a prefixed name', 'openai/gpt-4o', null, 'gpt-4o'],
    ['the provider beside the name', 'gpt-4o', 'azure', 'azure/gpt-4o'],
    ['another case', 'GPT-4O', 'openai', 'gpt-4o'],
    ['a region in front', 'us.anthropic.claude-v2:1', 'bedrock', 'anthropic.claude-v2:1'],
    ['a route word and a throughput suffix', 'converse/anthropic.claude-v2:1:18k', 'bedrock', 'anthropic.claude-v2:1'],
    ['a family of the provider', 'anthropic.claude-v2:1', 'bedrock_converse', 'anthropic.claude-v2:1'],
  ])('finds %s', (_, model, customLlmProvider, key) => {
    expect(findModel({ model, customLlmProvider }, context)?.key).toBe(key);
  });

  it('does not take the entry of another provider', () => {
    expect(findModel({ model: 'gpt-4o', customLlmProvider: 'anthropic' }, context)).toBeNull();
  });

  it('falls back to the rules for names that nobody lists', () => {
    const found = findModel({ model: 'claude-new-9' }, context);
    expect(found?.key).toBe('claude-new-9');
    expect(found?.entry).toMatchObject({ litellm_provider: 'anthropic', max_input_tokens: 200_000 });
  });

  it('knows that any Ollama name may exist', () => {
    expect(findModel({ model: 'ollama/my-own' }, context)?.entry['litellm_provider']).toBe('ollama');
  });
});

describe('getModelInfo', () => {
  it('answers every field, the key first and the parameters last', () => {
    const info = getModelInfo({ model: 'gpt-4o' }, infoContext);
    const keys = Object.keys(info);
    expect(keys).toHaveLength(130);
    expect(keys[0]).toBe('key');
    expect(keys.at(-1)).toBe('supported_openai_params');
    expect(info).toMatchObject({ max_tokens: null, input_cost_per_token: 2.5e-6, supports_vision: true });
  });

  it('prices what has no price at zero', () => {
    expect(getModelInfo({ model: 'tts-1' }, infoContext)).toMatchObject({
      input_cost_per_token: 0,
      output_cost_per_token: 0,
    });
  });

  it("refuses an unknown model in LiteLLM's words", () => {
    expect(() => getModelInfo({ model: 'openai/unknown' }, infoContext)).toThrow(
      /This model isn't mapped yet\. model=openai\/unknown, custom_llm_provider=openai\./,
    );
  });
});

describe('getMaxTokens', () => {
  it('is the output limit', () => {
    expect(getMaxTokens('openai/gpt-4o', context)).toBe(16_384);
    expect(() => getMaxTokens('tts-2', context)).toThrow(/tts-2 isn't mapped yet/);
  });
});

describe('modelSupports', () => {
  it('is true only for what the entry grants', () => {
    expect(modelSupports({ model: 'gpt-4o' }, 'supports_vision', context)).toBe(true);
    expect(modelSupports({ model: 'gpt-4o' }, 'supports_reasoning', context)).toBe(false);
    expect(modelSupports({ model: 'nobody' }, 'supports_vision', context)).toBe(false);
  });

  it('asks the bare entry when the prefixed one is silent', () => {
    expect(modelSupports({ model: 'azure/gpt-4o' }, 'supports_vision', context)).toBe(true);
  });

  it('takes native streaming for granted', () => {
    expect(modelSupports({ model: 'gpt-4o' }, 'supports_native_streaming', context)).toBe(true);
  });
});

describe('modelFacts', () => {
  it('gathers the answers, null for an unknown model', () => {
    expect(modelFacts('gpt-4o', 'openai', context)).toMatchObject({
      mode: 'chat',
      maxInputTokens: 128_000,
      supportsVision: true,
    });
    expect(modelFacts('nobody', 'openai', context)).toBeNull();
  });
});
