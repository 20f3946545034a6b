import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors/gateway-error.ts';
import { resolveProvider } from './resolve-provider.ts';

const NONE = new Map<string, string>();

describe('resolveProvider', () => {
  it('takes the prefix as the provider and leaves the rest to it', () => {
    expect(resolveProvider({ model: 'groq/openai/gpt-oss-120b' }, new Map([['GROQ_API_KEY', 'k']]))).toEqual({
      provider: 'groq',
      model: 'openai/gpt-oss-120b',
      apiBase: 'https://api.groq.com/openai/v1',
      apiKey: 'k',
    });
  });

  it('prefers what is given over variables, and variables over defaults', () => {
    const env = new Map([
      ['GROQ_API_KEY', 'from-env'],
      ['GROQ_API_BASE', 'https://proxy.example/v1'],
    ]);
    expect(resolveProvider({ model: 'groq/x' }, env)).toMatchObject({
      apiBase: 'https://proxy.example/v1',
      apiKey: 'from-env',
    });
    expect(resolveProvider({ model: 'groq/x', apiBase: 'http://h/v1', apiKey: 'mine' }, env)).toMatchObject({
      apiBase: 'http://h/v1',
      apiKey: 'mine',
    });
  });

  it('knows bare names, fine-tunes and versions', () => {
    expect(resolveProvider({ model: 'gpt-4o' }, NONE).provider).toBe('openai');
    expect(resolveProvider({ model: 'ft:gpt-4o-mini-2024-07-18:org::abc' }, NONE).provider).toBe('openai');
    expect(resolveProvider({ model: 'gpt-3.5-turbo-instruct' }, NONE).provider).toBe('text-completion-openai');
    expect(resolveProvider({ model: `owner/name:${'0'.repeat(64)}` }, NONE).provider).toBe('replicate');
    expect(resolveProvider({ model: 'claude-newfamily-7' }, NONE).provider).toBe('anthropic');
  });

  it('gives a key only to the exact host and path of a well-known address', () => {
    const env = new Map([['GROQ_API_KEY', 'secret']]);
    const at = (apiBase: string): unknown => resolveProvider({ model: 'gpt-4o', apiBase }, env).apiKey;
    expect(at('https://api.groq.com/openai/v1/')).toBe('secret');
    expect(at('https://api.groq.com.evil.example/openai/v1')).toBeNull();
    expect(at('https://evil.example/?u=api.groq.com/openai/v1')).toBeNull();
    expect(at('https://api.groq.com/openai/v1evil')).toBeNull();
  });

  it('is not fooled by names that objects inherit', () => {
    for (const model of ['constructor/x', '__proto__/x', 'toString', 'hasOwnProperty/y'])
      expect(() => resolveProvider({ model }, NONE)).toThrow(GatewayError);
  });

  it('says how to write a name that nobody knows', () => {
    expect(() => resolveProvider({ model: 'nope' }, NONE)).toThrow(/LLM Provider NOT provided[^]*model=nope/);
    expect(() => resolveProvider({ model: 'ragflow/x' }, NONE)).toThrow(/Expected format: ragflow\/chat/);
  });
});
