/**
 * A request as the router sees it: what its members, headers and the configuration say about retries, fallbacks, tags
 * and where it should go. A request without any of these members costs one object.
 */
import { hash } from 'node:crypto';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { MockFailures, RoutingOverrides, RoutingRequest } from '../../router/contract.ts';
import { readOverrides } from '../../router/read-settings.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { Exchange } from '../../wire/contract.ts';
import { isSwitchedOn, ownMember } from '../mock/mock-params.ts';
import { fieldValue, findField, type RequestFields } from '../pipeline/request-fields.ts';
import type { AffinityKind } from './affinity-settings.ts';

export interface RoutingFacts {
  readonly model: string;
  readonly fields: RequestFields;
  readonly exchange: Exchange;
  readonly stream: boolean;
  readonly inputTokens: number | null;
  /** The deployment that gave the response which this request follows. */
  readonly pinnedId: string | null;
  readonly mayUse: ((model: string) => boolean) | null;
  /** What a provider refuses for its content is asked elsewhere only where `content_policy_fallbacks` says so. */
  readonly keepsRefusals: boolean;
  /** The client's own time limit. */
  readonly waitSeconds: number | null;
}

/** What of the configuration decides how much of a request is read. */
export interface RoutingRules {
  readonly policy: RoutingPolicy;
  /** Tags also matter for budgets. */
  readonly readsTags: boolean;
  readonly affinity: AffinityKind | null;
  readonly lacksWebSearch: boolean;
  /** `default_priority`. */
  readonly defaultPriority: number | null;
}

/** @throws SyntaxError when a member that is read is not JSON */
export function routingRequestOf(rules: RoutingRules, facts: RoutingFacts): RoutingRequest {
  const { fields, exchange, inputTokens } = facts;
  const members = readMembers(fields);
  const metadata = objectAt(members, 'metadata') ?? objectAt(members, 'litellm_metadata');
  const asked = overridesOf(members, exchange.header('x-litellm-num-retries'));
  const overrides = facts.keepsRefusals ? keepingRefusals(asked, rules.policy) : asked;
  return {
    model: facts.model,
    stream: facts.stream,
    tags: rules.readsTags || overrides?.enableTagFiltering === true ? tagsOf(members, metadata, exchange) : null,
    userAgent: exchange.header('user-agent') ?? null,
    teamId: null,
    region: textAt(members, 'allowed_model_region'),
    usesResponseFormat: rules.policy.enablePreCallChecks && objectAt(members, 'response_format') !== null,
    usesWebSearch: rules.lacksWebSearch && usesWebSearch(fields, members),
    inputTokens: inputTokens === null && !rules.policy.enablePreCallChecks ? null : () => inputTokens,
    affinityKey: rules.affinity === null ? null : affinityKey(rules.affinity, { members, metadata, facts }),
    pinnedId: facts.pinnedId,
    mayUse: facts.mayUse,
    overrides,
    mocks: fields.mocks.length === 0 ? null : mockFailures(fields),
    priority: priorityOf(members) ?? rules.defaultPriority,
    waitSeconds: facts.waitSeconds,
  };
}

type Members = ReadonlyMap<string, JsonValue>;

const NO_MEMBERS: Members = new Map();

function readMembers(fields: RequestFields): Members {
  if (fields.routing.length === 0) return NO_MEMBERS;
  return new Map(fields.routing.map((field) => [field.key, fieldValue(fields, field)]));
}

const OVERRIDES = [
  'num_retries',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'max_fallbacks',
  'disable_fallbacks',
  'model_group_retry_policy',
  'enable_tag_filtering',
  'stream_timeout',
] as const;

/** The request's own members win over those of its `router_settings_override`, one by one. */
function overridesOf(members: Members, retriesHeader: string | undefined): RoutingOverrides | null {
  const layer: Record<string, JsonValue> = { ...objectAt(members, 'router_settings_override') };
  for (const key of OVERRIDES) {
    const value = members.get(key);
    if (value !== undefined && value !== null) layer[key] = value;
  }
  // LiteLLM-compat: the header overwrites the member.
  if (retriesHeader !== undefined && /^\d+$/.test(retriesHeader)) layer['num_retries'] = Number(retriesHeader);
  return Object.keys(layer).length === 0 ? null : readOverrides([layer]);
}

