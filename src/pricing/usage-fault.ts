/** What is wrong with counts that a caller hands over to be priced; a provider's own are read leniently by `usage.ts`. */
import { kindOfValue } from '../errors/kind-of-value.ts';

/** `usage.iterations[0].cache_creation.…_tokens`: no known usage is deeper, and a made-up one must not end the stack. */
const DEEPEST = 4;

/** The first member that cannot be a count, as a sentence with the remedy; null when there is none. */
export function usageFault(usage: unknown, path: string): string | null {
  if (usage === undefined || usage === null) return null;
  if (typeof usage === 'object' && !Array.isArray(usage)) return faultWithin(usage, path, DEEPEST);
  const got = kindOfValue(usage);
  return `\`${path}\` has to be an object such as {"prompt_tokens": 10, "completion_tokens": 5}, got ${got}; leave it out when it is not known.`;
}

function faultWithin(usage: object, path: string, depth: number): string | null {
  for (const name in usage) {
    const value = (usage as Readonly<Record<string, unknown>>)[name];
    if (value === null || (typeof value === 'number' && value >= 0 && value < Infinity)) continue;
    let fault: string | null = null;
    if (name.endsWith('_tokens') || name.endsWith('_requests')) fault = countFault(value, name, path);
    else if (typeof value === 'object' && depth > 0) fault = faultWithin(value, `${path}.${name}`, depth - 1);
    if (fault !== null) return fault;
  }
  return null;
}

/** A count is a finite number of at least zero, or absent. `within`: the path of the object that holds it. */
export function countFault(value: unknown, name: string, within = ''): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value < Infinity) return null;
  const got = typeof value === 'number' ? String(value) : kindOfValue(value);
  const path = within === '' ? name : `${within}.${name}`;
  return `\`${path}\` has to be a finite number of at least 0, got ${got}; leave it out when it is not known.`;
}
