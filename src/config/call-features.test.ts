import { describe, expect, it } from 'vitest';
import { callFeatures } from './call-features.ts';
import { loadConfig } from './load.ts';
import type { JsonObject } from './snapshot.ts';

const ENTRY: JsonObject = { model_name: 'a', litellm_params: { model: 'openai/x', api_key: 'k' } };

function features(document: JsonObject): readonly (readonly [string, unknown])[] {
  const snapshot = loadConfig({ document: { model_list: [ENTRY], ...document }, env: new Map() });
  return callFeatures(snapshot).map(({ key, scope }) => [key, scope]);
}

describe('settings that change model calls and have no effect here', () => {
  it.each([
    ['litellm_settings.success_callback', { litellm_settings: { success_callback: ['langfuse'] } }],
    ['litellm_settings.callbacks', { litellm_settings: { callbacks: ['prometheus'] } }],
    ['litellm_settings.cache', { litellm_settings: { cache: true, cache_params: { type: 'local' } } }],
    ['litellm_settings.openai_key', { litellm_settings: { openai_key: 'sk-1' } }],
    ['litellm_settings.headers', { litellm_settings: { headers: { 'x-a': 'b' } } }],
    ['general_settings.alerting', { general_settings: { alerting: ['slack'], alerting_threshold: 300 } }],
    ['general_settings.embedding_model', { general_settings: { embedding_model: 'a' } }],
    ['router_settings.cache_responses', { router_settings: { cache_responses: true } }],
  ] as [string, JsonObject][])('%s concerns all calls', (key, document) => {
    expect(features(document)).toEqual([[key, 'calls']]);
  });

  it('of a deployment concern its group', () => {
    const own = { ...ENTRY, model_name: 'b', litellm_params: { model: 'openai/x', use_chat_completions_api: true } };
    expect(features({ model_list: [ENTRY, own] })).toEqual([
      ['model_list[1].litellm_params.use_chat_completions_api', { modelName: 'b' }],
    ]);
  });

  it.each([
    [{ litellm_settings: { success_callback: [], cache: false, headers: {}, drop_params: true } }],
    [{ litellm_settings: { callbacks: ['dynamic_rate_limiter_v3'], turn_off_message_logging: true } }],
    [{ general_settings: { master_key: 'sk-1', background_health_checks: true, store_model_in_db: true } }],
    [{ router_settings: { routing_strategy: 'simple-shuffle', num_retries: 2, polling_interval: 3 } }],
    [{ mcp_servers: { a: { url: 'http://x' } }, callback_settings: { otel: { message_logging: false } } }],
    [{ litellm_settings: { nobody_knows_this: true } }],
  ] as [JsonObject][])('%j are none', (document) => {
    expect(features(document)).toEqual([]);
  });
});
