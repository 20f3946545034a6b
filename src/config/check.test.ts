import { describe, expect, it } from 'vitest';
import { checkConfig, checkExitCode, renderCheckJson, renderCheckText } from './check.ts';
import { ConfigError } from './config-error.ts';

const GOOD =
  'model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: k}}]\ngeneral_settings: {master_key: sk-canary}\n';
const MIXED = `${GOOD}litellm_settings: {max_budget: 5, json_logs: true, cache_params: 2, nonsense: 1}\n`;

const check = (text: string): ReturnType<typeof checkConfig> => checkConfig('config.yaml', new Map(), { text });

describe('fast-litellm check', () => {
  it('passes a file that is served natively, strictly too', () => {
    const report = check(GOOD);
    expect(report).toMatchObject({ error: null, deployments: 1, fallback: [], ignored: [], warnings: [] });
    expect([checkExitCode(report, false), checkExitCode(report, true)]).toEqual([0, 0]);
    expect(renderCheckText(report)).toContain('1 of 1 deployments are served natively');
  });

  it('groups the keys, marks what restricts, and fails strictly', () => {
    const report = check(MIXED);
    expect([checkExitCode(report, false), checkExitCode(report, true)]).toEqual([0, 1]);
    const text = renderCheckText(report);
    expect(text).toMatch(/^ *! litellm_settings\.max_budget: restricts/m);
    expect(text).toMatch(/^ {4}litellm_settings\.cache_params: not native yet/m);
    expect(text.indexOf('Not served natively yet')).toBeLessThan(text.indexOf('Ignored ('));
    expect(text).toMatch(/Warnings \(1\)\n.*litellm_settings\.nonsense: unknown/);
    expect(text).toMatch(/Natively served \(\d+\)[^]*general_settings\.master_key/);
  });

  it('writes the same as JSON', () => {
    const json = JSON.parse(renderCheckJson(check(MIXED), true)) as Record<string, unknown>;
    expect(json).toMatchObject({ path: 'config.yaml', ok: false, error: null, deployments: 1 });
    expect(json['fallback']).toContainEqual(
      expect.objectContaining({ key: 'litellm_settings.max_budget', restricts: true }),
    );
    expect(json['fallback']).toContainEqual(
      expect.objectContaining({ key: 'litellm_settings.cache_params', restricts: false }),
    );
  });

  it('never shows a secret', () => {
    const report = check(MIXED);
    expect(renderCheckText(report) + renderCheckJson(report, false)).not.toContain('sk-canary');
  });

  it('reports a refused file in one line', () => {
    const report = check('model_list: 5\n');
    expect(checkExitCode(report, false)).toBe(1);
    expect(renderCheckText(report)).toMatch(/^config\.yaml:1: model_list: [^\n]+\n$/);
    expect(JSON.parse(renderCheckJson(report, false))).toMatchObject({
      ok: false,
      error: expect.any(String) as string,
    });
  });

  it('lists deployments whose provider is not native', () => {
    const report = checkConfig('config.yaml', new Map(), {
      text: GOOD,
      notNative: () => 'the provider is not native yet',
    });
    expect(renderCheckText(report)).toMatch(/0 of 1 deployments[^]*a \(openai\/x\): the provider is not native yet/);
    expect(checkExitCode(report, true)).toBe(1);
  });

  it('reports what the start refuses beyond the file itself', () => {
    const report = checkConfig('config.yaml', new Map(), {
      text: GOOD,
      verify: () => {
        throw new ConfigError('invalid_value', { file: null, line: null, key: 'a.b' }, 'is no port', 'Write one.');
      },
    });
    expect([report.error, report.served, checkExitCode(report, false)]).toEqual([
      'config: a.b: is no port. Write one.',
      [],
      1,
    ]);
  });
});
