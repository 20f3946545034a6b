/** LiteLLM's exception classes of an error, most specific first: what retry and allowed-fails policies are keyed by. */
import type { GatewayError } from '../errors/gateway-error.ts';

const PARENTS: ReadonlyMap<string, string> = new Map([
  ['ContextWindowExceededError', 'BadRequestError'],
  ['ContentPolicyViolationError', 'BadRequestError'],
  ['UnsupportedParamsError', 'BadRequestError'],
]);

export function errorClasses(error: GatewayError): readonly string[] {
  const parent = PARENTS.get(error.name);
  return parent === undefined ? [error.name] : [error.name, parent];
}

/** LiteLLM's `_should_retry`. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}
