/** Errors that the router itself gives, in LiteLLM's words. */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import { pythonRepr } from '../protocol/python-text.ts';
import type { CandidateGroup } from './candidate-group.ts';
import type { DeploymentFacts, FailureReason, RoutingFailure, RoutingRequest } from './contract.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { RoutingPolicy } from './routing-policy.ts';

const NONE_AVAILABLE = 'No deployments available for selected model';

function routerFailure(reason: FailureReason, error: GatewayError): RoutingFailure {
  return { reason, error, deployment: null, retryAfter: null, silentTimeout: false };
}

export function unknownModelFailure(model: string): RoutingFailure {
  const text = `litellm.BadRequestError: You passed in model=${shownName(model)}. There are no healthy deployments for this model`;
  return routerFailure('unknown-model', new GatewayError('unknown_model', text));
}

export function blockedFailure(model: string): RoutingFailure {
  const text = `litellm.ServiceUnavailableError: Model '${shownName(model)}' is currently paused and cannot accept requests.`;
  return routerFailure('blocked', new GatewayError('service_unavailable', text));
}

/** What stands for an answer that the provider's content filter emptied; see `RoutedCall.contentFilterFails`. */
export function contentFilteredError(): GatewayError {
  const text = 'litellm.BadRequestError: litellm.ContentPolicyViolationError: Response output was blocked.';
  return new GatewayError('content_policy_violation', text);
}

export interface EmptyPick {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly group: CandidateGroup;
  readonly request: RoutingRequest;
}

export interface EmptyPickTools {
  readonly state: DeploymentState;
  readonly deployments: readonly DeploymentFacts[];
  readonly policy: RoutingPolicy;
  readonly nowMs: number;
}

/** Why a pick found nothing. slow path */
export function emptyPickFailure({ reason, detail, group, request }: EmptyPick, tools: EmptyPickTools): RoutingFailure {
  return routerFailure(reason, emptyPickError(reason, detail, { group, request, tools }));
}

function emptyPickError(
  reason: FailureReason,
  detail: string,
  { group, request, tools }: { group: CandidateGroup; request: RoutingRequest; tools: EmptyPickTools },
): GatewayError {
  switch (reason) {
    case 'context-window':
      return new GatewayError(
        'context_window_exceeded',
        'litellm.ContextWindowExceededError: litellm.BadRequestError: litellm._pre_call_checks: Context Window exceeded ' +
          `for given call. No models have context window large enough for this call.\n${detail}`,
      );
    case 'tags': {
      const text = `Not allowed to access model due to tags configuration. Passed model=${shownName(group.name)} and tags=${shownName(pythonRepr(request.tags))}`;
      // LiteLLM-compat: known by its text only.
      return new GatewayError('auth_error', text, { type: 'internal_server_error' });
    }
    case 'budget': {
      const text = `No deployments available - crossed budget: ${detail}`;
      return new GatewayError('rate_limit', text);
    }
    case 'busy':
      return new GatewayError(
        'rate_limit',
        `litellm.RateLimitError: Every deployment of model=${shownName(group.name)} has reached max_parallel_requests. Wait for ` +
          'a running call to end, or raise max_parallel_requests.',
      );
    case 'rate-limit':
      return noneWithin(group, tools.policy);
    case 'no-deployments':
    case 'provider':
    case 'mock':
    case 'unknown-model':
    case 'blocked':
    case 'refused':
      return noneAvailable(group, tools);
  }
}

/** Every deployment has used up its minute. */
function noneWithin(group: CandidateGroup, { strategy }: RoutingPolicy): GatewayError {
  // LiteLLM-compat: pre-call checks say less than the strategy, and their error is known by its text only.
  if (strategy !== 'usage-based-routing-v2')
    return new GatewayError('rate_limit', `${NONE_AVAILABLE}.`, {
      type: 'internal_server_error',
      retryAfterSeconds: SECONDS_OF_A_MINUTE,
    });
  const text = `${NONE_AVAILABLE}. Passed model=${shownName(group.name)}.`;
  return new GatewayError('rate_limit', text, {
    retryAfterSeconds: SECONDS_OF_A_MINUTE,
    // LiteLLM-compat: this refusal looks like a provider's answer there.
    headers: ['llm_provider-retry-after', String(SECONDS_OF_A_MINUTE)],
  });
}

const SECONDS_OF_A_MINUTE = 60;

function noneAvailable(group: CandidateGroup, { state, deployments, policy, nowMs }: EmptyPickTools): GatewayError {
  let shortest = Number.POSITIVE_INFINITY;
  let first = Number.POSITIVE_INFINITY;
  for (const slot of group.slots) {
    if (!state.isCooled(slot, nowMs)) continue;
    shortest = Math.min(shortest, state.cooledUntil(slot) - state.cooledSince(slot));
    first = Math.min(first, state.cooledUntil(slot) - nowMs);
  }
  const cooled = deployments.filter(({ slot }) => state.isCooled(slot, nowMs)).map(({ id }) => id);
  // LiteLLM-compat: the text has the whole time of the shortest cooldown; the header has what is left.
  const seconds = Number.isFinite(shortest) ? shortest / 1000 : policy.cooldownSeconds;
  const left = Number.isFinite(first) ? first / 1000 : policy.cooldownSeconds;
  const text =
    `${NONE_AVAILABLE}, Try again in ${seconds} seconds. Passed model=${shownName(group.name)}. ` +
    `pre-call-checks=${policy.enablePreCallChecks ? 'True' : 'False'}, cooldown_list=${pythonRepr(cooled)}`;
  return new GatewayError('rate_limit', text, {
    // LiteLLM-compat: it recognises this error by its text only.
    type: 'internal_server_error',
    retryAfterSeconds: Math.max(1, Math.ceil(left)),
  });
}
