/**
 * `litellm_params` as `/model/info` shows them: credentials left out, whatever may be one masked, and LiteLLM's own
 * switches with their defaults.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

const LEFT_OUT: ReadonlySet<string> = new Set([
  'api_key',
  'client_secret',
  'vertex_credentials',
  'vertex_ai_credentials',
  'aws_access_key_id',
  'aws_secret_access_key',
]);
/** Segments of a key that make its value a secret, unless the key is about a price. */
const SECRET_SEGMENTS: ReadonlySet<string> = new Set([
  'password',
  'secret',
  'key',
  'token',
  'auth',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'access',
  'private',
  'certificate',
  'fingerprint',
  'tenancy',
]);
const NEVER_SECRET: ReadonlySet<string> = new Set([
  'litellm_credential_name',
  'default_api_key_tpm_limit',
  'default_api_key_rpm_limit',
]);
const DEFAULTS: JsonObject = {
  allow_client_keepalive_override: false,
  use_in_pass_through: false,
  use_litellm_proxy: false,
  use_xai_oauth: false,
  merge_reasoning_content_in_choices: false,
};
const SHOWN = 4;
const DEEPEST = 10;

export function publicParams(deployment: Deployment): JsonObject {
  const kept = Object.entries(deployment.params).filter(([key, value]) => value !== null && !LEFT_OUT.has(key));
  return { ...DEFAULTS, ...maskObject(Object.fromEntries(kept), 0), model: deployment.model };
}

/** `model_info` as `/model/info` shows it: without the token of a tokenizer for the hub. */
export function publicModelInfo(info: JsonObject): JsonObject {
  const tokenizer = info['custom_tokenizer'];
  if (!isJsonObject(tokenizer)) return info;
  const { auth_token: _secret, ...shown } = tokenizer;
  return { ...info, custom_tokenizer: shown };
}

function maskObject(object: JsonObject, depth: number): JsonObject {
  const masked: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(object)) masked[key] = maskValue(value, isSecretKey(key), depth);
  return masked;
}

function maskValue(value: JsonValue, secret: boolean, depth: number): JsonValue {
  if (depth >= DEEPEST) return '…';
  if (isJsonArray(value)) return value.map((item) => maskValue(item, secret, depth + 1));
  if (isJsonObject(value)) return maskObject(value, depth + 1);
  return secret ? mask(value === null ? '' : String(value)) : value;
}

function isSecretKey(key: string): boolean {
  if (NEVER_SECRET.has(key)) return false;
  const segments = key.toLowerCase().replaceAll('-', '_').split('_');
  return !segments.includes('cost') && segments.some((segment) => SECRET_SEGMENTS.has(segment));
}

function mask(text: string): string {
  if (text.length <= 2 * SHOWN) return '*'.repeat(text.length);
  return text.slice(0, SHOWN) + '*'.repeat(text.length - 2 * SHOWN) + text.slice(-SHOWN);
}
