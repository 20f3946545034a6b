import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadConfig, loadConfigWithFiles, type LoadOptions } from './load.ts';
import type { ConfigSnapshot } from './snapshot.ts';

const ENTRY = '{model_name: a, litellm_params: {model: openai/x, api_key: k}}';

function load(text: string, env: Record<string, string> = {}, more: Partial<LoadOptions> = {}): ConfigSnapshot {
  const source = more.path === undefined ? { text } : {};
  return loadConfig({ ...source, env: new Map(Object.entries(env)), ...more });
}

function refusal(text: string, env: Record<string, string> = {}, more: Partial<LoadOptions> = {}): ConfigError {
  try {
    load(text, env, more);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function files(contents: Record<string, string>): Partial<LoadOptions> {
  return { path: '/etc/llm/config.yaml', readFile: (path) => contents[path] };
}

describe('settings', () => {
  it("has LiteLLM's defaults for a file that says nothing", () => {
    const { general, litellm, router, deployments, restrictions } = load('model_list: []');
    expect(deployments).toEqual([]);
    expect(restrictions).toEqual([]);
    expect(general).toMatchObject({ masterKey: null, keyHeaderName: null, maxRequestBytes: 104_857_600 });
    expect(litellm).toMatchObject({
      dropParams: false,
      modifyParams: false,
      requestTimeoutSeconds: 6000,
      sslVerify: true,
    });
    expect(router).toMatchObject({ numRetries: null, timeoutSeconds: null, streamTimeoutSeconds: null });
  });

  it('reads the typed settings', () => {
    const { general, litellm, router, aliases } = load(`
general_settings: {master_key: sk-1, litellm_key_header_name: X-My-Key, enforce_user_param: true, max_request_size_mb: 0.5, completion_model: b}
litellm_settings: {drop_params: 'on', modify_params: yes, request_timeout: 1:30, num_retries: '2', ssl_verify: false}
router_settings: {timeout: 5, stream_timeout: 1.5, model_group_alias: {b: a, c: {model: a, hidden: true}}}
`);
    expect(general).toMatchObject({
      masterKey: 'sk-1',
      keyHeaderName: 'x-my-key',
      enforceUserParam: true,
      maxRequestBytes: 524_288,
      completionModel: 'b',
    });
    expect(litellm).toMatchObject({
      dropParams: true,
      modifyParams: true,
      requestTimeoutSeconds: 90,
      numRetries: 2,
      sslVerify: false,
    });
    expect(router).toMatchObject({ timeoutSeconds: 5, streamTimeoutSeconds: 1.5 });
    expect([...aliases]).toEqual([
      ['b', { model: 'a', hidden: false }],
      ['c', { model: 'a', hidden: true }],
    ]);
  });

  it('takes the environment where the file says nothing', () => {
    const env = { LITELLM_MASTER_KEY: 'sk-env', LITELLM_DROP_PARAMS: 'True', SSL_VERIFY: 'False' };
    const { general, litellm } = load('general_settings:\n  master_key:\n', env);
    expect(general.masterKey).toBe('sk-env');
    expect(litellm).toMatchObject({ dropParams: true, sslVerify: false });
    expect(load('litellm_settings: {drop_params: false}', env).litellm.dropParams).toBe(false);
  });

  it('is frozen and safe against names of Object.prototype', () => {
    const snapshot = load('__proto__: {polluted: yes}\nmodel_list: []\ngeneral_settings: {constructor: 5}');
    expect(Object.isFrozen(snapshot)).toBe(true);
    expect(Object.isFrozen(snapshot.general.raw)).toBe(true);
    expect(Object.getPrototypeOf(snapshot.raw)).toBeNull();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('references', () => {
  it('resolve everywhere, in lists and in nested mappings', () => {
    const { deployments, general } = load(
      `model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: os.environ/K, tags: [os.environ/K], extra_headers: {h: os.environ/K}}}]
general_settings: {master_key: os.environ/K}`,
      { K: 'sk-k' },
    );
    expect(deployments[0]?.params).toMatchObject({ api_key: 'sk-k', tags: ['sk-k'], extra_headers: { h: 'sk-k' } });
    expect(general.masterKey).toBe('sk-k');
  });

  it('see variables of the file, the process wins, and everybody sees the file', () => {
    const { deployments, environment } = load(
      `environment_variables: {A: file, B: file, N: 5, T: true, PATH: /evil}
model_list: [{model_name: a, litellm_params: {model: openai/x, api_key: os.environ/A, api_base: os.environ/B}}]`,
      { B: 'process', PATH: '/bin' },
    );
    expect(deployments[0]?.params).toMatchObject({ api_key: 'file', api_base: 'process' });
    expect(['A', 'B', 'N', 'T', 'PATH'].map((name) => environment.get(name))).toEqual([
      'file',
      'file',
      '5',
      'True',
      '/bin',
    ]);
  });

  it('lay credentials under what the deployment has itself', () => {
    const { deployments, findings } = load(`
credential_list: [{credential_name: c, credential_values: {api_key: from-c, api_base: http://c}}]
model_list:
  - {model_name: a, litellm_params: {model: openai/x, api_key: own, litellm_credential_name: c}}
  - {model_name: b, litellm_params: {model: openai/x, litellm_credential_name: nope}}
`);
    expect(deployments[0]?.params).toMatchObject({ api_key: 'own', api_base: 'http://c' });
    expect(findings.some((one) => one.kind === 'warning' && one.key.endsWith('litellm_credential_name'))).toBe(true);
  });
});

describe('an unset variable', () => {
  const UNSET = 'os.environ/NOT_SET';

  it('is an error for the master key: the gateway must not open by accident', () => {
    const error = refusal(`model_list: []\ngeneral_settings:\n  master_key: ${UNSET}\n`, {
      LITELLM_MASTER_KEY: 'sk-x',
    });
    expect(error).toMatchObject({ code: 'missing_variable', line: 3, key: 'general_settings.master_key' });
    expect(error.message).toMatch(/^config:3: .*NOT_SET is not set\. Set NOT_SET/);
  });

  it.each([
    ['litellm_settings', 'max_budget'],
    ['general_settings', 'custom_auth'],
    ['general_settings', 'allowed_ips'],
    ['router_settings', 'guardrail_list'],
  ])('is an error where it would switch off %s.%s', (section, key) => {
    expect(refusal(`${section}: {${key}: ${UNSET}}`).code).toBe('missing_variable');
  });

  it('is an error for a restricting parameter of a deployment', () => {
    expect(refusal(`model_list: [{model_name: a, litellm_params: {model: x, max_budget: ${UNSET}}}]`).code).toBe(
      'missing_variable',
    );
  });

  it('is an error when it leaves nothing to serve', () => {
    const error = refusal(`model_list:\n  - model_name: a\n    litellm_params: {model: openai/x, api_key: ${UNSET}}\n`);
    expect(error).toMatchObject({ code: 'missing_variable', line: 3, key: 'model_list[0].litellm_params.api_key' });
  });

  it('is a warning while other deployments can be served, as LiteLLM starts with it', () => {
    const { deployments, findings } = load(
      `model_list: [${ENTRY}, {model_name: b, litellm_params: {model: openai/x, api_key: ${UNSET}}}]`,
    );
    expect(deployments.map((one) => Object.hasOwn(one.params, 'api_key'))).toEqual([true, false]);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'warning', key: 'model_list[1].litellm_params.api_key' }),
    );
  });

  it('is a warning for a database: LiteLLM starts without one', () => {
    const { restrictions } = load(
      `model_list: [${ENTRY}]\ngeneral_settings: {master_key: sk-1, database_url: ${UNSET}}`,
    );
    expect(restrictions).toEqual([]);
  });
});

describe('faults in the file', () => {
  it.each([
    ['model_list:\n  - model_name: a\n    litellm_params: [x\n', 'yaml_syntax', 4],
    ['a: 1\n\tb: 2\n', 'yaml_syntax', 2],
    ['model_list: 5\n', 'wrong_type', 1],
    [`model_list:\n  - ${ENTRY}\n  - model_name: b\n`, 'missing_key', 3],
    ['model_list:\n  - model_name: b\n    litellm_params:\n      model: 5\n', 'wrong_type', 4],
    ['model_list:\n  - model_name: b\n    litellm_params:\n      model: openai/x\n      rpm: lots\n', 'wrong_type', 5],
    ['general_settings:\n  master_key: 1234\n', 'wrong_type', 2],
    ["general_settings:\n  master_key: ''\n", 'invalid_value', 2],
    ['general_settings:\n  enforce_user_param: maybe\n', 'wrong_type', 2],
    ['general_settings:\n  max_request_size_mb: -1\n', 'wrong_type', 2],
    ['litellm_settings:\n  request_timeout: soon\n', 'wrong_type', 2],
    ['router_settings:\n  num_retries: 1.5\n', 'wrong_type', 2],
    ['router_settings:\n  model_group_alias: [a]\n', 'wrong_type', 2],
    ['router_settings: [a]\n', 'wrong_type', 1],
    ['environment_variables: {1: a}\n', 'wrong_type', 1],
    ['', 'empty', 1],
    ['- a\n', 'wrong_type', 1],
  ])('%j is refused with %s at line %i, in one line and without a value', (text, code, line) => {
    const error = refusal(text, {}, files({ '/etc/llm/config.yaml': text }));
    expect(error).toMatchObject({ code, line, file: '/etc/llm/config.yaml' });
    expect(error.message).toMatch(new RegExp(`^/etc/llm/config\\.yaml:${line}: [^\\n]+\\. [A-Z][^\\n]+$`));
  });

  it('never shows the value that is wrong', () => {
    expect(refusal('general_settings: {master_key: [sk-secret]}').message).not.toContain('sk-secret');
    expect(refusal('litellm_settings: {request_timeout: sk-secret}').message).not.toContain('sk-secret');
  });

  it('names the missing file', () => {
    const error = refusal('', {}, { path: '/nowhere/config.yaml', readFile: () => undefined });
    expect(error).toMatchObject({ code: 'file_not_found', file: '/nowhere/config.yaml' });
  });

  it('leaves a deployment out that LiteLLM leaves out, and says so', () => {
    const { deployments, findings } = load(
      `model_list:\n  - ${ENTRY}\n  - {model_name: b, litellm_params: {model: x, rpm: lots}}\n`,
    );
    expect(deployments.map((one) => one.modelName)).toEqual(['a']);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'warning', key: 'model_list[1].litellm_params.rpm' }),
    );
  });

  it('warns of a key that occurs twice and takes the last', () => {
    const { general, findings } = load('general_settings:\n  master_key: sk-1\n  master_key: sk-2\n');
    expect(general.masterKey).toBe('sk-2');
    expect(findings.find((one) => one.key === 'master_key')?.note).toMatch(/twice.*line 3/);
  });
});

