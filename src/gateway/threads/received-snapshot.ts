/**
 * A snapshot that came from another thread, made what it was there: the structured clone keeps maps, numbers and shared
 * parts, but gives every object a prototype and thaws it. Names from the file are never looked up in a prototype.
 */
import type { ConfigSnapshot, JsonValue } from '../../config/snapshot.ts';

/** Changes the copy itself. @returns the copy */
export function receivedSnapshot(copy: ConfigSnapshot): ConfigSnapshot {
  const seen = new Set<JsonValue>();
  const { raw, general, litellm, router, deployments, aliases, restrictions, findings } = copy;
  for (const json of [raw, general.raw, litellm.raw, router.raw]) restore(json, seen);
  for (const deployment of deployments) {
    restore(deployment.params, seen);
    restore(deployment.modelInfo, seen);
    Object.freeze(deployment);
  }
  for (const part of [...aliases.values(), ...restrictions, ...findings]) Object.freeze(part);
  for (const part of [general, litellm, router, deployments, restrictions, findings]) Object.freeze(part);
  return Object.freeze(copy);
}

function restore(value: JsonValue, seen: Set<JsonValue>): void {
  if (value === null || typeof value !== 'object' || seen.has(value)) return;
  seen.add(value);
  for (const part of Object.values(value)) restore(part, seen);
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
  Object.freeze(value);
}
