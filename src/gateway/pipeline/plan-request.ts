/**
 * What is decided about a request before a deployment is chosen: the checks of its members in LiteLLM's order, what its
 * model stands for, its time limits, and how the router sees it. Pure; throws a GatewayError for everything that the
 * client must be told.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { JsonKind, TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { RoutingRequest } from '../../router/contract.ts';
import type { Resolution } from '../../router/model-index.ts';
import { unresolvedModelError } from '../../router/unresolved-error.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { userParamMissing } from '../auth/authenticate.ts';
import type { CallerIdentity } from '../contract.ts';
import { routingRequestOf } from '../routing/request-routing.ts';
import { checkClientCredentials, type ClientCredentials } from './client-credentials.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import {
  fieldValue,
  findField,
  includeUsage,
  parseSeconds,
  requestedModel,
  secondsField,
  wantsStream,
  type RequestFields,
} from './request-fields.ts';
import type { GroupRecovery } from './recovery/recovery-settings.ts';
import { headerSafe } from './reply-headers.ts';
import type { ManagedResponseId } from './response-ids.ts';

/** A request that passed its checks. Everything that is the same for each of its attempts. */
export interface RequestPlan {
  readonly family: LlmFamily;
  readonly fields: RequestFields;
  readonly caller: CallerIdentity;
  /** What the requested name stands for. */
  readonly resolution: Resolution;
  /** The group as the client named it, for the reply's headers. */
  readonly group: string;
  readonly routing: RoutingRequest;
  /** The client's own address or key, which only this call uses. */
  readonly given: ClientCredentials | null;
  /** null: streams of the group are neither held back nor taken up. */
  readonly recovery: GroupRecovery | null;
  readonly limits: RequestLimits;
  /** Headers that the request's own members add to the reply. */
  readonly extraReplyHeaders: HeaderList;
  /** Text that the price depends on, for families priced by their input. */
  readonly pricedText: string | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** JSON text of the model name for the reply; null leaves the provider's. */
  readonly clientModel: Buffer | null;
  /** `include_fallback_errors`. */
  readonly tellsFailures: boolean;
}

/** Seconds that the client asked for; null: not asked. */
export interface RequestLimits {
  readonly requestSeconds: number | null;
  readonly headerSeconds: number | null;
  readonly streamHeaderSeconds: number | null;
}

export interface RequestFacts {
  readonly exchange: Exchange;
  readonly family: LlmFamily;
  readonly caller: CallerIdentity;
  /** Model in the path (`/engines/{model}/…`), which wins over the body's. */
  readonly pathModel: string | null;
  /** Tokens of the prompt, where deployments are chosen by them. */
  readonly inputTokens: number | null;
}

/** @throws GatewayError */
export function planRequest(pipeline: LlmPipeline, fields: RequestFields, facts: RequestFacts): RequestPlan {
  const { general } = pipeline.state.snapshot;
  const { family, exchange, caller } = facts;
  if (general.enforceUserParam && fields.user === null) throw userParamMissing();
  const bodyModel = requestedModel(fields);
  const requested = nameAsked(pipeline, bodyModel, facts.pathModel);
  const found = requested === null ? null : pipeline.index.resolve(requested);
  const resolution = found === null || 'unresolved' in found ? null : found;
  const given = checkClientCredentials(fields, general, resolution === null ? [] : deploymentsOf(resolution));
  checkRequired(fields, family);
  if (resolution === null || requested === null) throw unknownModel(found, requested, family);
  checkGroups(pipeline, resolution, caller);
  const stream = family.dialect !== null && wantsStream(fields);
  const recovery = pipeline.recovery?.of(resolution) ?? null;
  const previous = previousResponse(pipeline, fields, family);
  const limits: RequestLimits = {
    requestSeconds: secondsField(fields, fields.timeout),
    headerSeconds: headerSeconds(exchange, 'x-litellm-timeout'),
    streamHeaderSeconds: headerSeconds(exchange, 'x-litellm-stream-timeout'),
  };
  const plan: RequestPlan = {
    family,
    fields,
    caller,
    resolution,
    group: resolution.kind === 'id' ? resolution.group : requested,
    recovery,
    routing: routingRequestOf(pipeline.routingRules, {
      keepsRefusals: recovery !== null && recovery.mode !== 'off',
      model: requested,
      fields,
      exchange,
      stream,
      inputTokens: facts.inputTokens,
      pinnedId: previous?.deploymentId ?? null,
      mayUse: null,
      waitSeconds: limits.headerSeconds ?? limits.requestSeconds,
    }),
    given,
    limits,
    extraReplyHeaders: guardrailHeaders(fields),
    pricedText: family.pricesInput ? inputText(fields) : null,
    stream,
    includeUsage: general.alwaysIncludeStreamUsage || includeUsage(fields) === true,
    clientModel: bodyModel === null || !family.stampsModel ? null : Buffer.from(JSON.stringify(bodyModel)),
    tellsFailures: fields.routing.some(({ key, kind }) => key === 'include_fallback_errors' && kind === 'true'),
  };
  pipeline.nativeCalls?.check(plan);
  return plan;
}