describe('include', () => {
  it('grows lists, replaces the rest, follows nested includes beside their file, reads each file once', () => {
    const config = files({
      '/etc/llm/config.yaml': `include: [sub/models.yaml, more.yaml]\nmodel_list: [${ENTRY}]\nlitellm_settings: {drop_params: true}\n`,
      '/etc/llm/sub/models.yaml':
        'include: [deeper.yaml, ../more.yaml]\nmodel_list: [{model_name: b, litellm_params: {model: openai/x}}]\n',
      '/etc/llm/sub/deeper.yaml': 'model_list: [{model_name: c, litellm_params: {model: openai/x}}]\n',
      '/etc/llm/more.yaml':
        'litellm_settings: {modify_params: true}\nmodel_list: [{model_name: d, litellm_params: {model: openai/x}}]\n',
    });
    const { snapshot, files: read } = loadConfigWithFiles({ env: new Map(), ...config });
    expect(snapshot.deployments.map((one) => one.modelName)).toEqual(['a', 'b', 'd', 'c']);
    expect(snapshot.litellm).toMatchObject({ dropParams: false, modifyParams: true });
    expect(read).toEqual([
      '/etc/llm/config.yaml',
      '/etc/llm/sub/models.yaml',
      '/etc/llm/more.yaml',
      '/etc/llm/sub/deeper.yaml',
    ]);
    expect(Object.hasOwn(snapshot.raw, 'include')).toBe(false);
  });

  it('names the included file that is broken or absent', () => {
    const broken = files({ '/etc/llm/config.yaml': 'include: [a.yaml]\n', '/etc/llm/a.yaml': 'x: 1\ny: [\n' });
    expect(refusal('', {}, broken)).toMatchObject({ code: 'yaml_syntax', file: '/etc/llm/a.yaml' });
    const absent = files({ '/etc/llm/config.yaml': 'model_list: []\ninclude:\n  - a.yaml\n' });
    const error = refusal('', {}, absent);
    expect(error).toMatchObject({ code: 'file_not_found', line: 3, key: 'include' });
  });
});

describe('a document of the command line', () => {
  it('lies over the file', () => {
    const document = {
      litellm_settings: { drop_params: true },
      model_list: [{ model_name: 'b', litellm_params: { model: 'openai/y' } }],
    };
    const { deployments, litellm } = load(
      `model_list: [${ENTRY}]\nlitellm_settings: {modify_params: true}`,
      {},
      { document },
    );
    expect(deployments.map((one) => one.modelName)).toEqual(['a', 'b']);
    expect(litellm).toMatchObject({ dropParams: true, modifyParams: true });
  });
});
