/** One attempt of a request: the target of the deployment that the router chose, with what depends on it. */
import type { Deployment } from '../../config/snapshot.ts';
import type { EffectiveTimeouts } from '../../pool/deadlines.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { OutputCapEdit } from '../../rate-limit/token-estimate.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import type { Attempt } from '../../router/contract.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { promptOf } from '../counting/prompt-of.ts';
import { withClientCredentials } from './client-credentials.ts';
import type { CompiledTarget } from './compiled-deployments.ts';
import { derivedDeploymentId } from './derived-deployment-id.ts';
import type { LlmPipeline, TimeoutInputs } from './pipeline.ts';
import type { RequestPlan } from './plan-request.ts';
import { writtenFields } from './request-document.ts';
import { parseSeconds, type RequestFields } from './request-fields.ts';

/** A request for one deployment, with everything that was decided before the body is built. */
export interface RoutedRequest {
  readonly family: RouteFamily;
  readonly fields: RequestFields;
  readonly target: CompiledTarget;
  /** The model group as the reply's headers name it. */
  readonly group: string;
  readonly timeouts: EffectiveTimeouts;
  /** The time limit that holds is the client's own. */
  readonly clientTimeout: boolean;
  readonly extraReplyHeaders: HeaderList;
  readonly pricedText: string | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** What is counted as the prompt of a stream whose client wants its usage; null where that is not asked. */
  readonly prompt: (() => CountRequest | null) | null;
  /** JSON text of the model name for the reply; null leaves the provider's. */
  readonly clientModel: Buffer | null;
  readonly attempt: Attempt;
  /** A cap of output tokens that the limits of the caller ask for. */
  readonly outputCap: OutputCapEdit | null;
  /** The client wants to hear of failures on the way (`include_fallback_errors`). */
  readonly tellsFailures: boolean;
}

/** @throws GatewayError when the deployment cannot be asked this */
export function routeAttempt(
  pipeline: LlmPipeline,
  plan: RequestPlan,
  attempt: Attempt,
  outputCap: OutputCapEdit | null,
): RoutedRequest {
  const { parameters } = attempt;
  const deployment = pipeline.state.snapshot.deployments[attempt.deployment.slot] as Deployment;
  pipeline.restrictions.group?.(plan.caller, deployment.modelName);
  const fields = parameters === null ? plan.fields : withParameters(plan.fields, parameters);
  const target = targetOf(pipeline, plan, deployment, attempt);
  const isFirstGroup = attempt.group === plan.resolution.group;
  const limits = limitsOf(plan, parameters);
  return {
    family: plan.family.family,
    fields,
    target,
    group: isFirstGroup ? plan.group : attempt.group,
    timeouts: pipeline.timeouts({ ...limits, params: deployment.params }),
    clientTimeout:
      limits.requestSeconds !== null || limits.headerSeconds !== null || limits.streamHeaderSeconds !== null,
    extraReplyHeaders: plan.extraReplyHeaders,
    pricedText: plan.pricedText,
    stream: plan.stream,
    includeUsage: plan.includeUsage,
    prompt:
      plan.stream && plan.includeUsage && plan.family.emptyUsage !== null ? () => promptOf(fields, target.model) : null,
    // LiteLLM-compat: the answer of a fallback keeps the name that its provider gave it.
    clientModel: attempt.fallbacks > 0 ? null : plan.clientModel,
    attempt,
    outputCap,
    tellsFailures: plan.tellsFailures,
  };
}

/** The parameters of a fallback entry, then the request's own members, then its `router_settings_override`. */
function limitsOf({ limits, routing, stream }: RequestPlan, parameters: JsonObject | null): Limits {
  const { timeoutSeconds = null, streamTimeoutSeconds = null } = routing.overrides ?? {};
  return {
    stream,
    requestSeconds: ownSeconds(parameters) ?? limits.requestSeconds ?? timeoutSeconds,
    headerSeconds: limits.headerSeconds,
    streamHeaderSeconds: limits.streamHeaderSeconds ?? streamTimeoutSeconds,
  };
}

type Limits = Omit<TimeoutInputs, 'params'>;

/** The target for the client's own credentials is made for this call and not kept. */
function targetOf(
  pipeline: LlmPipeline,
  { given, family }: RequestPlan,
  deployment: Deployment,
  { group, model }: Attempt,
): CompiledTarget {
  if (given === null || (given.apiBase === null && given.apiKey === null))
    return pipeline.compiled.target(deployment, model, family.family);
  const id = derivedDeploymentId(group, deployment, given);
  return pipeline.compiled.uncached(withClientCredentials(deployment, given, id), model, family.family);
}

/** slow path: parameters of a fallback entry replace those of the request. Whether it streams was promised already. */
function withParameters(fields: RequestFields, parameters: JsonObject): RequestFields {
  const { stream: _stream, model: _model, ...changes } = parameters;
  if (Object.keys(changes).length === 0) return fields;
  return writtenFields({ ...(JSON.parse(fields.bytes.text()) as JsonObject), ...changes });
}

function ownSeconds(parameters: JsonObject | null): number | null {
  const seconds: JsonValue | undefined = parameters?.['timeout'] ?? parameters?.['request_timeout'];
  return seconds === undefined || seconds === null ? null : parseSeconds(seconds, 'timeout');
}
