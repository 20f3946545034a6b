/** Small total readers of a request body that a client wrote; anything odd reads as absent. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

export function objectField(body: JsonObject, name: string): JsonObject | null {
  const value = ownField(body, name);
  return isJsonObject(value) ? value : null;
}

export function stringField(body: JsonObject, name: string): string | null {
  const value = ownField(body, name);
  return typeof value === 'string' ? value : null;
}

/** A whole number within the limits, else null. */
export function integerField(body: JsonObject, name: string, low: number, high: number): number | null {
  const value = ownField(body, name);
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : null;
}

export function listField(body: JsonObject, name: string): readonly JsonValue[] | null {
  const value = ownField(body, name);
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null;
}

export function ownField(body: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

/** The text of a message's or an input item's content: a string, or the text of its parts. */
export function contentText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly JsonValue[])
    .map((part) => (typeof part === 'string' ? part : isJsonObject(part) ? (stringField(part, 'text') ?? '') : ''))
    .filter((text) => text !== '')
    .join('\n');
}

/** Simulated tokens: four characters each, at least one for any text. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
