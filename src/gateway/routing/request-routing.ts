/**
 * A request as the router sees it: what its members, headers and the configuration say about retries, fallbacks, tags
 * and where it should go. A member is parsed at most once, and only where a rule asks for it: those that override the
 * rules always, metadata for tags and sessions only, a response format never. A request without any costs one object.
 */
import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { MockFailures, RoutingOverrides, RoutingRequest } from '../../router/contract.ts';
import { NO_OVERRIDES } from '../../router/read-settings.ts';
import {
  asksForWebSearch,
  memberOf,
  type MemberLookup,
  mocksAsked,
  overridesAsked,
  tagsAsked,
} from '../../router/routing-members.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { Exchange } from '../../wire/contract.ts';
import { isSwitchedOn } from '../mock/mock-params.ts';
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
  const { policy } = rules;
  const member = membersOf(fields);
  const asked = overridesOf(fields, member, exchange.header('x-litellm-num-retries'));
  const overrides = facts.keepsRefusals ? keepingRefusals(asked, policy) : asked;
  return {
    model: facts.model,
    stream: facts.stream,
    tags: rules.readsTags || overrides?.enableTagFiltering === true ? tagsOf(member, exchange) : null,
    userAgent: exchange.header('user-agent') ?? null,
    teamId: null,
    region: policy.enablePreCallChecks ? textOf(member('allowed_model_region')) : null,
    usesResponseFormat: policy.enablePreCallChecks && routingField(fields, 'response_format')?.kind === 'object',
    usesWebSearch: rules.lacksWebSearch && usesWebSearch(fields),
    inputTokens: inputTokens === null && !policy.enablePreCallChecks ? null : () => inputTokens,
    affinityKey: rules.affinity === null ? null : affinityKey(rules.affinity, member, facts),
    pinnedId: facts.pinnedId,
    mayUse: facts.mayUse,
    overrides,
    mocks: fields.mocks.length === 0 ? null : mocksOf(fields),
    priority: priorityOf(fields) ?? rules.defaultPriority,
    waitSeconds: facts.waitSeconds,
  };
}

const NO_MEMBERS: MemberLookup = () => undefined;

/** Members that routing reads, parsed when they are first asked for: most configurations need few of them. */
function membersOf(fields: RequestFields): MemberLookup {
  if (fields.routing.length === 0) return NO_MEMBERS;
  const parsed = new Map<string, JsonValue>();
  return (name) => {
    const known = parsed.get(name);
    if (known !== undefined) return known;
    const value = valueAt(fields, routingField(fields, name));
    if (value !== undefined) parsed.set(name, value);
    return value;
  };
}

function routingField({ routing }: RequestFields, name: string): TopLevelField | undefined {
  for (const field of routing) if (field.key === name) return field;
  return undefined;
}

function valueAt(fields: RequestFields, field: TopLevelField | undefined): JsonValue | undefined {
  return field === undefined ? undefined : fieldValue(fields, field);
}

/** The request's own members win over those of its `router_settings_override`, one by one. */
function overridesOf(
  fields: RequestFields,
  member: MemberLookup,
  retriesHeader: string | undefined,
): RoutingOverrides | null {
  const asked =
    fields.routing.length === 0 ? null : overridesAsked(member, objectOf(member('router_settings_override')));
  // LiteLLM-compat: the header overwrites the member.
  if (retriesHeader === undefined || !/^\d{1,15}$/.test(retriesHeader)) return asked;
  return { ...(asked ?? NO_OVERRIDES), numRetries: Number(retriesHeader) };
}

/** An empty list is not the same as none: with it the general fallbacks do not stand in. */
function keepingRefusals(asked: RoutingOverrides | null, policy: RoutingPolicy): RoutingOverrides | null {
  if (policy.contentPolicyFallbacks !== null || asked?.contentPolicyFallbacks != null) return asked;
  return { ...(asked ?? NO_OVERRIDES), contentPolicyFallbacks: { entries: [], source: [] } };
}

function tagsOf(member: MemberLookup, exchange: Exchange): readonly string[] {
  const tags = tagsAsked(member);
  for (const tag of (exchange.header('x-litellm-tags') ?? '').split(',')) if (tag.trim() !== '') tags.add(tag.trim());
  return [...tags];
}

/** slow path: reads the tools, only where a deployment cannot search the web. */
function usesWebSearch(fields: RequestFields): boolean {
  return asksForWebSearch((name) => valueAt(fields, findField(fields.scan, name)));
}

/** Bytes of a prompt from which its provider's cache begins to matter: about 1,024 tokens. */
const CACHED_PREFIX_BYTES = 4096;

function affinityKey(kind: AffinityKind, member: MemberLookup, { fields, exchange }: RoutingFacts): string | null {
  switch (kind) {
    case 'session':
      return (
        exchange.header('x-litellm-session-id') ??
        textOf(member('litellm_session_id')) ??
        textOf(memberOf(member('metadata'), 'session_id')) ??
        textOf(memberOf(member('litellm_metadata'), 'session_id')) ??
        userOf(fields)
      );
    case 'user':
      return userOf(fields);
    case 'prompt': {
      const prompt = findField(fields.scan, 'messages') ?? findField(fields.scan, 'input');
      return prompt === undefined ? null : prefixKey(fields, prompt);
    }
  }
}

function prefixKey(fields: RequestFields, { valueStart, valueEnd }: TopLevelField): string | null {
  if (valueEnd - valueStart < CACHED_PREFIX_BYTES) return null;
  return hash('sha1', fields.bytes.text(valueStart, valueStart + CACHED_PREFIX_BYTES), 'base64');
}

function userOf(fields: RequestFields): string | null {
  return fields.user === null ? null : textOf(fieldValue(fields, fields.user));
}

function mocksOf(fields: RequestFields): MockFailures | null {
  const field = (name: string): TopLevelField | undefined => fields.mocks.find(({ key }) => key === name);
  return mocksAsked((name) => valueAt(fields, field(name)), isSwitchedOn);
}

function priorityOf(fields: RequestFields): number | null {
  const field = routingField(fields, 'priority');
  const value = field?.kind === 'number' ? fieldValue(fields, field) : null;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  return isJsonObject(value) ? value : null;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