/** An empty list is not the same as none: with it the general fallbacks do not stand in. */
function keepingRefusals(asked: RoutingOverrides | null, policy: RoutingPolicy): RoutingOverrides | null {
  if (policy.contentPolicyFallbacks !== null || asked?.contentPolicyFallbacks != null) return asked;
  const overrides = asked ?? readOverrides([{}]);
  return overrides === null ? null : { ...overrides, contentPolicyFallbacks: { entries: [], source: [] } };
}

function tagsOf(members: Members, metadata: JsonObject | null, exchange: Exchange): readonly string[] {
  const tags = new Set<string>();
  for (const list of [members.get('tags'), metadata?.['tags']])
    if (isJsonArray(list)) for (const tag of list) if (typeof tag === 'string') tags.add(tag);
  for (const tag of (exchange.header('x-litellm-tags') ?? '').split(',')) if (tag.trim() !== '') tags.add(tag.trim());
  return [...tags];
}

/** A tool of type `web_search…`, or the options of one. */
function usesWebSearch(fields: RequestFields, members: Members): boolean {
  if (members.has('web_search_options')) return true;
  const tools = findField(fields.scan, 'tools');
  return tools !== undefined && fields.bytes.text(tools.valueStart, tools.valueEnd).includes('"web_search');
}

interface AffinityFacts {
  readonly members: Members;
  readonly metadata: JsonObject | null;
  readonly facts: RoutingFacts;
}

/** Bytes of a prompt from which its provider's cache begins to matter: about 1,024 tokens. */
const CACHED_PREFIX_BYTES = 4096;

function affinityKey(kind: AffinityKind, { members, metadata, facts }: AffinityFacts): string | null {
  const { fields, exchange } = facts;
  if (kind === 'session') {
    const session = exchange.header('x-litellm-session-id') ?? textAt(members, 'litellm_session_id');
    return session ?? textOf(metadata?.['session_id']) ?? userOf(fields);
  }
  if (kind === 'user') return userOf(fields);
  const prompt = findField(fields.scan, 'messages') ?? findField(fields.scan, 'input');
  return prompt === undefined ? null : prefixKey(fields, prompt);
}

function prefixKey(fields: RequestFields, { valueStart, valueEnd }: TopLevelField): string | null {
  if (valueEnd - valueStart < CACHED_PREFIX_BYTES) return null;
  return hash('sha1', fields.bytes.text(valueStart, valueStart + CACHED_PREFIX_BYTES), 'base64');
}

function userOf(fields: RequestFields): string | null {
  return fields.user === null ? null : textOf(fieldValue(fields, fields.user));
}

function mockFailures(fields: RequestFields): MockFailures | null {
  const mocks: JsonObject = Object.fromEntries(fields.mocks.map((field) => [field.key, fieldValue(fields, field)]));
  const on = (name: string): boolean => isSwitchedOn(ownMember(mocks, name));
  const failures: MockFailures = {
    fallbacks: on('mock_testing_fallbacks'),
    contextWindow: on('mock_testing_context_fallbacks'),
    contentPolicy: on('mock_testing_content_policy_fallbacks'),
    // LiteLLM-compat: of this one only the literal true counts.
    rateLimit: ownMember(mocks, 'mock_testing_rate_limit_error') === true,
  };
  return Object.values(failures).includes(true) ? failures : null;
}

function priorityOf(members: Members): number | null {
  const value = members.get('priority');
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function objectAt(members: Members, key: string): JsonObject | null {
  const value = members.get(key);
  return isJsonObject(value) ? value : null;
}

function textAt(members: Members, key: string): string | null {
  return textOf(members.get(key));
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
