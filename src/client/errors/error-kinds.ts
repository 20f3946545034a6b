/**
 * LiteLLM's exception classes, for `instanceof`: `if (error instanceof RateLimitError)`. They are told by an error's
 * `name`, so that errors of another copy of this package are known too.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { CallFailure } from '../router/contract.ts';

/** To be used with `instanceof`; there is nothing to construct: `new GatewayError('rate_limit', …)` makes such an error. */
export interface ErrorKind {
  readonly name: string;
  [Symbol.hasInstance](value: unknown): value is CallFailure;
}

/** @param narrower classes that LiteLLM derives from this one */
function kind(name: string, narrower: readonly string[] = []): ErrorKind {
  const names = new Set([name, ...narrower]);
  return Object.freeze({
    name,
    [Symbol.hasInstance]: (value: unknown): value is CallFailure =>
      value instanceof GatewayError && names.has(value.name),
  });
}

/** 401: the key is missing or wrong. */
export const AuthenticationError = kind('AuthenticationError');
/** 403: the key may not do this. */
export const PermissionDeniedError = kind('PermissionDeniedError');
/** 404: the provider knows no such model or path. */
export const NotFoundError = kind('NotFoundError');
/** 400: the request is wrong; also the three kinds below. */
export const BadRequestError = kind('BadRequestError', [
  'ContextWindowExceededError',
  'ContentPolicyViolationError',
  'UnsupportedParamsError',
]);
/** 400: the prompt is longer than the model's context window. */
export const ContextWindowExceededError = kind('ContextWindowExceededError');
/** 400: the provider refuses the content. */
export const ContentPolicyViolationError = kind('ContentPolicyViolationError');
/** 400: the model does not take a parameter; `dropParams: true` leaves it out. */
export const UnsupportedParamsError = kind('UnsupportedParamsError');
/** 422: the provider cannot process the request. */
export const UnprocessableEntityError = kind('UnprocessableEntityError');
/** 429: a limit of the provider, or of the router, is reached. */
export const RateLimitError = kind('RateLimitError');
/** 408: no answer came in time. */
export const Timeout = kind('Timeout');
/** The provider could not be reached, or its answer broke off. */
export const APIConnectionError = kind('APIConnectionError');
/** 500: the provider failed. */
export const InternalServerError = kind('InternalServerError');
/** 502: the provider answered with something that is no answer. */
export const BadGatewayError = kind('BadGatewayError');
/** 503: the provider is overloaded, or the router was closed. */
export const ServiceUnavailableError = kind('ServiceUnavailableError');
/** Any other status of a provider. */
export const APIError = kind('APIError');
