import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { configFromEnvironment, configFromFlags } from './quick-start.ts';

const env = (variables: Record<string, string>): Map<string, string> => new Map(Object.entries(variables));

describe('configuration without a file', () => {
  it('serves the model of --model under any name', () => {
    const document = configFromFlags({
      model: 'azure/dep',
      alias: 'mine',
      apiBase: 'http://x',
      apiVersion: '2024-10-21',
      headers: { 'x-a': 'b' },
      temperature: 0.5,
      maxTokens: 7,
      requestTimeout: 30,
      dropParams: true,
    });
    const { deployments, general, litellm, environment } = loadConfig({ document, env: new Map() });
    expect(deployments[0]).toMatchObject({
      modelName: 'mine',
      model: 'azure/dep',
      params: {
        model: 'azure/dep',
        api_base: 'http://x',
        extra_headers: { 'x-a': 'b' },
        temperature: 0.5,
        max_tokens: 7,
      },
    });
    expect(general.completionModel).toBe('mine');
    expect(litellm).toMatchObject({ requestTimeoutSeconds: 30, dropParams: true });
    expect(environment.get('AZURE_API_VERSION')).toBe('2024-10-21');
  });

  it('restricts with --max_budget and says nothing about what is not given', () => {
    expect(configFromFlags({})).toEqual({});
    const { restrictions } = loadConfig({
      document: configFromFlags({ model: 'gpt-4o', maxBudget: 5 }),
      env: new Map(),
    });
    expect(restrictions.map((one) => one.key)).toEqual(['litellm_settings.max_budget']);
  });

  it('serves the simulated provider and the providers whose keys are there', () => {
    const variables = env({
      OPENAI_API_KEY: 'sk-1',
      SECOND_KEY: 'k2',
      EMPTY_KEY: '',
      FOREIGN_KEY: 'k3',
      LITELLM_MASTER_KEY: 'sk-m',
    });
    const { document, providers, notNative } = configFromEnvironment(variables, [
      { name: 'openai', keyVariables: ['OPENAI_API_KEY'], native: true },
      { name: 'groq', keyVariables: ['FIRST_KEY', 'SECOND_KEY'], native: true },
      { name: 'empty', keyVariables: ['EMPTY_KEY'], native: true },
      { name: 'foreign', keyVariables: ['FOREIGN_KEY'], native: false },
    ]);
    expect({ providers, notNative }).toEqual({ providers: ['openai', 'groq'], notNative: ['foreign'] });
    const { deployments, general } = loadConfig({ document, env: variables });
    expect(deployments.map((one) => one.modelName)).toEqual(['simulated/gpt', 'simulated/*', 'openai/*', 'groq/*']);
    expect(deployments[3]?.params['api_key']).toBe('k2');
    expect(general.masterKey).toBe('sk-m');
    expect(JSON.stringify(document)).not.toContain('sk-1');
  });
});
