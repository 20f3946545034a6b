import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import type { Unresolved } from './model-index.ts';

export interface UnresolvedContext {
  /** LiteLLM's name of the call, e.g. `/chat/completions`, `/image/generations`. */
  readonly routeName: string;
  /** Name as the client sent it; null when the request has none. */
  readonly requested: string | null;
  /** The route hands any name to the router, so that its text is used (`/moderations`, reading a response). */
  readonly alwaysRouter?: boolean;
}

/**
 * LiteLLM's refusal of a model name, always 400.
 *
 * LiteLLM-compat: there are two texts; which one depends on whether any wildcard route is configured.
 */
export function unresolvedModelError(unresolved: Unresolved, context: UnresolvedContext): GatewayError {
  if (unresolved.unresolved === 'blocked') {
    return new GatewayError('permission_denied', 'litellm.PermissionDeniedError: Model is blocked');
  }
  const { routeName } = context;
  const requested = context.requested === null ? null : shownName(context.requested);
  if (unresolved.unresolved === 'unknown-plain' && context.alwaysRouter !== true) {
    const text = `${routeName}: Invalid model name passed in model=${requested ?? 'None'}. Call \`/v1/models\` to view available models for your key.`;
    return new GatewayError('unknown_model', text, { providerSpecificFields: { error: text } });
  }
  const suffix = requested === null ? '' : `. Received Model Group=${requested}\nAvailable Model Group Fallbacks=None`;
  const text = `litellm.BadRequestError: You passed in model=${requested === null ? 'None' : shownName(unresolved.group)}. There are no healthy deployments for this model${suffix}`;
  return new GatewayError('unknown_model', text);
}
