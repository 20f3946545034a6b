import { describe, expect, test } from 'vitest';
import { RIGHT_FOR_ALL, WRONG_FOR_ALL, WRONG_FOR_THE_GATEWAY } from '../../../test/support/wrong-router-settings.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { checkConfig, checkExitCode } from '../check.ts';
import { ConfigError } from '../config-error.ts';
import { loadConfig } from '../load.ts';
import type { ConfigFinding, ConfigSnapshot } from '../snapshot.ts';

const MODELS = ['gpt', 'small', 'other', 'openai/*'].map((name) => ({
  model_name: name,
  litellm_params: { model: `openai/${name}-up`, api_key: 'sk-x' },
  model_info: { id: `id-${name}` },
}));

function load(document: JsonObject, models: JsonValue = MODELS): ConfigSnapshot {
  return loadConfig({ text: JSON.stringify({ model_list: models, ...document }), env: new Map() });
}

function refusal(text: string): ConfigError {
  try {
    loadConfig({ text, env: new Map([['RETRIES', '3']]) });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function warnings({ findings }: ConfigSnapshot): readonly ConfigFinding[] {
  return findings.filter(({ kind }) => kind === 'warning');
}

describe('settings of the router in a file', () => {
  test.each([...WRONG_FOR_ALL, ...WRONG_FOR_THE_GATEWAY])('%s: %j is refused by name', (name, value, said) => {
    const error = refusal(JSON.stringify({ model_list: MODELS, router_settings: { [name]: value } }));
    expect(error.message).toMatch(said);
    expect(error.key).toMatch(new RegExp(`^router_settings\\.${name}`));
    expect(error.message).not.toMatch(/\bwat\b|maybe|abc/);
  });

  test.each(RIGHT_FOR_ALL)('%s: %j is taken', (name, value) => {
    expect(() => load({ router_settings: { [name]: value } })).not.toThrow();
  });

  test.each(['fallbacks', 'default_fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'])(
    'of litellm_settings are held to the same rules: %s',
    (name) => {
      const error = refusal(JSON.stringify({ model_list: MODELS, litellm_settings: { [name]: 'abc' } }));
      expect(error).toMatchObject({ code: 'invalid_value', key: `litellm_settings.${name}` });
    },
  );

  test('are named with line, place, what is there, and what would be right', () => {
    const text = 'model_list: []\nrouter_settings:\n  fallbacks:\n    - gpt: [small]\n    - other:\n        - 7\n';
    expect(refusal(text)).toMatchObject({
      line: 6,
      key: 'router_settings.fallbacks[1].other[0]',
      message:
        'config:6: router_settings.fallbacks[1].other[0]: expected the name of a model, or a mapping with `model`, ' +
        'found a number. Write for instance gpt-4o-mini.',
    });
    expect(refusal('router_settings:\n  retry_policy: {RateLimitRetries: 3}\n').message).toContain(
      'router_settings.retry_policy.RateLimitRetries: unknown kind of error. Did you mean RateLimitErrorRetries? Write one of',
    );
  });

  test('may be text where a variable of the environment gives a number', () => {
    const text = `model_list: []
router_settings: {max_attempts: os.environ/RETRIES, retry_policy: {TimeoutErrorRetries: os.environ/RETRIES}}`;
    expect(() => loadConfig({ text, env: new Map([['RETRIES', '3']]) })).not.toThrow();
  });

  test('with a strategy that only LiteLLM has are served with another one, which is said', () => {
    const report = checkConfig('config.yaml', new Map(), {
      text: JSON.stringify({ model_list: MODELS, router_settings: { routing_strategy: 'lar1' } }),
    });
    const key = 'router_settings.routing_strategy';
    expect(report.fallback).toContainEqual(expect.objectContaining({ key }));
    expect(report.served.map((finding) => finding.key)).not.toContain(key);
  });

  test('that are wrong are an error of `check`, which lists nothing as served', () => {
    const text = JSON.stringify({ model_list: MODELS, router_settings: { affinity: 'wat' } });
    const report = checkConfig('config.yaml', new Map(), { text });
    expect([report.error, checkExitCode(report, false)]).toEqual([
      expect.stringContaining('router_settings.affinity: unknown affinity'),
      1,
    ]);
    expect(report.served).toEqual([]);
  });

  test('that count as something else than what is written are not listed as served', () => {
    const text = JSON.stringify({ model_list: MODELS, router_settings: { stream_recovery: 'wat', panic_mode: true } });
    const report = checkConfig('config.yaml', new Map(), { text });
    expect(report.warnings.map(({ key }) => key)).toEqual(['router_settings.stream_recovery']);
    const served = report.served.map(({ key }) => key);
    expect(served).toContain('router_settings.panic_mode');
    expect(served).not.toContain('router_settings.stream_recovery');
  });

  test('of LiteLLM are known, tags and parallel requests too', () => {
    const router_settings = {
      enable_tag_filtering: true,
      tag_filtering_match_any: false,
      default_max_parallel_requests: 4,
    };
    const snapshot = load({ router_settings });
    expect(warnings(snapshot)).toEqual([]);
    for (const key of Object.keys(router_settings))
      expect(snapshot.findings).toContainEqual(
        expect.objectContaining({ key: `router_settings.${key}`, treatment: 'served' }),
      );
  });
});

describe('fallback lists', () => {
  const told = (settings: JsonObject, models: JsonValue = MODELS): readonly (readonly [string, string])[] =>
    warnings(load(settings, models)).map(({ key, note }) => [key, note]);

  test('may name groups, aliases, wildcards, deployments and their models', () => {
    const model_group_alias = { short: 'small' };
    const fallbacks = [{ gpt: ['small', 'short', 'openai/anything', 'id-other', 'openai/gpt-up'] }, { '*': ['gpt'] }];
    expect(told({ router_settings: { model_group_alias, fallbacks, default_fallbacks: ['gpt'] } })).toEqual([]);
  });

  test('with a name that nothing has are told and served, as in LiteLLM', () => {
    const none = /^no model group, alias, wildcard or deployment has this name/;
    const settings = {
      router_settings: {
        fallbacks: [{ gpt: ['small', 'azure/smal'] }, { 'azure/gtp': 'small' }],
        context_window_fallbacks: [{ gpt: [{ model: 'azure/large' }] }],
        default_fallbacks: ['azure/none'],
      },
      litellm_settings: { content_policy_fallbacks: [{ gpt: ['azure/none'] }] },
    };
    expect(told(settings)).toEqual([
      ['router_settings.default_fallbacks[0]', expect.stringMatching(none)],
      ['router_settings.fallbacks[0].gpt[1]', expect.stringMatching(none)],
      ['router_settings.fallbacks[1].azure/gtp', expect.stringMatching(/^no request has this model/)],
      ['router_settings.context_window_fallbacks[0].gpt[0]', expect.stringMatching(none)],
      ['litellm_settings.content_policy_fallbacks[0].gpt[0]', expect.stringMatching(none)],
    ]);
  });

  test('with a bare name are told only where no wildcard could mean it, and never for a paused deployment', () => {
    const settings = { router_settings: { fallbacks: [{ gpt: ['bare'] }] } };
    expect(told(settings)).toEqual([]);
    const paused = { ...MODELS[1], model_name: 'bare', model_info: { id: 'p', blocked: true } } as JsonObject;
    const [gpt] = MODELS as readonly JsonValue[];
    expect(told(settings, [gpt ?? null]).map(([key]) => key)).toEqual(['router_settings.fallbacks[0].gpt[0]']);
    expect(told(settings, [gpt ?? null, paused])).toEqual([]);
  });

  test('hold for a provider’s name too where they say the bare one', () => {
    const models = MODELS.map((model, index) => (index === 0 ? { ...model, model_name: 'openai/gpt-4o' } : model));
    const settings = { router_settings: { fallbacks: [{ 'gpt-4o': ['small'] }] } };
    expect(told(settings, models.slice(0, 2))).toEqual([]);
  });

  test('with a key or an address of an entry are told that it is not used', () => {
    const target = { model: 'small', api_key: 'sk-canary', api_base: 'http://canary' };
    const found = told({ router_settings: { fallbacks: [{ gpt: [target] }] } });
    expect(found.map(([key]) => key)).toEqual([
      'router_settings.fallbacks[0].gpt[0].api_key',
      'router_settings.fallbacks[0].gpt[0].api_base',
    ]);
    expect(JSON.stringify(found)).not.toContain('canary');
  });
});
