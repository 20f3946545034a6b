/** Typed reading of one mapping of the document, with errors that name the key, its line and the remedy. */
import { ConfigError } from './config-error.ts';
import { lenientBoolean, lenientNumber } from './param-types.ts';
import {
  dictGet,
  kindName,
  placeOf,
  pyDict,
  type Place,
  type PyDict,
  type PyList,
  type PyValue,
} from './yaml/py-value.ts';

function isFalsy(value: PyValue): boolean {
  switch (value.kind) {
    case 'none':
      return true;
    case 'str':
      return value.value === '';
    case 'bool':
      return !value.value;
    case 'int':
      return value.value === 0n;
    case 'list':
    case 'set':
      return value.items.length === 0;
    case 'dict':
      return value.entries.length === 0;
    default:
      return false;
  }
}

/** @param found what is there, where its kind alone does not say what is wrong */
export function wrongType(key: string, value: PyValue, expected: string, found = kindName(value)): ConfigError {
  const quoted = expected === 'a string' && value.kind !== 'list' && value.kind !== 'dict' && value.kind !== 'none';
  const remedy = quoted ? 'Put the value in quotes.' : `Write ${expected} there.`;
  return new ConfigError('wrong_type', { ...value.place, key }, `expected ${expected}, found ${found}`, remedy);
}

/** One section such as `general_settings`. What Python holds for false (nothing, an empty list) is an empty section. */
export class Section {
  readonly name: string;
  readonly dict: PyDict;

  constructor(root: PyDict, name: string) {
    this.name = name;
    const value = dictGet(root, name);
    if (value === undefined || isFalsy(value)) this.dict = pyDict([], placeOf(root, name));
    else if (value.kind === 'dict') this.dict = value;
    else throw wrongType(name, value, 'a mapping');
  }

  #path(key: string): string {
    return `${this.name}.${key}`;
  }

  has(key: string): boolean {
    return dictGet(this.dict, key) !== undefined;
  }

  place(key: string): Place {
    return placeOf(this.dict, key);
  }

  /** The value, null when absent or nothing. */
  #present(key: string): PyValue | null {
    const value = dictGet(this.dict, key);
    return value === undefined || value.kind === 'none' ? null : value;
  }

  /** @throws ConfigError `wrong_type` */
  boolean(key: string, fallback: boolean): boolean {
    const value = this.#present(key);
    if (value === null) return fallback;
    const read = lenientBoolean(value);
    if (read === undefined) throw wrongType(this.#path(key), value, 'true or false');
    return read;
  }

  /** @throws ConfigError `wrong_type` */
  number(key: string, least = 0): number | null {
    const value = this.#present(key);
    if (value === null) return null;
    const read = value.kind === 'bool' ? undefined : lenientNumber(value);
    if (read === undefined || Number.isNaN(read) || read < least) {
      throw wrongType(
        this.#path(key),
        value,
        `a number, ${least} or more`,
        read !== undefined && read < 0 ? 'a negative number' : undefined,
      );
    }
    return read;
  }

  /** @throws ConfigError `wrong_type` */
  integer(key: string): number | null {
    const read = this.number(key);
    const value = this.#present(key);
    if (read !== null && value !== null && !Number.isInteger(read))
      throw wrongType(this.#path(key), value, 'an integer');
    return read;
  }

  /** @throws ConfigError `wrong_type` */
  string(key: string): string | null {
    const value = this.#present(key);
    if (value === null) return null;
    if (value.kind !== 'str') throw wrongType(this.#path(key), value, 'a string');
    return value.value;
  }

  value(key: string): PyValue | undefined {
    return dictGet(this.dict, key);
  }
}

/** A top-level list; absent, nothing and Python's other false values are empty. @throws ConfigError `wrong_type` */
export function topLevelList(root: PyDict, key: string): PyList {
  const value = dictGet(root, key);
  if (value === undefined || isFalsy(value))
    return { kind: 'list', tuple: false, items: [], place: placeOf(root, key) };
  if (value.kind !== 'list') throw wrongType(key, value, 'a list');
  return value;
}
