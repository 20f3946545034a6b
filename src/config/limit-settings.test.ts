import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../protocol/json.ts';
import { loadConfig } from './load.ts';

const MODEL = { model_name: 'gpt', litellm_params: { model: 'openai/gpt-4o', api_key: 'sk-x' } };

function load(document: JsonObject): () => unknown {
  return () => loadConfig({ text: JSON.stringify({ model_list: [MODEL], ...document }), env: new Map() });
}

describe('limits in a file', () => {
  test.each([
    { router_settings: { rate_limit_algorithm: 'sliding' } },
    { litellm_settings: { priority_reservation: { prod: 0.9, dev: { type: 'rpm', value: 10 }, other: '0.1' } } },
    { litellm_settings: { callbacks: ['dynamic_rate_limiter_v3'], priority_reservation_settings: {} } },
  ])('%j is taken', (document) => {
    expect(load(document)).not.toThrow();
  });

  test.each([
    [{ router_settings: { rate_limit_algorithm: 'canary' } }, 'router_settings.rate_limit_algorithm: unknown'],
    [{ litellm_settings: { priority_reservation: { prod: 'canary' } } }, 'priority_reservation.prod: expected a share'],
    [{ litellm_settings: { priority_reservation: { prod: { type: 'canary', value: 1 } } } }, 'expected a share'],
    [{ litellm_settings: { priority_reservation: ['canary'] } }, 'priority_reservation: expected a mapping'],
    [
      {
        litellm_settings: {
          callbacks: ['dynamic_rate_limiter_v3'],
          priority_reservation_settings: { saturation_threshold: 'canary' },
        },
      },
      'saturation_threshold: expected a number',
    ],
    [
      {
        model_list: [{ ...MODEL, litellm_params: { ...MODEL.litellm_params, default_api_key_rpm_limit: -1 } }],
      },
      'default_api_key_rpm_limit',
    ],
  ])('%j is refused without its values', (document, problem) => {
    expect(load(document)).toThrow(problem);
    expect(load(document)).not.toThrow('canary');
  });
});
