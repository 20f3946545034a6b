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
    const router_settings = { stream_recovery: 'wat', panic_mode: true, fallbacks: [{ gpt: ['azure/none'] }] };
    const text = JSON.stringify({ model_list: MODELS, router_settings });
    const report = checkConfig('config.yaml', new Map(), { text });
    expect(report.warnings.map(({ key }) => key)).toEqual([
      'router_settings.fallbacks[0].gpt[0]',
      'router_settings.stream_recovery',
    ]);
    const served = report.served.map(({ key }) => key);
    expect(served).toEqual(['model_list', 'router_settings', 'router_settings.panic_mode']);
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
        fallbacks: [{ gpt: ['small', 'azure/smal'] }, { 'azure/gtp': ['small'] }],
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

  test('with text for a list, or a target without a model, are told what becomes of it', () => {
    const right = [{ gpt: [{ temperature: 0, num_retries: 1 }] }, { other: [{ model: 'small', top_k: 3 }] }];
    expect(told({ router_settings: { fallbacks: right } })).toEqual([]);
    const doubtful = [{ gpt: 'small' }, { other: [{ modl: 'small' }, { small: ['gpt'] }] }];
    expect(told({ router_settings: { fallbacks: doubtful } })).toEqual([
      ['router_settings.fallbacks[0].gpt', expect.stringMatching(/^text is read as one name/)],
      ['router_settings.fallbacks[1].other[0]', expect.stringMatching(/^no `model` is named/)],
      ['router_settings.fallbacks[1].other[1]', expect.stringMatching(/^no `model` is named/)],
    ]);
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

describe('names that nothing stands for', () => {
  const warned = (router_settings: JsonObject, models: JsonValue = MODELS): readonly (readonly [string, string])[] =>
    warnings(load({ router_settings }, models)).map(({ key, note }) => [key, note]);

  test('of a model behind an alias, or an alias behind an alias, are told', () => {
    const [gpt] = MODELS as readonly JsonValue[];
    const model_group_alias = { right: 'gpt', hid: { model: 'nope', hidden: true }, a: 'b', b: 'a', self: 'self' };
    const alias = 'router_settings.model_group_alias';
    expect(warned({ model_group_alias }, [gpt ?? null])).toEqual([
      [`${alias}.hid`, expect.stringMatching(/^no model group, wildcard or deployment has the name/)],
      [`${alias}.a`, expect.stringMatching(/^the alias stands for another alias, and aliases are followed once/)],
      [`${alias}.b`, expect.stringMatching(/^the alias stands for another alias/)],
      [`${alias}.self`, expect.stringMatching(/^the alias stands for another alias/)],
    ]);
    expect(warned({ model_group_alias: { w: 'openai/any', m: 'openai/gpt-up', i: 'id-gpt' } })).toEqual([]);
  });

  test('of a group with a retry policy, and of arguments of the strategy, are told', () => {
    const model_group_retry_policy = { gpt: { TimeoutErrorRetries: 1 }, 'azure/nope': { TimeoutErrorRetries: 1 } };
    const routing_strategy_args = { ttl: 60, lowest_latency_bufer: 0.1, foo: 1 };
    expect(warned({ model_group_retry_policy, routing_strategy_args })).toEqual([
      ['router_settings.model_group_retry_policy.azure/nope', expect.stringMatching(/^no request has this model/)],
      [
        'router_settings.routing_strategy_args.lowest_latency_bufer',
        expect.stringMatching(/did you mean lowest_latency_buffer\?/),
      ],
      ['router_settings.routing_strategy_args.foo', expect.stringMatching(/known are ttl, lowest_latency_buffer/)],
    ]);
  });

  test('of a provider with a budget are told, with the nearest one, and with the line', () => {
    const text = `model_list:
- {model_name: a, litellm_params: {model: openai/x, api_key: k}}
router_settings:
  provider_budget_config:
    openai: {budget_limit: 1, time_period: 1d}
    opnai: {budget_limit: 1, time_period: 1d}
    azure: {budget_limit: 1, time_period: 1d}
    qqqqqqqq: {budget_limit: 1, time_period: 1d}
`;
    expect(warnings(loadConfig({ text, env: new Map() })).map(({ note }) => note)).toEqual([
      'no provider has this name, so that the budget restricts nothing; did you mean openai? (line 6)',
      'no deployment has this provider, so that the budget restricts nothing (line 7)',
      'no provider has this name, so that the budget restricts nothing; check the spelling (line 8)',
    ]);
  });

  test('of a provider that a wildcard may mean are not told', () => {
    const models = [{ model_name: '*', litellm_params: { model: '*' } }];
    const provider_budget_config = { azure: { budget_limit: 1 }, anthropic: { budget_limit: 1 } };
    expect(warned({ provider_budget_config }, models)).toEqual([]);
  });
});

describe('switches', () => {
  test.each<[JsonValue, boolean]>([
    ['True', true],
    ['true', true],
    [' TRUE ', true],
    ['1', true],
    [1, true],
    ['False', false],
    ['0', false],
    [0, false],
  ])('%j is %j', (written, meant) => {
    const names = ['enable_tag_filtering', 'enable_pre_call_checks', 'tag_filtering_match_any', 'panic_mode'];
    const { router, raw } = load({ router_settings: Object.fromEntries(names.map((name) => [name, written])) });
    for (const name of names) expect([name, router.raw[name]]).toEqual([name, meant]);
    expect(raw['router_settings']).toEqual(router.raw);
  });

  test('of the environment are text, and nothing else of the section is changed', () => {
    const text = 'model_list: []\nrouter_settings: {panic_mode: os.environ/ON, num_retries: 1, redis_password: "0"}\n';
    const { router } = loadConfig({ text, env: new Map([['ON', '1']]) });
    expect(router.raw).toEqual({ panic_mode: true, num_retries: 1, redis_password: '0' });
  });

  test.each(['no', 'on', '', 2, -1, []])('%j is refused', (written) => {
    expect(() => load({ router_settings: { panic_mode: written } })).toThrow(/panic_mode: expected true or false/);
  });
});

describe('numbers below zero', () => {
  test.each(['router_settings', 'litellm_settings'])('are called so: %s', (section) => {
    const text = JSON.stringify({ model_list: MODELS, [section]: { num_retries: -1 } });
    expect(refusal(text).message).toContain('expected a number, 0 or more, found a negative number');
    expect(refusal('router_settings: {timeout: -5}').message).toContain('found a negative number');
  });
});
