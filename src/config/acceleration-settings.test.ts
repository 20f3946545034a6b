import { describe, expect, it } from 'vitest';
import { readAcceleration } from './acceleration-settings.ts';
import { loadConfig } from './load.ts';
import type { JsonValue } from './snapshot.ts';

const read = (acceleration: JsonValue, environment: Record<string, string> = {}) =>
  readAcceleration({ acceleration }, new Map(Object.entries(environment)));

const load = (acceleration: JsonValue) =>
  loadConfig({
    env: new Map(),
    document: {
      model_list: [{ model_name: 'a', litellm_params: { model: 'openai/x', api_key: 'k' } }],
      acceleration,
    },
  });

describe('the acceleration block', () => {
  it('holds modes of components, and what only the gateway asks', () => {
    const settings = read({
      route: 'shadow',
      'route:/v1/embeddings': 'canary:10',
      native_without: ['litellm_settings.cache'],
      shadow_paid_calls: true,
    });
    expect([...settings.rollout.components.keys()]).toEqual(['route', 'route:/v1/embeddings']);
    expect([[...settings.nativeWithout], settings.shadowPaidCalls]).toEqual([['litellm_settings.cache'], true]);
  });

  it('may be missing, or one word', () => {
    expect(readAcceleration({}, new Map())).toMatchObject({ nativeWithout: new Set(), shadowPaidCalls: false });
    expect(read('off').rollout.switchedOffBy).toBe('acceleration.enabled');
  });

  it('leaves variables of the gateway itself alone', () => {
    const { rollout } = read({}, { FAST_LITELLM_FALLBACK: 'off', FAST_LITELLM_ROUTE: 'off' });
    expect([...rollout.environment.keys()]).toEqual(['FAST_LITELLM_ROUTE']);
  });

  it.each([
    [{ native_without: 'litellm_settings.cache' }, /acceleration\.native_without: not a list of settings/],
    [{ shadow_paid_calls: 'yes' }, /acceleration\.shadow_paid_calls: neither true nor false/],
    [{ route: 'canary:200' }, /acceleration\.route/],
    ['sometimes', /acceleration: not a mapping/],
  ] as [JsonValue, RegExp][])('is refused when the file is loaded: %j', (block, text) => {
    expect(() => load(block)).toThrow(text);
  });

  it('is a known key', () => {
    expect(load({ route: 'on' }).findings.filter(({ key }) => key === 'acceleration')).toEqual([
      expect.objectContaining({ kind: 'key', treatment: 'served' }),
    ]);
  });
});
