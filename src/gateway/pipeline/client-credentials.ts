/**
 * Request members by which a client could choose where its request goes, with whose credential, where its content is
 * logged, or at what price it is booked. Refused unless the administrator allows it, proxy-wide
 * (`allow_client_side_credentials`) or for a deployment (`configurable_clientside_auth_params`).
 *
 * `api_version` is not among them: it changes only the query of the same address. An `api_key` without permission is
 * refused too, where LiteLLM honours it and keeps it for later callers.
 */
import type { Deployment, GeneralSettings } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import { fieldValue, type RequestFields } from './request-fields.ts';

const DESTINATIONS = [
  'api_base',
  'base_url',
  'azure_endpoint',
  'deployment_url',
  'sagemaker_base_url',
  's3_endpoint_url',
  'aws_sts_endpoint',
  'aws_bedrock_runtime_endpoint',
  'user_config',
  'model_list',
  'proxy',
  'http_proxy',
  'https_proxy',
  'use_ssl',
  'nvcf_function_id',
  'rust',
] as const;

const CREDENTIALS = [
  'api_key',
  'azure_ad_token',
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_web_identity_token',
  'aws_role_name',
  'aws_profile_name',
  'aws_session_name',
  'aws_external_id',
  'aws_session_tags',
  'aws_bedrock_project_id',
  'bedrock_tags',
  'vertex_credentials',
  'vertex_ai_credentials',
  'litellm_credential_name',
] as const;

const LOG_DESTINATIONS = [
  'langfuse_host',
  'langfuse_public_key',
  'langfuse_secret',
  'langfuse_secret_key',
  'langsmith_api_key',
  'langsmith_base_url',
  'langsmith_project',
  'posthog_api_key',
  'posthog_api_url',
  'posthog_host',
  'arize_api_key',
  'arize_space_id',
  'arize_space_key',
  'braintrust_api_key',
  'braintrust_host',
  'humanloop_api_key',
  'gcs_bucket_name',
  'gcs_path_service_account',
  'slack_webhook_url',
  'wandb_api_key',
  'weave_project_id',
  'user_api_key_auth_metadata',
] as const;

const REFUSED: ReadonlySet<string> = new Set([...DESTINATIONS, ...CREDENTIALS, ...LOG_DESTINATIONS]);
/** Ordinary words, or harmless where they cannot reach a call: refused at the top level and in targets of fallbacks only. */
const OF_CALLS_ONLY: ReadonlySet<string> = new Set(['api_key', 'proxy', 'http_proxy', 'https_proxy', 'azure_endpoint']);
/** Custom prices: `input_cost_per_token`, `output_cost_per_second`, `cache_read_input_token_cost`, … */
const PRICE_KEY = /^(?:input|output)_cost_per_|_token_cost/;
/** Members whose own members are checked too, since they reach the same code. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'extra_body',
  'litellm_embedding_config',
  'litellm_params',
  'metadata',
  'litellm_metadata',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'router_settings_override',
]);
/** Deep enough for `router_settings_override.fallbacks[].group[].api_base`. */
const MAX_DEPTH = 5;
const FALLBACK_LISTS = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'];
const CONNECTION: ReadonlySet<string> = new Set(['api_key', 'api_base', 'base_url']);

/** Values that a client may set for its own call. */
export interface ClientCredentials {
  readonly apiBase: string | null;
  readonly apiKey: string | null;
}

/**
 * Checks a request against the permissions of the group's deployments.
 * @returns what the client brings along, or null when it brings nothing
 * @throws GatewayError 401 `auth_error`, as LiteLLM
 */
export function checkClientCredentials(
  fields: RequestFields,
  general: GeneralSettings,
  group: readonly Deployment[],
): ClientCredentials | null {
  let found: { apiBase: string | null; apiKey: string | null } | null = null;
  for (const field of fields.scan.fields) {
    if (isRefused(field.key)) {
      const value = fieldValue(fields, field);
      if (!general.allowClientSideCredentials && !isConfigurable(group, field.key, value)) throw refusal(field.key);
      found ??= { apiBase: null, apiKey: null };
      if (typeof value === 'string' && (field.key === 'api_base' || field.key === 'base_url')) found.apiBase = value;
      if (typeof value === 'string' && field.key === 'api_key') found.apiKey = value;
    } else if (CONTAINERS.has(field.key)) checkContainer(fields, field, { general, group });
  }
  return found;
}