function checkGroups({ restrictions }: LlmPipeline, { candidates }: Resolution, caller: CallerIdentity): void {
  const check = restrictions.group;
  if (check !== null) for (const { deployment } of candidates) check(caller, deployment.modelName);
}

/** The path's model wins over the configured one, and that over the body's. */
function nameAsked({ state }: LlmPipeline, bodyModel: string | null, pathModel: string | null): string | null {
  return pathModel ?? state.snapshot.general.completionModel ?? bodyModel;
}

/** What the request's model stands for, for stages that come before the choice; null where the choice will refuse it. */
export function requestedGroup(
  pipeline: LlmPipeline,
  fields: RequestFields,
  pathModel: string | null,
): Resolution | null {
  const requested = nameAsked(pipeline, requestedModel(fields), pathModel);
  const found = requested === null ? null : pipeline.index.resolve(requested);
  return found === null || 'unresolved' in found ? null : found;
}

/** LiteLLM-compat: names the guardrails that the request lists, known or not. Configured ones are restrictions of their own. */
function guardrailHeaders(fields: RequestFields): HeaderList {
  const field = findField(fields.scan, 'guardrails');
  if (field?.kind !== 'array') return NO_HEADERS;
  const names = (fieldValue(fields, field) as readonly JsonValue[]).filter((name) => typeof name === 'string');
  return names.length === 0 ? NO_HEADERS : ['x-litellm-applied-guardrails', headerSafe(names.join(','))];
}

const NO_HEADERS: HeaderList = [];

function inputText(fields: RequestFields): string | null {
  const field = findField(fields.scan, 'input');
  return field?.kind === 'string' ? (fieldValue(fields, field) as string) : null;
}

function previousResponse(pipeline: LlmPipeline, fields: RequestFields, family: LlmFamily): ManagedResponseId | null {
  const field = family.family === 'responses' ? findField(fields.scan, 'previous_response_id') : undefined;
  return field?.kind === 'string' ? pipeline.responseIds.decode(fieldValue(fields, field) as string) : null;
}

function deploymentsOf(resolution: Resolution): readonly Deployment[] {
  return resolution.candidates.map((candidate) => candidate.deployment);
}

function unknownModel(
  resolution: ReturnType<LlmPipeline['index']['resolve']> | null,
  requested: string | null,
  family: LlmFamily,
): GatewayError {
  const unresolved =
    resolution !== null && 'unresolved' in resolution ? resolution : ({ unresolved: 'unknown', group: '' } as const);
  return unresolvedModelError(unresolved, {
    routeName: family.routeName,
    requested,
    alwaysRouter: family.alwaysRouter,
  });
}

function checkRequired(fields: RequestFields, family: LlmFamily): void {
  for (const name of family.required) {
    const field = findField(fields.scan, name);
    if (field === undefined || (field.kind === 'null' && name === family.messagesKey))
      throw new GatewayError('bad_request', `${family.routeName}: Missing required parameter: '${name}'.`, {
        param: name,
      });
  }
  for (const field of fields.scan.fields) {
    const kinds = family.kinds.get(field.key);
    if (kinds !== undefined && !kinds.includes(field.kind)) throw wrongKind(field, kinds);
  }
  if (family.messagesKey !== null) checkMessages(fields, family.messagesKey);
}

function wrongKind(field: TopLevelField, kinds: readonly JsonKind[]): GatewayError {
  const expected = kinds.filter((kind) => kind !== 'null').join(' or ');
  return new GatewayError(
    'bad_request',
    `Invalid request format: '${field.key}' must be an ${expected}, got ${field.kind}.`,
  );
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;

/** The list must hold objects. The first element is looked at here; the provider judges the others. */
function checkMessages(fields: RequestFields, key: string): void {
  const field = findField(fields.scan, key);
  if (field === undefined) return;
  const first = field.kind === 'array' ? firstElementByte(fields, field.valueStart + 1) : 0;
  if (first === OPEN_BRACE || first === CLOSE_BRACKET) return;
  throw new GatewayError('bad_request', `Invalid request format: '${key}' must be a list of message objects.`, {});
}

function firstElementByte(fields: RequestFields, offset: number): number {
  for (const view of fields.bytes.slice(offset))
    for (const byte of view) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
  return 0;
}

function headerSeconds(exchange: Exchange, name: string): number | null {
  const value = exchange.header(name);
  return value === undefined ? null : parseSeconds(value, name);
}
