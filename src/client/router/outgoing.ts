/**
 * The request of one attempt: the deployment's target, the body by its parameter rules, headers and time limits. slow
 * path by nature: a program hands over objects, so every body is built and written anew.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { type EffectiveTimeouts, timeoutsOf } from '../../pool/deadlines.ts';
import type { UpstreamTarget } from '../../providers/contract.ts';
import type { Attempt } from '../../router/contract.ts';
import type { HeaderList, UpstreamRequest } from '../../wire/contract.ts';
import { formBody } from './form-body.ts';
import { type MockPlan, mockPlan } from './mock-plan.ts';
import { sayable } from './sayable.ts';
import { type ReadCall, requestSeconds, secondsOf } from './read-call.ts';
import type { CallGround } from './call-ground.ts';
import type { Targets } from './targets.ts';
import { unsentTarget } from '../../providers/unsent-target.ts';

export interface Outgoing {
  readonly deployment: Deployment;
  readonly target: UpstreamTarget;
  readonly timeouts: EffectiveTimeouts;
  readonly clientTimeout: boolean;
  readonly callerCredential: boolean;
  /** The call's body with the parameters of the fallback entry that led here. */
  readonly body: JsonObject;
  /** null: a provider is asked. */
  readonly mock: MockPlan | null;
}

export interface PlanParts {
  readonly ground: CallGround;
  readonly targets: Targets;
  readonly call: ReadCall;
}

/** @throws GatewayError when the deployment cannot be asked this */
export function planAttempt({ ground, targets, call }: PlanParts, attempt: Attempt): Outgoing {
  const deployment = ground.deploymentOf(attempt);
  const body = attempt.parameters === null ? call.body : { ...call.body, ...attempt.parameters };
  const own = ownParameters(body, ground.ownParameters);
  const mock = mockPlan(call.family.family, body, deployment.params);
  const target =
    mock === null
      ? targets.of({ deployment, model: attempt.model, family: call.family.family, own })
      : unsentTarget(attempt.deployment.provider ?? 'openai', attempt.model);
  const ownSeconds = requestSeconds(body);
  const streamSeconds = secondsOf(body['stream_timeout']);
  const { policy } = ground;
  return {
    deployment,
    target,
    timeouts: timeoutsOf({
      stream: call.stream,
      requestSeconds: ownSeconds,
      headerSeconds: null,
      streamHeaderSeconds: streamSeconds,
      params: deployment.params,
      routerSeconds: policy.timeoutSeconds,
      routerStreamSeconds: policy.streamTimeoutSeconds,
      globalSeconds: null,
    }),
    clientTimeout: ownSeconds !== null || (call.stream && streamSeconds !== null),
    callerCredential: own !== null,
    body,
    mock,
  };
}

function ownParameters(body: JsonObject, names: readonly string[]): JsonObject | null {
  let own: Record<string, JsonValue> | null = null;
  for (const name of names) {
    const value = body[name];
    if (typeof value === 'string' && value !== '') (own ??= {})[name] = value;
  }
  return own;
}

/** @throws GatewayError */
export function writeRequest(call: ReadCall, plan: Outgoing): UpstreamRequest | Promise<UpstreamRequest> {
  const { target, body } = plan;
  const ownHeaders = [body['headers'], body['extra_headers'], ...headersFor(target.provider, body)];
  const headers = ownHeaders.reduce<HeaderList>(withExtra, target.headers);
  if (call.family.body === 'form')
    return formBody(target, call.family.family, body).then(({ contentType, bytes }) =>
      requestOf(target, [...headers, 'content-type', contentType], bytes),
    );
  const dropParams = typeof body['drop_params'] === 'boolean' ? body['drop_params'] : null;
  const text = sayable(body, () => JSON.stringify(target.params.rewrite(body, { stream: call.stream, dropParams })));
  return requestOf(target, [...headers, 'content-type', 'application/json'], Buffer.from(text));
}

function requestOf(target: UpstreamTarget, headers: HeaderList, body: Buffer): UpstreamRequest {
  return {
    origin: target.origin,
    method: 'POST',
    path: target.path,
    headers: [...headers, 'accept-encoding', 'identity'],
    body: [body],
    bodyLength: body.length,
  };
}

/** The connection's own headers are not the caller's. */
const NEVER: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'content-type',
]);
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const UNSAFE_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** The call's own headers replace the deployment's. */
function withExtra(headers: HeaderList, value: JsonValue | undefined): HeaderList {
  if (value === undefined || value === null) return headers;
  const extra = extraHeaders(value);
  const replaced = new Set(extra.filter((_, index) => index % 2 === 0));
  const kept = headers.flatMap((name, index) =>
    index % 2 === 0 && !replaced.has(name) ? [name, headers[index + 1] ?? ''] : [],
  );
  return [...kept, ...extra];
}

/** `provider_specific_header`: headers that go only to the providers that they name. */
function headersFor(provider: string, body: JsonObject): readonly (JsonValue | undefined)[] {
  const value = body['provider_specific_header'];
  return (isJsonArray(value) ? value : [value]).flatMap((each) => {
    if (!isJsonObject(each) || typeof each['custom_llm_provider'] !== 'string') return [];
    const named = each['custom_llm_provider'].split(',').some((name) => name.trim() === provider);
    return named ? [each['extra_headers']] : [];
  });
}

function extraHeaders(value: JsonValue): HeaderList {
  if (!isJsonObject(value)) throw wrongHeaders();
  return Object.entries(value).flatMap(([name, text]) => {
    if (typeof text !== 'string' || !NAME.test(name) || UNSAFE_VALUE.test(text)) throw wrongHeaders();
    const lower = name.toLowerCase();
    return NEVER.has(lower) ? [] : [lower, text];
  });
}

function wrongHeaders(): GatewayError {
  const text = '`extraHeaders` has to be an object of names and texts that HTTP allows.';
  return new GatewayError('bad_request', text, { param: 'extra_headers' });
}
