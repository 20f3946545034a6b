/**
 * What the gateway decides on, read from the shallow scan of a JSON body: one pass over the top-level members, and
 * `JSON.parse` only for the few small values that matter. The bytes that were decided on are the bytes that are sent.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ByteSegments } from '../../primitives/byte-segments.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { ShallowScan, TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import { OVERRIDE_MEMBERS } from '../../router/read-settings.ts';

export interface RequestFields {
  readonly bytes: ByteSegments;
  readonly scan: ShallowScan;
  readonly model: TopLevelField | null;
  readonly stream: TopLevelField | null;
  readonly streamOptions: TopLevelField | null;
  readonly timeout: TopLevelField | null;
  readonly dropParams: TopLevelField | null;
  readonly user: TopLevelField | null;
  /** Members whose names begin with `mock_`. */
  readonly mocks: readonly TopLevelField[];
  /** Members that routing reads: retries, fallbacks, tags, sessions. */
  readonly routing: readonly TopLevelField[];
}

const ROUTING_MEMBERS: ReadonlySet<string> = new Set([
  ...OVERRIDE_MEMBERS,
  'router_settings_override',
  'tags',
  'metadata',
  'litellm_metadata',
  'litellm_session_id',
  'allowed_model_region',
  'response_format',
  'web_search_options',
  'include_fallback_errors',
  'priority',
]);

export function readRequestFields(bytes: ByteSegments, scan: ShallowScan): RequestFields {
  let model: TopLevelField | null = null;
  let stream: TopLevelField | null = null;
  let streamOptions: TopLevelField | null = null;
  let timeout: TopLevelField | null = null;
  let dropParams: TopLevelField | null = null;
  let user: TopLevelField | null = null;
  const mocks: TopLevelField[] = [];
  const routing: TopLevelField[] = [];
  for (const field of scan.fields) {
    switch (field.key) {
      case 'model':
        model = field;
        break;
      case 'stream':
        stream = field;
        break;
      case 'stream_options':
        streamOptions = field;
        break;
      case 'timeout':
      case 'request_timeout':
        timeout = field;
        break;
      case 'drop_params':
        dropParams = field;
        break;
      case 'user':
        user = field;
        break;
      default:
        if (field.key.startsWith('mock_')) mocks.push(field);
        else if (ROUTING_MEMBERS.has(field.key)) routing.push(field);
    }
  }
  return { bytes, scan, model, stream, streamOptions, timeout, dropParams, user, mocks, routing };
}

/** Value of one member. */
export function fieldValue(fields: RequestFields, field: TopLevelField): JsonValue {
  return JSON.parse(fields.bytes.text(field.valueStart, field.valueEnd)) as JsonValue;
}

export function findField(scan: ShallowScan, key: string): TopLevelField | undefined {
  return scan.fields.find((field) => field.key === key);
}

/** The model's name as the client wrote it; null when absent or null. */
export function requestedModel(fields: RequestFields): string | null {
  if (fields.model === null || fields.model.kind === 'null') return null;
  if (fields.model.kind !== 'string')
    throw new GatewayError('bad_request', `Invalid type for 'model': expected a string, got ${fields.model.kind}.`, {
      param: 'model',
    });
  return fieldValue(fields, fields.model) as string;
}

/** LiteLLM-compat: only the literal `true` asks for a stream; `"true"` and `1` do not. */
export function wantsStream(fields: RequestFields): boolean {
  return fields.stream?.kind === 'true';
}

/** `stream_options.include_usage`; null when the client says nothing of it. */
export function includeUsage(fields: RequestFields): boolean | null {
  if (fields.streamOptions === null || fields.streamOptions.kind !== 'object') return null;
  const options = fieldValue(fields, fields.streamOptions) as { readonly include_usage?: JsonValue };
  return typeof options.include_usage === 'boolean' ? options.include_usage : null;
}

/** A positive number of seconds from a request field, or null. @throws GatewayError `bad_request` for anything else */
export function secondsField(fields: RequestFields, field: TopLevelField | null): number | null {
  if (field === null || field.kind === 'null') return null;
  const value = fieldValue(fields, field);
  return parseSeconds(value, field.key);
}

export function parseSeconds(value: JsonValue | undefined, name: string): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0)
    throw new GatewayError('bad_request', `Invalid value for '${name}': expected a positive number of seconds.`, {
      param: name,
    });
  return seconds;
}
