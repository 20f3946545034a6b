import type { JsonValue } from '../protocol/json.ts';

/** A setting's text; null for anything else and, LiteLLM-compat, for an empty one. */
export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
