import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { RouteFamily, UpstreamTarget } from './contract.ts';
import { NO_FACTS } from './model-facts.ts';
import { compileTarget } from './target.ts';

function compile(params: JsonObject, family: RouteFamily = 'chat', env: Record<string, string> = {}) {
  return compileTarget({
    model: params['model'] as string,
    params,
    family,
    env: new Map(Object.entries(env)),
    settings: { dropParams: false, modifyParams: false },
    modelFacts: NO_FACTS,
  });
}

function target(...args: Parameters<typeof compile>): UpstreamTarget {
  const made = compile(...args);
  if ('notNative' in made) throw new Error(made.notNative);
  return made;
}

const url = (...args: Parameters<typeof compile>): string => {
  const made = target(...args);
  return made.origin + made.path;
};

describe('addresses', () => {
  it('follow the base with and without version and slashes', () => {
    const openai = (api_base: string): string => url({ model: 'openai/m', api_key: 'k', api_base });
    expect(openai('http://h:8080/v1')).toBe('http://h:8080/v1/chat/completions');
    expect(openai('http://h/v1///')).toBe('http://h/v1/chat/completions');
    expect(openai('http://[::1]:9/v1')).toBe('http://[::1]:9/v1/chat/completions');
    expect(url({ model: 'groq/m', api_key: 'k', api_base: 'http://h/v1/chat/completions' })).toBe(
      'http://h/v1/chat/completions',
    );
    expect(url({ model: 'mistral/m', api_key: 'k', api_base: 'http://h/x' })).toBe('http://h/x/v1/chat/completions');
    expect(url({ model: 'hosted_vllm/m', api_base: 'http://h/v1' }, 'responses')).toBe('http://h/v1/responses');
    expect(url({ model: 'hosted_vllm/m', api_base: 'http://h' }, 'responses')).toBe('http://h/v1/responses');
  });

  it('of Azure name the deployment and the version', () => {
    const azure = (more: JsonObject, family: RouteFamily = 'chat'): string =>
      url({ model: 'azure/my dep', api_key: 'k', api_base: 'https://r.openai.azure.com/', ...more }, family);
    expect(azure({ api_version: '2024-10-21' })).toBe(
      'https://r.openai.azure.com/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21',
    );
    expect(azure({ api_version: 'v1' })).toBe('https://r.openai.azure.com/openai/v1/chat/completions');
    expect(azure({ api_base: 'https://r.openai.azure.com/openai/deployments/other' })).toContain(
      '/deployments/other/chat',
    );
    expect(azure({}, 'embeddings')).toContain('/embeddings?api-version=2025-02-01-preview');
    expect(azure({}, 'responses')).toBe('https://r.openai.azure.com/openai/v1/responses?api-version=preview');
  });

  it('that cannot be called are refused with the remedy, without quoting them', () => {
    for (const api_base of ['h/v1', 'ftp://h/v1', 'http://', 'http://user:geheim@h/v1']) {
      const failing = (): unknown => compile({ model: 'openai/m', api_key: 'k', api_base });
      expect(failing).toThrow(GatewayError);
      expect(failing).toThrow(/api_base/);
      expect(failing).not.toThrow(/geheim/);
    }
    expect(() => compile({ model: 'azure/x', api_key: 'k' })).toThrow(/AZURE_API_BASE/);
  });
});

describe('credentials', () => {
  it('come from the deployment, then from the variables of the row', () => {
    expect(target({ model: 'openai/m', api_key: 'mine' }, 'chat', { OPENAI_API_KEY: 'env' }).headers).toContain(
      'Bearer mine',
    );
    expect(target({ model: 'openai/m' }, 'chat', { OPENAI_API_KEY: 'env' }).headers).toContain('Bearer env');
    expect(target({ model: 'gpt-4o', api_key: 'mine' }).headers).toContain('Bearer mine');
    expect(target({ model: 'hosted_vllm/m', api_base: 'http://h' }).headers).toContain('Bearer fake-api-key');
    expect(() => compile({ model: 'openai/m' })).toThrow(/OPENAI_API_KEY/);
  });

  it('of Azure are a key, a token or, on the v1 API, a bearer key', () => {
    const base = { model: 'azure/x', api_base: 'https://r' };
    expect(target({ ...base, api_key: 'k' }).headers).toEqual(['api-key', 'k']);
    expect(target({ ...base, azure_ad_token: 't' }).headers).toEqual(['authorization', 'Bearer t']);
    expect(target({ ...base, api_key: 'k', api_version: 'preview' }).headers).toEqual(['authorization', 'Bearer k']);
    expect(compile({ ...base, tenant_id: 'a', client_id: 'b', client_secret: 'c' })).toHaveProperty('notNative');
  });

  it('give way to headers of the deployment', () => {
    const { headers } = target({
      model: 'openai/m',
      api_key: 'k',
      organization: 'org',
      extra_headers: { Authorization: 'Bearer x', 'X-A': 'b' },
    });
    expect(headers).toEqual(['authorization', 'Bearer x', 'openai-organization', 'org', 'x-a', 'b']);
  });
});

describe('families', () => {
  it('of text completions go natively or over chat', () => {
    expect(target({ model: 'openai/gpt-3.5-turbo-instruct', api_key: 'k' }, 'completions').path).toBe(
      '/v1/completions',
    );
    const overChat = target({ model: 'openai/gpt-4o', api_key: 'k' }, 'completions');
    expect(overChat.path).toBe('/v1/chat/completions');
    const sent = overChat.params.rewrite(
      { model: 'g', prompt: ['a', 'b'], best_of: 2 },
      { stream: false, dropParams: null },
    );
    expect(sent).toEqual({
      model: 'gpt-4o',
      best_of: 2,
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: 'b' },
      ],
    });
    const reply = overChat.convertReply?.({
      id: 'i',
      choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }],
    });
    expect(reply).toMatchObject({ object: 'text_completion', choices: [{ text: 'hi', finish_reason: 'stop' }] });
  });

  it('that a provider does not have natively are said so', () => {
    expect(compile({ model: 'anthropic/claude', api_key: 'k' })).toHaveProperty('notNative');
    expect(compile({ model: 'groq/m', api_key: 'k' }, 'responses')).toHaveProperty('notNative');
  });
});
