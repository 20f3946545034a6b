/**
 * The types that LiteLLM gives to `litellm_params`, and its lenient reading of them (pydantic's: `"12"` is an integer,
 * `"yes"` a boolean, a number never a string). A value that does not fit makes LiteLLM leave the deployment out.
 *
 * Limits are read more strictly than LiteLLM does: a switch, or less than nothing, is no limit that anybody can have meant.
 */
import { kindName, type PyValue } from './yaml/py-value.ts';

type ParamType =
  'str' | 'int' | 'rate' | 'places' | 'dollars' | 'float' | 'bool' | 'dict' | 'list' | 'strings' | 'flag';

const TYPES: readonly (readonly [ParamType, string])[] = [
  [
    'str',
    `api_key api_base api_version azure_ad_token vertex_project vertex_location region_name gcs_bucket_name
     aws_access_key_id aws_secret_access_key aws_session_token aws_region_name aws_session_name aws_profile_name
     aws_role_name aws_web_identity_token aws_sts_endpoint aws_external_id aws_bedrock_runtime_endpoint
     aws_bedrock_project_id s3_bucket_name s3_region_name s3_encryption_key_id aws_batch_role_arn
     s3_output_bucket_name watsonx_region_name custom_llm_provider organization litellm_credential_name
     litellm_trace_id budget_duration auto_router_config_path auto_router_config auto_router_default_model
     auto_router_embedding_model auto_router_routing_compression auto_router_model_compression
     complexity_router_default_model adaptive_router_default_model quality_router_default_model vector_store_id
     milvus_text_field milvus_db_name valkey_host valkey_password valkey_text_field valkey_embedding_field model`,
  ],
  ['int', 'max_retries auto_router_max_input_chars valkey_port'],
  ['rate', 'tpm rpm itpm otpm default_api_key_tpm_limit default_api_key_rpm_limit'],
  ['places', 'max_parallel_requests'],
  ['dollars', 'max_budget'],
  [
    'float',
    `max_file_size_mb keepalive_seconds input_cost_per_token output_cost_per_token input_cost_per_second
     output_cost_per_second input_cost_per_pixel output_cost_per_pixel cache_creation_input_token_cost
     cache_read_input_token_cost input_cost_per_character output_cost_per_character input_cost_per_image
     output_cost_per_image input_cost_per_audio_token output_cost_per_audio_token input_cost_per_query
     input_cost_per_token_batches output_cost_per_token_batches output_cost_per_reasoning_token`,
  ],
  [
    'bool',
    `allow_client_keepalive_override use_in_pass_through use_litellm_proxy use_chat_completions_api use_xai_oauth
     merge_reasoning_content_in_choices valkey_ssl`,
  ],
  ['dict', 'model_info complexity_router_config adaptive_router_config quality_router_config'],
  ['list', 'bedrock_tags configurable_clientside_auth_params'],
  ['strings', 'tags tag_regex milvus_partition_names'],
  ['flag', 'drop_params'],
];

const TYPE_OF: ReadonlyMap<string, ParamType> = new Map(
  TYPES.flatMap(([type, names]) => names.split(/\s+/).map((name) => [name, type] as const)),
);

/** What the value should have been; the caller has the place. */
export class ParamFault extends Error {}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

/** Pydantic's boolean: also 0, 1 and a dozen words. undefined when the value is none. */
export function lenientBoolean(value: PyValue): boolean | undefined {
  if (value.kind === 'bool') return value.value;
  if (value.kind === 'str') return WORDS.get(value.value.toLowerCase());
  if (value.kind === 'int' && (value.value === 0n || value.value === 1n)) return value.value === 1n;
  if (value.kind === 'float' && (value.value === 0 || value.value === 1)) return value.value === 1;
  return undefined;
}

