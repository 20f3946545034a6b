/**
 * Decides what a JSON request becomes: which deployment, which bytes, which headers and time limits. Pure but for the
 * random pick; throws a GatewayError for everything that the client must be told. LiteLLM's order of checks.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { JsonKind, TopLevelField } from '../../protocol/shallow-json-scanner.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import type { Candidate, Resolution } from '../../router/model-index.ts';
import { compilePicker } from '../../router/weighted-pick.ts';
import { unresolvedModelError } from '../../router/unresolved-error.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { userParamMissing } from '../auth/authenticate.ts';
import type { CallerIdentity } from '../contract.ts';
import { checkClientCredentials, withClientCredentials, type ClientCredentials } from './client-credentials.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import { derivedDeploymentId } from './derived-deployment-id.ts';
import { clientHeaders, extraHeaders } from './forwarded-headers.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import { promptOf } from '../counting/prompt-of.ts';
import type { EffectiveTimeouts } from '../../pool/deadlines.ts';
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
import type { ManagedResponseId } from './response-ids.ts';
import { headerSafe } from './reply-headers.ts';
import { buildUpstreamBody } from './upstream-body.ts';

/** A deployment picked for a request, with everything that was decided before the body is built. */
export interface RoutedRequest {
  readonly family: RouteFamily;
  readonly target: CompiledTarget;
  readonly group: string;
  readonly timeouts: EffectiveTimeouts;
  /** Headers that the request's own members add to the reply. */
  readonly extraReplyHeaders: HeaderList;
  /** Text that the price depends on, for families priced by their input. */
  readonly pricedText: string | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** What is counted as the prompt of a stream whose client wants its usage; null where that is not asked. */
  readonly prompt: (() => CountRequest | null) | null;
  /** JSON text of the model name for the reply; null leaves the provider's. */
  readonly clientModel: Buffer | null;
}

