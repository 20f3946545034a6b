/** Requests that must not get through, and providers that give their key away. */
import { createHash } from 'node:crypto';
import type { Script } from './scripted-provider.ts';

export type Headers = Readonly<Record<string, string>>;

export function bearer(key: string): Headers {
  return { authorization: `Bearer ${key}` };
}

const UNSIGNED_TOKEN = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"admin","role":"proxy_admin"}')}.`;

/** Headers that are no key of the gateway, by name. */
export function wrongKeys(master: string, providerKey: string): readonly (readonly [string, Headers])[] {
  return [
    ['nothing', {}],
    ['empty', bearer('')],
    ['blank authorization', { authorization: '' }],
    ['a prefix', bearer(master.slice(0, -1))],
    ['one character more', bearer(`${master}x`)],
    ['other case', bearer(master.toUpperCase())],
    ['SQL', bearer("' OR '1'='1")],
    ['14 KB', bearer('k'.repeat(14_000))],
    ['undefined', bearer('undefined')],
    ['null', bearer('null')],
    ['__proto__', bearer('__proto__')],
    ['constructor', bearer('constructor')],
    ['the hash of the key', bearer(createHash('sha256').update(master).digest('hex'))],
    ['the provider’s key', bearer(providerKey)],
    ['an unsigned token', bearer(UNSIGNED_TOKEN)],
    ['x-api-key', { 'x-api-key': 'sk-wrong' }],
    ['api-key', { 'api-key': 'sk-wrong' }],
    ['x-litellm-api-key', { 'x-litellm-api-key': 'sk-wrong' }],
    ['x-goog-api-key', { 'x-goog-api-key': 'sk-wrong' }],
    ['a cookie', { cookie: `token=${master}` }],
    ['a look-alike', bearer(Buffer.from(master.replaceAll('-', '‐')).toString('latin1'))],
    ['two keys in one', bearer(`sk-wrong, ${master}`)],
    ['basic', { authorization: `Basic ${btoa('x:sk-wrong')}` }],
  ];
}

/** Routes that want a key, under all their spellings. */
export const CLOSED_TARGETS: readonly string[] = [
  '//v1/models',
  '/v1//models',
  '/V1/MODELS',
  '/v1/models;x=1',
  '/v1/models/',
  '/%761/models',
  '/v1/%6dodels',
  '/health/liveliness/../../v1/models',
  '/health/liveliness/%2e%2e/%2e%2e/v1/models',
  '/model/info',
  '/v1/model/info',
  '//model/info',
  '/model_group/info',
  '/health',
  '/models/gpt',
  '/key/info',
  '/key/generate',
  '/config/yaml',
  '/get/config/callbacks',
  '/metrics',
  '/debug/memory/summary',
];

/** Routes that whoever has the key may read. */
export const READABLE_TARGETS: readonly string[] = `/ /health /health/readiness /health/liveliness /model/info
  /v1/model/info /v1/models /models/gpt /model_group/info /metrics /routes /openapi.json /config/yaml
  /get/config/callbacks /router/settings /router/state /settings /utils/supported_openai_params?model=gpt
  /debug/memory/summary /credentials /key/info`.split(/\s+/);

/** Members of a body that name another host, by name. */
export const HOST_MEMBERS: readonly (readonly [string, (other: string) => object])[] = [
  ['api_base', (other) => ({ api_base: other })],
  ['base_url', (other) => ({ base_url: other })],
  ['api_key and api_base', (other) => ({ api_key: 'sk-mine', api_base: other })],
  [
    'user_config',
    (other) => ({
      user_config: { model_list: [{ model_name: 'gpt', litellm_params: { model: 'openai/x', api_base: other } }] },
    }),
  ],
  [
    'model_list',
    (other) => ({ model_list: [{ model_name: 'gpt', litellm_params: { model: 'openai/x', api_base: other } }] }),
  ],
  ['fallbacks', (other) => ({ fallbacks: [{ model: 'gpt', api_base: other }] })],
  ['litellm_params', (other) => ({ litellm_params: { api_base: other } })],
  ['extra_body', (other) => ({ extra_body: { api_base: other } })],
  ['azure_endpoint', (other) => ({ azure_endpoint: other })],
  ['proxy', (other) => ({ proxy: other, http_proxy: other, https_proxy: other })],
  ['url', (other) => ({ url: other, endpoint: other, host: other })],
  [
    'image_url',
    (other) => ({
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `${other}/cat.png` } }] }],
    }),
  ],
];

/** Those that are refused; the others may be ignored. */
export const REFUSED_HOST_MEMBERS: ReadonlySet<string> = new Set(['api_base', 'base_url', 'api_key and api_base']);

export function hostHeaders(other: string): Headers {
  const { host } = new URL(other);
  return { 'api-base': other, 'x-api-base': other, 'x-litellm-api-base': other, 'x-forwarded-host': host };
}

/** Answers of a provider with its own key in them, by name. */
export function keyEchoes(key: string): readonly (readonly [string, Script])[] {
  const echo = `Incorrect API key provided: ${key}`;
  return [
    ['401-echo', (call) => call.answer(401, JSON.stringify({ error: { message: echo, code: 'invalid_api_key' } }))],
    ['403-text', (call) => call.answer(403, `<p>${echo}</p>`, ['content-type: text/html'])],
    [
      '500-echo',
      (call) => call.answer(500, JSON.stringify({ detail: { headers: { authorization: `Bearer ${key}` } } })),
    ],
    ['header-echo', (call) => call.answer(429, '{}', ['content-type: application/json', `x-request-id: ${key}`])],
    ['200-error', (call) => call.answer(200, JSON.stringify({ error: { message: echo } }))],
    ['malformed', (call) => call.answer(200, `{"${key}`)],
    ['reset', (call) => call.reset()],
    [
      'stream-echo',
      (call) => {
        call.streamHead();
        call.event({ choices: [{ index: 0, delta: { content: 'a' } }] });
        call.event({ error: { message: echo } });
        call.endChunks();
      },
    ],
  ];
}
