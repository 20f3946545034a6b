import { describe, expect, it } from 'vitest';
import { KNOWN_KEYS } from './known-keys.ts';
import { loadConfig } from './load.ts';
import { RESTRICTIONS, restrictionExamples } from './restrictions.ts';
import type { JsonObject, Restriction } from './snapshot.ts';

const ENTRY: JsonObject = { model_name: 'a', litellm_params: { model: 'openai/x', api_key: 'k' } };

function restrictions(document: JsonObject, env: readonly [string, string][] = []): readonly Restriction[] {
  return loadConfig({ document: { model_list: [ENTRY], ...document }, env: new Map(env) }).restrictions;
}

describe('restricting settings', () => {
  it.each(restrictionExamples('http://127.0.0.1:1'))('$key alone restricts', ({ key, document, masterKeyPasses }) => {
    const snapshot = loadConfig({ document, env: new Map() });
    expect(snapshot.restrictions.map((one) => [one.key, one.masterKeyPasses])).toEqual([[key, masterKeyPasses]]);
    expect(snapshot.findings).toContainEqual(expect.objectContaining({ kind: 'key', key, treatment: 'fallback' }));
  });

  it('has an example for every row, and no row twice', () => {
    const names = RESTRICTIONS.map((row) => `${row.section}.${row.key}`);
    expect(new Set(names).size).toBe(names.length);
    expect(restrictionExamples('').length).toBeGreaterThan(RESTRICTIONS.length);
  });

  it('is disjoint from the keys that need no restriction', () => {
    const both = RESTRICTIONS.filter((row) => KNOWN_KEYS[row.section].has(row.key)).map((row) => row.key);
    expect(both).toEqual([]);
  });

  it('governs the group of the deployment alone', () => {
    const limited = { model_name: 'b', litellm_params: { model: 'openai/x', guardrails: ['pii'] } };
    expect(restrictions({ model_list: [ENTRY, limited] })).toEqual([
      { key: 'model_list[1].litellm_params.guardrails', scope: { modelName: 'b' }, masterKeyPasses: false },
    ]);
  });

  it('leaves itpm and otpm alone while nobody enforces them', () => {
    const weighted = { model_name: 'a', litellm_params: { model: 'openai/x', rpm: 10, itpm: 10, otpm: 1000 } };
    expect(restrictions({ model_list: [weighted] })).toEqual([]);
    const checks = { optional_pre_call_checks: ['enforce_model_rate_limits'] };
    expect(restrictions({ model_list: [weighted], router_settings: checks }).map((one) => one.key)).toEqual([
      'model_list[0].litellm_params.itpm',
      'model_list[0].litellm_params.otpm',
    ]);
  });

  it.each([
    [{ litellm_settings: { max_budget: 0 } }],
    [{ general_settings: { enable_jwt_auth: false, allowed_ips: null, enforced_params: [] } }],
    [{ router_settings: { enable_tag_filtering: false, fallbacks: [{ a: ['b'] }], num_retries: 3 } }],
    [{ litellm_settings: { callbacks: ['prometheus', 'langfuse'], success_callback: ['my.logger'], cache: true } }],
    [{ guardrails: [] }],
  ] as [JsonObject][])('%j restricts nothing', (document) => {
    expect(restrictions(document)).toEqual([]);
  });

  it('hands unknown keys to the fallback when a database may know them', () => {
    const general = { general_settings: { master_key: 'sk-1' } };
    expect(restrictions(general, [['DATABASE_URL', 'postgres://x']])).toEqual([
      { key: 'DATABASE_URL', scope: 'all', masterKeyPasses: true },
    ]);
    expect(restrictions({}, [['DATABASE_URL', 'postgres://x']])).toEqual([]);
  });

  it('takes a callback of the user for a moderator', () => {
    expect(restrictions({ litellm_settings: { callbacks: 'my_module.instance' } })).toHaveLength(1);
  });
});

describe('the report of keys', () => {
  it('tells served, handed over, ignored and unknown keys apart', () => {
    const { findings } = loadConfig({
      env: new Map(),
      document: {
        model_list: [{ model_name: 'a', litellm_params: { model: 'openai/x', max_retries: 1, top_k: 5 } }],
        general_settings: { master_key: 'sk-1', ui_access_mode: 'all', master_kye: 'x' },
        litellm_settings: { cache: true },
      },
    });
    const told = Object.fromEntries(findings.map((one) => [one.key, one.treatment]));
    expect(told).toEqual({
      model_list: 'served',
      general_settings: 'served',
      litellm_settings: 'served',
      'general_settings.master_key': 'served',
      'general_settings.ui_access_mode': 'ignored',
      'general_settings.master_kye': 'ignored',
      'litellm_settings.cache': 'fallback',
      'model_list[0].litellm_params.max_retries': 'fallback',
    });
    expect(findings.find((one) => one.key === 'general_settings.master_kye')?.note).toContain(
      'unknown to LiteLLM 1.102',
    );
  });
});
