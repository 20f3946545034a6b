/**
 * Python values and JSON values into one another. To JSON: dates become ISO text, binary data base64, integers beyond
 * 2^53 lose digits. Objects are frozen and null-prototype; aliases stay shared.
 */
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { Place, PyDict, PyEntry, PyValue } from './py-value.ts';
import { pyJson, pyString } from './py-text.ts';

export class JsonMaker {
  readonly #made = new Map<PyValue, JsonValue>();

  value(value: PyValue): JsonValue {
    switch (value.kind) {
      case 'none':
        return null;
      case 'bool':
      case 'float':
      case 'str':
        return value.value;
      case 'int':
        return Number(value.value);
      case 'bytes':
        return Buffer.from(value.value).toString('base64');
      case 'date':
        return pyString(value);
      case 'datetime':
        return pyString(value).replace(' ', 'T');
      case 'dict':
        return this.object(value);
      case 'list':
      case 'set':
        return this.#list(value);
    }
  }

  object(dict: PyDict): JsonObject {
    const known = this.#made.get(dict);
    if (known !== undefined) return known as JsonObject;
    const made: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
    for (const { key, value } of dict.entries) made[keyText(key)] = this.value(value);
    this.#made.set(dict, Object.freeze(made));
    return made;
  }

  #list(list: PyValue & { readonly items: readonly PyValue[] }): JsonValue {
    const known = this.#made.get(list);
    if (known !== undefined) return known;
    const made = Object.freeze(list.items.map((item) => this.value(item)));
    this.#made.set(list, made);
    return made;
  }
}

/** A key as JSON objects name it: `json.dumps` turns `1`, `true` and nothing into their texts. */
function keyText(key: PyValue): string {
  if (key.kind === 'none' || key.kind === 'bool') return pyJson(key);
  return pyString(key);
}

/** A JSON document (from command-line flags) as if it had been read from a file. */
function fromJson(value: JsonValue, place: Place): PyValue {
  if (value === null) return { kind: 'none', place };
  if (typeof value === 'boolean') return { kind: 'bool', value, place };
  if (typeof value === 'string') return { kind: 'str', value, place };
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return { kind: 'int', value: BigInt(value), place };
    return { kind: 'float', value, place };
  }
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map((item) => fromJson(item, place));
    return { kind: 'list', tuple: false, items, place };
  }
  return dictFromJson(value as JsonObject, place);
}

export function dictFromJson(object: JsonObject, place: Place): PyDict {
  const entries = Object.entries(object).map(([key, value]): PyEntry => ({
    key: { kind: 'str', value: key, place },
    value: fromJson(value, place),
  }));
  return { kind: 'dict', entries, place };
}
