import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkExitCode, renderCheckJson, renderCheckText } from '../config/check.ts';
import { createModules } from './modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'fast-litellm-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(settings: string, env: Readonly<Record<string, string>> = {}): string | null {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, `model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: k}}]\n${settings}\n`);
  return createModules(new Map(Object.entries(env))).checkConfig(path, false).error;
}

describe('check with a fallback', () => {
  const SETTINGS = `
general_settings: { master_key: sk-canary }
router_settings: { fallbacks: [{ a: [foreign] }] }`;

  it('says of each group and route who serves it', () => {
    const path = join(folder, 'serving.yaml');
    const foreign = '{model_name: foreign, litellm_params: {model: bedrock/x}}';
    const own = '{model_name: own, litellm_params: {model: openai/x, api_key: k}}';
    const first = '{model_name: a, litellm_params: {model: openai/x, api_key: k}}';
    writeFileSync(path, `model_list: [${first}, ${foreign}, ${own}]${SETTINGS}\nlitellm_settings: {cache: true}\n`);
    const report = createModules(new Map()).checkConfig(path, true);
    expect(report.serving?.groups).toEqual([
      { name: 'a', reason: 'The fallback foreign: Provider bedrock is not served natively yet.' },
      { name: 'foreign', reason: 'Provider bedrock is not served natively yet.' },
      { name: 'own', reason: null },
    ]);
    const routes = new Map(report.serving?.routes.map(({ name, reason }) => [name, reason]));
    expect([routes.get('/v1/models'), routes.get('/v1/chat/completions')]).toEqual([
      null,
      '`litellm_settings.cache` is set, which has no effect natively yet.',
    ]);
    const text = renderCheckText(report);
    expect(text).toMatch(/^ {2}own +native$/m);
    expect(text).toMatch(/^ {2}\/v1\/chat\/completions +LiteLLM {2}`litellm_settings.cache`/m);
    expect(text).toMatch(/^ {2}everything else +LiteLLM$/m);
    expect(text).toMatch(/^ {2}other keys +LiteLLM/m);
    expect(text).not.toMatch(/501|sk-canary/);
    expect(JSON.parse(renderCheckJson(report, true))).toMatchObject({ ok: true, serving: report.serving });
    // Without one the same file is not served as written.
    expect(checkExitCode(createModules(new Map()).checkConfig(path, false), true)).toBe(1);
  });
});

describe('check of a deployment that is mocked', () => {
  it('is native, whatever its provider', () => {
    const path = join(folder, 'mocked.yaml');
    const deployments = ['mock_response: hi', 'api_key: k'].map(
      (member, at) => `{model_name: m${at}, litellm_params: {model: anthropic/claude-x, ${member}}}`,
    );
    writeFileSync(path, `model_list: [${deployments.join(', ')}]`);
    const report = createModules(new Map()).checkConfig(path, true);
    expect(report.notNativeDeployments.map(({ modelName }) => modelName)).toEqual(['m1']);
    expect(report.serving?.groups.map(({ reason }) => reason === null)).toEqual([true, false]);
  });
});

describe('check', () => {
  it.each([
    ['router_settings: {redis_host: localhost, redis_port: abc}', /router_settings\.redis_port: is no number/],
    ['router_settings: {redis_url: "http://canary"}', /router_settings\.redis_url: is no Redis URL/],
    [
      'litellm_settings: {cache: true, cache_params: {type: redis, host: h, port: x}}',
      /cache_params\.port: is no number/,
    ],
  ])('refuses the Redis that the start refuses: %s', (settings, error) => {
    expect(check(settings)).toMatch(error);
    expect(check(settings)).not.toContain('canary');
  });

  it('reads that of the environment too', () => {
    expect(check('', { REDIS_HOST: 'localhost', REDIS_PORT: 'abc' })).toMatch(/environment REDIS_PORT: is no number/);
  });

  it.each(['', 'router_settings: {redis_host: localhost, redis_port: "6379"}', 'router_settings: {redis_port: abc}'])(
    'passes what the start takes: %s',
    (settings) => {
      expect(check(settings)).toBeNull();
    },
  );
});
