import { describe, expect, it } from 'vitest';
import type { CatalogueKeys } from '../config/quick-start.ts';
import { readFlagValues } from './flag-values.ts';
import { documentOfFlags, type FlagDocument } from './quick-start-flags.ts';

const CATALOGUE: readonly CatalogueKeys[] = [
  { name: 'openai', keyVariables: ['OPENAI_API_KEY'], native: true },
  { name: 'text-completion-openai', keyVariables: ['OPENAI_API_KEY'], native: true },
  { name: 'groq', keyVariables: ['GROQ_API_KEY'], native: true },
  { name: 'anthropic', keyVariables: ['ANTHROPIC_API_KEY'], native: false },
];

function documentOf(given: Record<string, string | boolean>, environment: Record<string, string> = {}): FlagDocument {
  const variables = new Map(Object.entries(environment));
  const flags = readFlagValues(new Map(Object.entries(given)), variables);
  return documentOfFlags(flags, variables, () => CATALOGUE);
}

function modelNames({ document }: FlagDocument): unknown[] {
  const list = document['model_list'];
  return Array.isArray(list) ? list.map((entry: { model_name?: unknown }) => entry.model_name) : [];
}

describe('documentOfFlags', () => {
  it('serves the simulated provider and each provider with a key once, and names the ones it cannot', () => {
    const found = documentOf({ drop_params: true }, { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', GROQ_API_KEY: '' });
    expect(modelNames(found)).toEqual(['simulated/gpt', 'simulated/*', 'openai/*']);
    expect(found.notNative).toEqual(['anthropic']);
    expect(found.document['litellm_settings']).toEqual({ drop_params: true });
    expect(JSON.stringify(found.document)).not.toContain('"a"');
  });

  it('makes one model of --model that answers for every name', () => {
    const { document, notNative } = documentOf(
      {
        model: 'openai/gpt-4o',
        alias: 'mine',
        api_base: 'http://x/v1',
        temperature: '0.5',
        max_tokens: '7',
        headers: '{"x-team":"a"}',
      },
      { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b' },
    );
    expect(notNative).toEqual([]);
    expect(document).toMatchObject({
      model_list: [
        {
          model_name: 'mine',
          litellm_params: {
            model: 'openai/gpt-4o',
            api_base: 'http://x/v1',
            temperature: 0.5,
            max_tokens: 7,
            extra_headers: { 'x-team': 'a' },
          },
        },
      ],
      general_settings: { completion_model: 'mine' },
    });
  });

  it('adds settings alone to a file, whatever keys there are', () => {
    const { document } = documentOf(
      { config: 'c.yaml', request_timeout: '60', max_budget: '2.5' },
      { OPENAI_API_KEY: 'a' },
    );
    expect(document).toEqual({ litellm_settings: { request_timeout: 60, max_budget: 2.5 } });
  });

  it.each(['[1]', 'x-team: a', 'null'])('refuses --headers %s', (headers) => {
    expect(() => documentOf({ model: 'm', headers })).toThrow('The option --headers needs a JSON object');
  });
});
