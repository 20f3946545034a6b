/**
 * A YAML document as the Python values that PyYAML's `safe_load` makes of it, each with the place it came from.
 *
 * JSON values would lose what deployment ids depend on (`1` against `1.0`, dates, integers beyond 2^53) and what
 * error messages need (file and line). Aliases share one object, so walks over the tree must be memoised by identity.
 */
export interface Place {
  readonly file: string | null;
  /** 1-based. */
  readonly line: number;
}

interface At {
  readonly place: Place;
}

interface PyNone extends At {
  readonly kind: 'none';
}
interface PyBool extends At {
  readonly kind: 'bool';
  readonly value: boolean;
}
interface PyInt extends At {
  readonly kind: 'int';
  readonly value: bigint;
}
interface PyFloat extends At {
  readonly kind: 'float';
  readonly value: number;
}
export interface PyStr extends At {
  readonly kind: 'str';
  readonly value: string;
}
interface PyBytes extends At {
  readonly kind: 'bytes';
  readonly value: Uint8Array;
}
export interface PyDate extends At {
  readonly kind: 'date';
  readonly year: number;
  readonly month: number;
  readonly day: number;
}
export interface PyDateTime extends At {
  readonly kind: 'datetime';
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Offset from UTC; null for a time without zone. */
  readonly offsetMinutes: number | null;
}
/** A list, or a tuple (from `!!omap` and `!!pairs`), which only `repr` tells apart. */
export interface PyList extends At {
  readonly kind: 'list';
  readonly tuple: boolean;
  readonly items: readonly PyValue[];
}
export interface PyEntry {
  readonly key: PyValue;
  readonly value: PyValue;
}
export interface PyDict extends At {
  readonly kind: 'dict';
  /** In Python's insertion order, keys unique. */
  readonly entries: readonly PyEntry[];
}
interface PySet extends At {
  readonly kind: 'set';
  readonly items: readonly PyValue[];
}

export type PyValue =
  PyNone | PyBool | PyInt | PyFloat | PyStr | PyBytes | PyDate | PyDateTime | PyList | PyDict | PySet;

export const NOWHERE: Place = Object.freeze({ file: null, line: 1 });

/** Equal for keys that Python's dictionaries hold for equal: `1`, `1.0` and `True` are one key. */
export function keyIdentity(key: PyValue): string {
  if (key.kind === 'str') return `s:${key.value}`;
  if (key.kind === 'bool') return `n:${key.value ? 1 : 0}`;
  if (key.kind === 'int') return `n:${key.value}`;
  if (key.kind === 'float') return Number.isInteger(key.value) ? `n:${BigInt(key.value)}` : `n:${key.value}`;
  if (key.kind === 'bytes') return `b:${Buffer.from(key.value).toString('hex')}`;
  return JSON.stringify({ ...key, place: null });
}

/** The value under a string key, undefined when the dictionary has no such key. */
export function dictGet(dict: PyDict, key: string): PyValue | undefined {
  for (const entry of dict.entries) if (entry.key.kind === 'str' && entry.key.value === key) return entry.value;
  return undefined;
}

/** The place of a string key's value, else the dictionary's own place. */
export function placeOf(dict: PyDict, key: string): Place {
  return dictGet(dict, key)?.place ?? dict.place;
}

/** The place of what stands at a path of keys and indices, or as far down as the path leads. */
export function placeOfPath(root: PyDict, path: readonly (string | number)[]): Place {
  let value: PyValue = root;
  for (const step of path) {
    const next: PyValue | undefined =
      value.kind === 'dict'
        ? dictGet(value, String(step))
        : value.kind === 'list'
          ? value.items[Number(step)]
          : undefined;
    if (next === undefined) break;
    value = next;
  }
  return value.place;
}

export function pyStr(value: string, place: Place): PyStr {
  return { kind: 'str', value, place };
}

export function pyDict(entries: readonly PyEntry[], place: Place): PyDict {
  return { kind: 'dict', entries, place };
}

/** Name of a value's type for messages, in YAML's words. */
export function kindName(value: PyValue): string {
  switch (value.kind) {
    case 'none':
      return 'nothing';
    case 'bool':
      return 'a boolean';
    case 'int':
      return 'an integer';
    case 'float':
      return 'a float';
    case 'str':
      return 'a string';
    case 'bytes':
      return 'binary data';
    case 'date':
    case 'datetime':
      return 'a date';
    case 'list':
      return 'a list';
    case 'set':
      return 'a set';
    case 'dict':
      return 'a mapping';
  }
}