export interface PreparedRequest extends RoutedRequest {
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: readonly Buffer[];
  readonly bodyLength: number;
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

/** The bytes and headers for the deployment that was chosen. @throws GatewayError */
export function prepareRequest(
  pipeline: LlmPipeline,
  fields: RequestFields,
  exchange: Exchange,
  routed: RoutedRequest,
): PreparedRequest {
  const { target } = routed;
  const dropParams = fields.dropParams === null ? null : fieldValue(fields, fields.dropParams) === true;
  const body = buildUpstreamBody(fields, target, {
    stream: routed.stream,
    dropParams,
    responseIds: pipeline.responseIds,
  });
  return {
    ...routed,
    path: withApiVersion(target.path, fields, exchange),
    headers: requestHeaders(pipeline, fields, exchange, target),
    body: body.chunks,
    bodyLength: body.length,
  };
}

/** Everything up to the choice of the deployment. @throws GatewayError */
export function routeRequest(pipeline: LlmPipeline, fields: RequestFields, facts: RequestFacts): RoutedRequest {
  const { general } = pipeline.state.snapshot;
  const { family, exchange } = facts;
  if (general.enforceUserParam && fields.user === null) throw userParamMissing();
  const bodyModel = requestedModel(fields);
  const requested = nameAsked(pipeline, bodyModel, facts.pathModel);
  const previous = previousResponse(pipeline, fields, family);
  const resolution = resolveModel(pipeline, requested, previous);
  const found = resolution === null || 'unresolved' in resolution ? null : resolution;
  const given = checkClientCredentials(fields, general, found === null ? [] : deploymentsOf(found));
  checkRequired(fields, family);
  if (found === null) throw unknownModel(resolution, requested, family);
  const stream = family.dialect !== null && wantsStream(fields);
  const target = pickTarget(pipeline, fitting(pipeline, found, facts.inputTokens), family, given);
  pipeline.restrictions.group(facts.caller, target.deployment.modelName);
  const wantsUsage = general.alwaysIncludeStreamUsage || includeUsage(fields) === true;
  return {
    family: family.family,
    target,
    group: found.kind === 'id' ? found.group : (requested ?? found.group),
    timeouts: pipeline.timeouts({
      stream,
      requestSeconds: secondsField(fields, fields.timeout),
      headerSeconds: headerSeconds(exchange, 'x-litellm-timeout'),
      streamHeaderSeconds: headerSeconds(exchange, 'x-litellm-stream-timeout'),
      params: target.deployment.params,
    }),
    extraReplyHeaders: guardrailHeaders(fields),
    pricedText: family.pricesInput ? inputText(fields) : null,
    stream,
    includeUsage: wantsUsage,
    prompt: stream && wantsUsage && family.emptyUsage !== null ? () => promptOf(fields, target.model) : null,
    clientModel: bodyModel === null || !family.stampsModel ? null : Buffer.from(JSON.stringify(bodyModel)),
  };
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

/** Without the deployments whose context window is too small. */
function fitting({ contextWindow }: LlmPipeline, resolution: Resolution, tokens: number | null): Resolution {
  if (contextWindow === null || tokens === null) return resolution;
  const candidates = contextWindow.fitting(resolution, tokens);
  if (candidates.length === resolution.candidates.length) return resolution;
  return { ...resolution, candidates, pick: compilePicker(candidates.map(({ deployment }) => deployment)) };
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

/** The deployment that gave the response which this one follows, else whatever the model's name means. */
function resolveModel(
  pipeline: LlmPipeline,
  requested: string | null,
  previous: ManagedResponseId | null,
): ReturnType<LlmPipeline['index']['resolve']> | null {
  const byName = requested === null ? null : pipeline.index.resolve(requested);
  if (previous === null || byName === null || 'unresolved' in byName) return byName;
  const same = byName.candidates.some(({ deployment }) => deployment.id === previous.deploymentId);
  return same ? { ...byName, candidates: onlyDeployment(byName, previous.deploymentId), pick: () => 0 } : byName;
}

function onlyDeployment(resolution: Resolution, id: string): readonly Candidate[] {
  return resolution.candidates.filter(({ deployment }) => deployment.id === id);
}

function previousResponse(pipeline: LlmPipeline, fields: RequestFields, family: LlmFamily): ManagedResponseId | null {
  const field = family.family === 'responses' ? findField(fields.scan, 'previous_response_id') : undefined;
  return field?.kind === 'string' ? pipeline.responseIds.decode(fieldValue(fields, field) as string) : null;
}

function deploymentsOf(resolution: Resolution): readonly Deployment[] {
  return resolution.candidates.map((candidate) => candidate.deployment);
}

function pickTarget(
  pipeline: LlmPipeline,
  resolution: Resolution,
  family: LlmFamily,
  given: ClientCredentials | null,
): CompiledTarget {
  const index = resolution.pick(() => pipeline.random());
  const { deployment, model } = resolution.candidates[index] as Candidate;
  if (given === null || (given.apiBase === null && given.apiKey === null))
    return pipeline.compiled.target(deployment, model, family.family);
  const id = derivedDeploymentId(resolution.group, deployment, given);
  return pipeline.compiled.uncached(withClientCredentials(deployment, given, id), model, family.family);
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

function requestHeaders(
  pipeline: LlmPipeline,
  fields: RequestFields,
  exchange: Exchange,
  target: CompiledTarget,
): HeaderList {
  const extra = findField(fields.scan, 'extra_headers');
  const forward = pipeline.state.snapshot.general.forwardClientHeaders;
  if (extra === undefined && !forward) return target.jsonHeaders;
  return [
    ...target.jsonHeaders,
    ...(forward ? clientHeaders(exchange.headers()) : []),
    ...(extra === undefined ? [] : extraHeaders(fieldValue(fields, extra))),
  ];
}

/** Azure clients may choose the API version of their own request, in the query or the body. */
function withApiVersion(path: string, fields: RequestFields, exchange: Exchange): string {
  const mark = path.indexOf('api-version=');
  if (mark < 0) return path;
  const field = findField(fields.scan, 'api_version');
  const fromBody: JsonValue = field === undefined ? null : fieldValue(fields, field);
  const wanted = typeof fromBody === 'string' ? fromBody : new URLSearchParams(exchange.query).get('api-version');
  if (wanted === null || wanted === '') return path;
  const end = path.indexOf('&', mark);
  return `${path.slice(0, mark)}api-version=${encodeURIComponent(wanted)}${end < 0 ? '' : path.slice(end)}`;
}
