/**
 * `additional_drop_params` entries that reach into a value: `tools[*].function.strict`, `messages[0].name`.
 * Keys are separated by dots, list elements are `[*]` or `[N]`; a path that matches nothing changes nothing.
 */
import { isJsonArray, type JsonObject, type JsonValue } from '../protocol/json.ts';

/** One step: a key, an index, or every element. */
type Step = string | number | typeof EVERY;
const EVERY = Symbol('every element');

export type DropPath = readonly Step[];

export function isNestedPath(name: string): boolean {
  return name.includes('.') || name.includes('[');
}

/** The nested ones among the names; malformed paths are left out. */
export function parseDropPaths(names: readonly string[]): DropPath[] {
  return names.filter(isNestedPath).flatMap((name) => {
    const path = parsePath(name);
    return path === null ? [] : [path];
  });
}

function parsePath(text: string): DropPath | null {
  const steps: Step[] = [];
  for (const part of text.split('.')) {
    const match = /^([^[\]]*)((?:\[(?:\*|\d+)\])*)$/.exec(part);
    if (match === null || part === '') return null;
    if (match[1] !== '') steps.push(match[1] as string);
    for (const [, index] of (match[2] as string).matchAll(/\[(\*|\d+)\]/g)) {
      steps.push(index === '*' ? EVERY : Number(index));
    }
  }
  return steps.length === 0 ? null : steps;
}

/** A copy without what the paths name. */
export function dropNested(body: JsonObject, paths: readonly DropPath[]): JsonObject {
  let result: JsonValue = body;
  for (const path of paths) result = without(result, path, 0);
  return result as JsonObject;
}

function without(value: JsonValue, path: DropPath, at: number): JsonValue {
  const step = path[at];
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  const last = at === path.length - 1;
  if (isJsonArray(value)) {
    if (typeof step === 'string') return value;
    if (last) return step === EVERY ? [] : value.filter((_, index) => index !== step);
    return value.map((item, index) => (step === EVERY || step === index ? without(item, path, at + 1) : item));
  }
  if (typeof step !== 'string' || !Object.hasOwn(value, step)) return value;
  const { [step]: found, ...rest } = value;
  return last ? rest : { ...value, [step]: without(found as JsonValue, path, at + 1) };
}