interface Permissions {
  readonly general: GeneralSettings;
  readonly group: readonly Deployment[];
}

function checkContainer(fields: RequestFields, field: TopLevelField, permissions: Permissions): void {
  if (field.kind !== 'object' && field.kind !== 'array') return;
  const value = fieldValue(fields, field);
  if (!permissions.general.allowClientSideCredentials) checkNested(value, permissions.group, 0);
  if (FALLBACK_LISTS.includes(field.key)) checkTargets(value, permissions);
  else if (field.key === 'router_settings_override' && isJsonObject(value))
    for (const list of FALLBACK_LISTS) checkTargets(value[list], permissions);
}

/**
 * A target's own members reach the call that it stands for, so nothing is refused "at the top level only" there. A key or an
 * address that is allowed is still not used for a fallback, which is said rather than asking the configured one in silence.
 */
function checkTargets(list: JsonValue | undefined, { general, group }: Permissions): void {
  for (const target of targetsOf(list))
    for (const [key, member] of Object.entries(target)) {
      if (!isRefused(key)) continue;
      if (!general.allowClientSideCredentials && !isConfigurable(group, key, member)) throw refusal(key);
      if (CONNECTION.has(key)) throw notForFallbacks(key);
    }
}

/** Of `[{model: …, …}]` and of `[{group: [{model: …, …}]}]`. */
function targetsOf(list: JsonValue | undefined): readonly JsonObject[] {
  if (!isJsonArray(list)) return [];
  return list.filter(isJsonObject).flatMap((entry) => {
    if (typeof entry['model'] === 'string') return [entry];
    return [entry, ...Object.values(entry).filter(isJsonArray).flat().filter(isJsonObject)];
  });
}

function notForFallbacks(key: string): GatewayError {
  const text = `\`${key}\` in an entry of a fallback list is not there yet. Leave it out: the deployments of its model have their own.`;
  return new GatewayError('not_implemented', text, { param: key });
}

function checkNested(value: JsonValue, group: readonly Deployment[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  if (isJsonArray(value)) {
    for (const item of value) checkNested(item, group, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    const member = value[key] as JsonValue;
    if (isRefused(key) && !OF_CALLS_ONLY.has(key) && !isConfigurable(group, key, member)) throw refusal(key);
    checkNested(member, group, depth + 1);
  }
}

function isRefused(key: string): boolean {
  return REFUSED.has(key) || PRICE_KEY.test(key);
}

/** `configurable_clientside_auth_params`: names, or `{api_base: regular expression}`. */
function isConfigurable(group: readonly Deployment[], key: string, value: JsonValue): boolean {
  return group.some((deployment) => {
    const allowed = deployment.params['configurable_clientside_auth_params'];
    if (!isJsonArray(allowed)) return false;
    return allowed.some((entry) => {
      if (typeof entry === 'string') return entry === key;
      if (typeof entry !== 'object' || entry === null || isJsonArray(entry)) return false;
      const pattern = Object.hasOwn(entry, key) ? entry[key] : undefined;
      return typeof pattern === 'string' && typeof value === 'string' && matchesFromStart(pattern, value);
    });
  });
}

/**
 * LiteLLM-compat: Python's `re.match`, anchored at the beginning only. The pattern comes from the administrator; one
 * that cannot be read allows nothing.
 */
function matchesFromStart(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`, 'u').test(value);
  } catch {
    return false;
  }
}

function refusal(key: string): GatewayError {
  return new GatewayError(
    'auth_error',
    `Authentication Error, Rejected Request: ${key} is not allowed in request body. An administrator can allow it ` +
      'with `general_settings.allow_client_side_credentials: true` for the whole gateway, or with ' +
      "`configurable_clientside_auth_params` in the deployment's litellm_params.",
    { param: 'None' },
  );
}

/** A deployment for one call with the client's own address or key; its id is derived, nothing is kept. */
export function withClientCredentials(deployment: Deployment, given: ClientCredentials, id: string): Deployment {
  const params: JsonObject = {
    ...deployment.params,
    ...(given.apiBase === null ? {} : { api_base: given.apiBase }),
    ...(given.apiKey === null ? {} : { api_key: given.apiKey }),
  };
  return { ...deployment, id, params };
}
