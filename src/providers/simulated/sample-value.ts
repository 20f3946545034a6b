/**
 * A value that fits a JSON schema, for tool arguments and structured outputs: constants, defaults and enumerations are
 * taken as they are, all properties are filled. Gives up: patterns, references and combinations beyond the first branch.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { listField, objectField, ownField, stringField } from './request-body.ts';

const DEEPEST = 6;
const MOST_PROPERTIES = 50;

/** @param words text that strings are filled with */
export function sampleValue(schema: JsonValue | undefined, words: string, depth = 0): JsonValue {
  if (!isJsonObject(schema) || depth > DEEPEST) return null;
  for (const name of ['const', 'default']) {
    const given = ownField(schema, name);
    if (given !== undefined) return given;
  }
  const choice = listField(schema, 'enum')?.[0] ?? listField(schema, 'examples')?.[0];
  if (choice !== undefined) return choice;
  for (const name of ['anyOf', 'oneOf', 'allOf']) {
    const branch = listField(schema, name)?.[0];
    if (branch !== undefined) return sampleValue(branch, words, depth + 1);
  }
  return sampleOfType(schema, words, depth);
}

function sampleOfType(schema: JsonObject, words: string, depth: number): JsonValue {
  const type = ownField(schema, 'type');
  const name = Array.isArray(type) ? (type as readonly JsonValue[])[0] : type;
  switch (name) {
    case 'string':
      return sampleString(schema, words);
    case 'integer':
    case 'number': {
      const low = ownField(schema, 'minimum');
      return typeof low === 'number' ? low : 1;
    }
    case 'boolean':
      return true;
    case 'array':
      return [sampleValue(ownField(schema, 'items'), words, depth + 1)];
    case 'null':
      return null;
    default:
      return sampleObject(schema, words, depth);
  }
}

function sampleString(schema: JsonObject, words: string): string {
  switch (stringField(schema, 'format')) {
    case 'date':
      return '2026-01-31';
    case 'date-time':
      return '2026-01-31T12:00:00Z';
    case 'email':
      return 'somebody@example.com';
    case 'uri':
      return 'https://example.com/';
    default:
      return words === '' ? 'simulated' : words;
  }
}

function sampleObject(schema: JsonObject, words: string, depth: number): JsonValue {
  const properties = objectField(schema, 'properties') ?? {};
  const entries = Object.entries(properties).slice(0, MOST_PROPERTIES);
  return Object.fromEntries(entries.map(([name, property]) => [name, sampleValue(property, words, depth + 1)]));
}
