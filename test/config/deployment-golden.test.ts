import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigSnapshot } from '../../src/config/snapshot.ts';

interface GoldenDeployment {
  readonly model_name: string;
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface GoldenCase {
  readonly name: string;
  readonly yaml: string;
  /** LiteLLM's proxy does not start with it. */
  readonly error?: string;
  readonly deployments?: readonly GoldenDeployment[];
}

const ENV = new Map([
  ['KEY', 'sk-from-env'],
  ['TRUE', 'true'],
  ['FALSE', ' False '],
  ['NUMBER', '12'],
  ['EMPTY', ''],
  ['LITELLM_ENVIRONMENT', 'staging'],
]);

/** A second deployment, so that a left-out one does not leave the list empty (that is an error here). */
const SPARE =
  '\nmodel_list:\n  - {model_name: spare, litellm_params: {model: openai/spare}, model_info: {id: spare}}\n';

const cases = readFileSync(new URL('deployments.golden.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenCase);

function load(yaml: string): ConfigSnapshot {
  return loadConfig({
    path: '/etc/config.yaml',
    env: ENV,
    readFile: (path) => {
      if (path === '/etc/config.yaml') return `include: [entries.yaml]${SPARE}`;
      return path === '/etc/entries.yaml' ? yaml : undefined;
    },
  });
}

function alone(yaml: string): ConfigSnapshot {
  const readFile = (path: string): string | undefined => (path === '/etc/config.yaml' ? yaml : undefined);
  return loadConfig({ path: '/etc/config.yaml', env: ENV, readFile });
}

function refusal(yaml: string): string {
  try {
    alone(yaml);
    return 'accepted';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** What LiteLLM does differently with the parameters that it keeps, and why not here. */
const OWN_PARAMS = new Map([
  ['params organization: [os.environ/KEY, org-2]', 'references inside lists resolve'],
  ['params tags: [os.environ/KEY]', 'references inside lists resolve'],
  ['params nested: [[os.environ/KEY]]', 'references inside lists resolve'],
  ['params nested: [[{a: os.environ/KEY}]]', 'references inside lists resolve'],
  ['credential', 'credentials are laid into the parameters at load, not at each call'],
  ['environment variables do not feed references', 'they do here'],
  ['params some_date: 2024-10-21T10:11:12Z', 'JSON has no dates: ISO text'],
  ['params some_date: 2024-10-21 10:11:12.5', 'JSON has no dates: ISO text'],
  ['params bin: !!binary aGk=', 'JSON has no bytes: base64'],
  ['params temperature: .inf', 'JSON has no infinity'],
  ['params mock_response: {a: 1}', 'LiteLLM makes a reply object of it, with a random id'],
  ['params drop_params: maybe', 'what is no flag is left out'],
  ['params timeout: soon', 'what cannot be read counts as not set, with a warning; LiteLLM answers each call with 500'],
  ['params stream_timeout: x', 'the same'],
  ['params weight: x', 'the same'],
  ['params big: 12345678901234567890123', 'numbers are doubles'],
]);

/** Entries that LiteLLM serves and that are left out here. */
const LEFT_OUT = new Map([
  ['params rpm: yes', 'a switch is no limit; LiteLLM reads 1'],
  ['params tpm: -1', 'no limit is below zero; LiteLLM lets one call at a time through'],
]);

describe("deployments as LiteLLM's proxy makes them", () => {
  it('has the cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
  });

  it.each(cases.filter((one) => one.deployments !== undefined))('makes $name', (one) => {
    const { deployments } = load(one.yaml);
    const made = deployments.filter((deployment) => deployment.id !== 'spare');
    const expected = LEFT_OUT.has(one.name) ? [] : (one.deployments ?? []);
    expect(made.map(({ modelName, id }) => ({ modelName, id }))).toEqual(
      expected.map((deployment) => ({ modelName: deployment.model_name, id: deployment.id })),
    );
    if (OWN_PARAMS.has(one.name)) return;
    expect(made.map(({ params }) => ({ ...params }))).toEqual(expected.map(({ params }) => params));
  });

  it.each(cases.filter((one) => one.error !== undefined))('refuses $name, with which LiteLLM does not start', (one) => {
    expect(refusal(one.yaml)).toMatch(/^\/etc\/config\.yaml(?::\d+)?: [^\n]+$/);
  });
});
