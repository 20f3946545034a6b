import { describe, expect, test } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import type { Deployment, GeneralSettings } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { checkClientCredentials, withClientCredentials } from './client-credentials.ts';
import { writtenFields } from './request-document.ts';

const PLAIN = deployment('d', 'group', { model: 'openai/gpt-4o', api_key: 'sk-admin' });

function configurable(...allowed: readonly (string | JsonObject)[]): Deployment {
  return deployment('d', 'group', { model: 'openai/gpt-4o', configurable_clientside_auth_params: allowed });
}

function check(
  body: JsonObject,
  group: readonly Deployment[] = [PLAIN],
  general: Partial<GeneralSettings> = {},
): ReturnType<typeof checkClientCredentials> {
  return checkClientCredentials(writtenFields(body), snapshotWith({ general }).general, group);
}

/** The refused member, or null when the request passes. */
function refused(...given: Parameters<typeof check>): string | null {
  try {
    check(...given);
    return null;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'auth_error' || error.status !== 401) throw error;
    return /Rejected Request: (\S+) is not allowed/.exec(error.message)?.[1] ?? error.message;
  }
}

describe('checkClientCredentials', () => {
  test.each([
    'api_base',
    'base_url',
    'api_key',
    'azure_ad_token',
    'aws_secret_access_key',
    'vertex_credentials',
    'litellm_credential_name',
    'langfuse_host',
    'langsmith_api_key',
    'user_config',
    'model_list',
    'https_proxy',
    'input_cost_per_token',
    'output_cost_per_second',
    'cache_read_input_token_cost',
  ])('refuses %s, whatever its value, and for an unknown group too', (key) => {
    for (const value of ['x', null, 0, {}, ['x']]) expect(refused({ model: 'm', [key]: value })).toBe(key);
    expect(refused({ [key]: 'x' }, [])).toBe(key);
  });

  test.each(['api_version', 'temperature', 'user', 'api_bases', 'API_BASE', 'metadata'])('lets %s pass', (key) => {
    expect(check({ [key]: 'x' })).toBeNull();
  });

  test.each<[string, JsonObject]>([
    ['api_base', { metadata: { api_base: 'http://evil.test' } }],
    ['base_url', { extra_body: { base_url: 'x' } }],
    ['aws_access_key_id', { litellm_params: { nested: { aws_access_key_id: 'x' } } }],
    ['api_base', { fallbacks: [{ other: [{ api_base: 'x' }] }] }],
    ['api_base', { router_settings_override: { fallbacks: [{ group: [{ model: 'm', api_base: 'x' }] }] } }],
    ['api_key', { fallbacks: [{ model: 'm', api_key: 'x' }] }],
    ['api_key', { context_window_fallbacks: [{ other: [{ model: 'm', api_key: 'x' }] }] }],
    ['api_key', { content_policy_fallbacks: ['m', { other: ['m', { api_key: 'x' }] }] }],
    ['api_key', { router_settings_override: { fallbacks: [{ group: [{ model: 'm', api_key: 'x' }] }] } }],
    ['https_proxy', { fallbacks: [{ model: 'm', https_proxy: 'x' }] }],
    ['langfuse_host', { litellm_metadata: { langfuse_host: 'x' } }],
    ['input_cost_per_token', { metadata: { input_cost_per_token: 0 } }],
  ])('finds %s inside %j', (key, body) => {
    expect(refused(body)).toBe(key);
  });

  test('leaves ordinary words inside of containers and the content of messages alone', () => {
    expect(
      check({ metadata: { api_key: 'a label', proxy: 'x' }, messages: [{ role: 'user', api_base: 'x' }] }),
    ).toBeNull();
  });

  test('leaves the content of a fallback entry alone', () => {
    const messages = [{ role: 'user', content: 'x', api_key: 'a word' }];
    const tools = [{ type: 'function', function: { parameters: { properties: { api_key: { type: 'string' } } } } }];
    expect(
      check({ fallbacks: [{ model: 'm', messages, tools }, { other: [{ model: 'm', messages, tools }] }] }),
    ).toBeNull();
  });

  test.each(['api_key', 'api_base', 'base_url'])('never takes %s of a fallback entry, allowed or not', (key) => {
    const body = { fallbacks: [{ model: 'm', [key]: 'x' }] };
    expect(() => check(body, [configurable(key)])).toThrow(/in an entry of a fallback list is not there yet/);
    const permitted = { allowClientSideCredentials: true };
    expect(() => check(body, [PLAIN], permitted)).toThrow(/in an entry of a fallback list is not there yet/);
    expect(() => check({ router_settings_override: body }, [PLAIN], permitted)).toThrow(/is not there yet/);
  });

  test('a deployment allows a member by its name, and only that one', () => {
    const group = [PLAIN, configurable('api_key')];
    expect(check({ api_key: 'sk-mine' }, group)).toEqual({ apiBase: null, apiKey: 'sk-mine' });
    expect(refused({ api_base: 'http://x' }, group)).toBe('api_base');
  });

  test('a deployment allows addresses that match a pattern from their beginning', () => {
    const group = [configurable({ api_base: 'https://.*\\.example\\.com' })];
    expect(check({ api_base: 'https://a.example.com/v1' }, group)?.apiBase).toBe('https://a.example.com/v1');
    for (const value of ['http://a.example.com', 'https://evil.test', 'x https://a.example.com', null, 7])
      expect(refused({ api_base: value }, group)).toBe('api_base');
    expect(refused({ constructor: 'x', api_base: 'x' }, [configurable({ base_url: '.*' })])).toBe('api_base');
  });

  test('a pattern that cannot be read allows nothing', () => {
    expect(refused({ api_base: 'http://x' }, [configurable({ api_base: '(' })])).toBe('api_base');
  });

  test('proxy-wide permission lets everything pass', () => {
    const body = { base_url: 'http://mine', api_key: 'sk-mine', metadata: { api_base: 'x' } };
    expect(check(body, [PLAIN], { allowClientSideCredentials: true })).toEqual({
      apiBase: 'http://mine',
      apiKey: 'sk-mine',
    });
  });

  test("the error does not repeat the client's value", () => {
    expect(() => check({ api_key: 'sk-mine-123456' })).toThrow(/^(?!.*sk-mine)/s);
  });
});

describe('withClientCredentials', () => {
  test('changes a copy for one call', () => {
    const changed = withClientCredentials(PLAIN, { apiBase: 'http://mine', apiKey: null }, 'derived');
    expect(changed).toMatchObject({ id: 'derived', params: { api_base: 'http://mine', api_key: 'sk-admin' } });
    expect(PLAIN.params).not.toHaveProperty('api_base');
  });
});