const NUMBER = /^[-+]?(?:[0-9](?:_?[0-9])*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;

/** Pydantic's number: also its text. undefined when the value is none. */
export function lenientNumber(value: PyValue): number | undefined {
  if (value.kind === 'int') return Number(value.value);
  if (value.kind === 'float') return value.value;
  if (value.kind === 'bool') return value.value ? 1 : 0;
  if (value.kind === 'str' && NUMBER.test(value.value.trim())) return Number(value.value.trim().replaceAll('_', ''));
  return undefined;
}

function expect(value: PyValue, what: string): never {
  const hint = value.kind === 'date' || value.kind === 'datetime' ? '; put it in quotes' : '';
  throw new ParamFault(`expected ${what}, found ${kindName(value)}${hint}`);
}

const INTEGER_TEXT = /^[-+]?[0-9](?:_?[0-9])*(?:\.0*)?$/;

function integer(value: PyValue, expected = 'an integer'): PyValue {
  if (value.kind === 'int') return value;
  if (value.kind === 'str' && !INTEGER_TEXT.test(value.value.trim())) return expect(value, expected);
  const number = lenientNumber(value);
  if (number === undefined || !Number.isInteger(number)) return expect(value, expected);
  return { kind: 'int', value: BigInt(number), place: value.place };
}

/** How much at most: text is read, but a switch is no number here, nor is less than `least`. */
function limit(value: PyValue, least: 0 | 1): PyValue {
  const expected = `a whole number, ${least} or more`;
  if (value.kind === 'bool') return expect(value, expected);
  const read = integer(value, expected);
  if (read.kind === 'int' && read.value >= BigInt(least)) return read;
  const found = read.kind === 'int' && read.value < 0n ? 'a negative number' : 'zero';
  throw new ParamFault(`expected ${expected}, found ${found}`);
}

function float(value: PyValue): PyValue {
  if (value.kind === 'int' || value.kind === 'float') return value;
  const number = lenientNumber(value) ?? expect(value, 'a number');
  return { kind: 'float', value: number, place: value.place };
}

/** `drop_params`: what is no flag counts as not set. */
function flag(value: PyValue): PyValue {
  const trimmed: PyValue = value.kind === 'str' ? { ...value, value: value.value.trim() } : value;
  const read = lenientBoolean(trimmed);
  if (read === undefined) return { kind: 'none', place: value.place };
  return { kind: 'bool', value: read, place: value.place };
}

function coerced(type: ParamType, value: PyValue): PyValue {
  switch (type) {
    case 'str':
      return value.kind === 'str' ? value : expect(value, 'a string');
    case 'int':
      return integer(value);
    case 'rate':
      return limit(value, 0);
    case 'places':
      return limit(value, 1);
    case 'dollars':
      return value.kind === 'bool' ? expect(value, 'a number of US dollars') : float(value);
    case 'float':
      return float(value);
    case 'bool':
      return { kind: 'bool', value: lenientBoolean(value) ?? expect(value, 'a boolean'), place: value.place };
    case 'dict':
      return value.kind === 'dict' ? value : expect(value, 'a mapping');
    case 'list':
      return value.kind === 'list' ? value : expect(value, 'a list');
    case 'strings':
      if (value.kind !== 'list' || value.items.some((item) => item.kind !== 'str')) expect(value, 'a list of strings');
      return value;
    case 'flag':
      return flag(value);
  }
}

/** Limits of whoever calls: without their deployment the rest of its group would have none. */
const CALLER_LIMITS: ReadonlySet<string> = new Set(['default_api_key_tpm_limit', 'default_api_key_rpm_limit']);

export function isCallerLimit(name: string): boolean {
  return CALLER_LIMITS.has(name);
}

export function isDeploymentLimit(name: string): boolean {
  const type = TYPE_OF.get(name);
  return type === 'rate' || type === 'places' || type === 'dollars';
}

/** @throws ParamFault */
export function coerceParam(name: string, value: PyValue): PyValue {
  const type = TYPE_OF.get(name);
  if (type === undefined || value.kind === 'none') return value;
  return coerced(type, value);
}
