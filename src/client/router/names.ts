/**
 * Names of options: `numRetries` and LiteLLM's `num_retries` are one, and a name that nobody knows is answered with the
 * nearest one that is known. Pure.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { nearestName } from '../../errors/nearest-name.ts';
import { shownName } from '../../errors/shown-name.ts';

/** `numRetries` -> `num_retries`; a name without capitals stays as it is. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `num_retries` -> `numRetries`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A refusal that names the nearest known name. @param what e.g. `option of Router` */
export function unknownName(what: string, name: string, known: Iterable<string>): GatewayError {
  const nearest = nearestName(name, known);
  const hint = nearest === null ? '' : ` Did you mean ${nearest}?`;
  return new GatewayError('bad_request', `Unknown ${what}: ${shownName(name)}.${hint}`, { param: name });
}
