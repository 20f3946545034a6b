/** Environment variables that were meant for the hook and are written otherwise. */
import type { Environment } from '../config/environment.ts';
import { nearestName } from '../errors/nearest-name.ts';

const PREFIX = 'FAST_LITELLM_';
/** Of the gateway, the library, and the scripts for Python. */
const OTHER_DOORS = ['FALLBACK', 'PRICES', 'PYTHON', 'ROUTE'];
/** Kubernetes makes these up for a service, `fast-litellm-http` say. */
const OF_A_SERVICE = /(?:^|_)(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_\w+)?)$/;

export interface MisspeltVariable {
  readonly name: string;
  readonly meant: string;
}

/**
 * Variables whose name is near one that means something; never one that is far from all, which may be anybody's.
 * @param own names that the hook reads
 */
export function misspeltVariables(environment: Environment, own: Iterable<string>): readonly MisspeltVariable[] {
  const known = new Set([...[...own].map((name) => name.slice(PREFIX.length)), ...OTHER_DOORS]);
  const found: MisspeltVariable[] = [];
  for (const variable of environment.keys()) {
    const name = variable.slice(PREFIX.length);
    if (!variable.startsWith(PREFIX) || known.has(name) || name.startsWith('ROUTE_') || OF_A_SERVICE.test(name))
      continue;
    const meant = nearestName(name, known);
    if (meant !== null) found.push({ name: variable, meant: PREFIX + meant });
  }
  return found;
}
