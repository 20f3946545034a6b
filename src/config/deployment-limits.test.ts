import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../protocol/json.ts';
import { checkConfig } from './check.ts';
import { loadConfig } from './load.ts';
import type { ConfigSnapshot } from './snapshot.ts';

const entry = (name: string, params: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  model_name: name,
  litellm_params: { model: 'openai/gpt-4o', api_key: 'sk-x', ...params },
  ...more,
});

function load(...entries: readonly JsonObject[]): ConfigSnapshot {
  return loadConfig({ text: JSON.stringify({ model_list: entries }), env: new Map([['LIMIT', '12']]) });
}

const WRONG: readonly (readonly [key: string, value: JsonValue, found: string])[] = [
  ['max_parallel_requests', 'abc', 'expected a whole number, 1 or more, found a string'],
  ['max_parallel_requests', '', 'expected a whole number, 1 or more, found a string'],
  ['max_parallel_requests', 0, 'expected a whole number, 1 or more, found zero'],
  ['max_parallel_requests', '0', 'expected a whole number, 1 or more, found zero'],
  ['max_parallel_requests', -1, 'expected a whole number, 1 or more, found a negative number'],
  ['max_parallel_requests', 1.5, 'expected a whole number, 1 or more, found a float'],
  ['max_parallel_requests', true, 'expected a whole number, 1 or more, found a boolean'],
  ['max_parallel_requests', [3], 'expected a whole number, 1 or more, found a list'],
  ...['rpm', 'tpm'].flatMap((key) => [
    [key, 'abc', 'expected a whole number, 0 or more, found a string'] as const,
    [key, -1, 'expected a whole number, 0 or more, found a negative number'] as const,
    [key, true, 'expected a whole number, 0 or more, found a boolean'] as const,
    [key, 1.5, 'expected a whole number, 0 or more, found a float'] as const,
  ]),
];

describe('limits of a deployment', () => {
  test.each(WRONG)('%s: %j leaves the deployment out, and says so', (key, value, found) => {
    const { deployments, findings } = load(entry('good'), entry('bad', { [key]: value }));
    expect(deployments.map(({ modelName }) => modelName)).toEqual(['good']);
    const [warning] = findings.filter(({ kind }) => kind === 'warning');
    expect(warning).toMatchObject({
      key: `model_list[1].litellm_params.${key}`,
      note: `${found}; the deployment is left out, so that no limit is lost (line 1)`,
    });
  });

  test.each(WRONG)('%s: %j is an error where nothing else is left to serve', (key, value, found) => {
    expect(() => load(entry('bad', { [key]: value }))).toThrow(found);
  });

  test('that stand beside the parameters, or in model_info, are read alike', () => {
    const beside = entry('beside', {}, { rpm: -1 });
    const inside = entry('inside', {}, { model_info: { tpm: 'abc' } });
    const { deployments, findings } = load(entry('good'), beside, inside);
    expect(deployments.map(({ modelName }) => modelName)).toEqual(['good']);
    expect(findings.filter(({ kind }) => kind === 'warning').map(({ key }) => key)).toEqual([
      'model_list[1].litellm_params.rpm',
      'model_list[2].model_info.tpm',
    ]);
  });

  test('may be zero where nothing is to get through, text, and of the environment', () => {
    const params = { rpm: 0, tpm: '1_000', max_parallel_requests: 'os.environ/LIMIT' };
    expect(load(entry('good', params)).deployments[0]?.params).toMatchObject({
      rpm: 0,
      tpm: 1000,
      max_parallel_requests: 12,
    });
  });

  test('show in `check` with the deployment that they cost', () => {
    const text = JSON.stringify({ model_list: [entry('good'), entry('bad', { max_parallel_requests: 'abc' })] });
    const report = checkConfig('config.yaml', new Map(), { text });
    expect(report).toMatchObject({ error: null, deployments: 1 });
    expect(report.warnings.map(({ key }) => key)).toEqual(['model_list[1].litellm_params.max_parallel_requests']);
  });
});

describe('limits of callers', () => {
  test.each(['abc', -1, true, 1.5])(
    'that are %j are refused: without their deployment a group would have none',
    (value) => {
      for (const key of ['default_api_key_rpm_limit', 'default_api_key_tpm_limit'])
        expect(() => load(entry('gpt'), entry('gpt', { [key]: value }))).toThrow(
          new RegExp(`model_list\\[1\\]\\.litellm_params\\.${key}: expected a whole number, 0 or more, found`),
        );
    },
  );
});
