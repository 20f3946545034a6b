/**
 * `os.environ/NAME` anywhere in the document. A reference becomes the variable's text, or a boolean when the text is
 * `true` or `false` (LiteLLM's `get_secret`), or nothing when the variable is not set.
 *
 * Two readings of one document: `exact` does what LiteLLM does at load (no strings inside lists, only the process
 * environment) because deployment ids are made of it; the other also resolves list items and takes
 * `environment_variables` of the file for variables that the process does not have.
 */
import type { PyDict, PyEntry, PyValue } from './yaml/py-value.ts';

const REFERENCE_PREFIX = 'os.environ/';

export interface MissingVariable {
  readonly value: PyValue;
  /** Dotted path from the root that was resolved. */
  readonly path: string;
  readonly name: string;
}

export interface ReferenceOptions {
  lookup(name: string): string | undefined;
  /** Resolve strings that stand directly in a list. */
  readonly listItems: boolean;
  /** Called once per reference whose variable is not set. */
  onMissing?(missing: MissingVariable): void;
}

/** The variable that a value names, null when it is no reference. */
export function referenceName(value: PyValue): string | null {
  if (value.kind !== 'str' || !value.value.startsWith(REFERENCE_PREFIX)) return null;
  return value.value.replaceAll(REFERENCE_PREFIX, '');
}

function resolvedText(text: string, value: PyValue): PyValue {
  const word = text.trim().toLowerCase();
  // LiteLLM-compat: a variable that says "true" is a boolean, whatever the key wants.
  if (word === 'true' || word === 'false') return { kind: 'bool', value: word === 'true', place: value.place };
  return { kind: 'str', value: text, place: value.place };
}

/** Resolves one document; shared values (aliases) stay shared. Cost: one visit per value. */
export class ReferenceResolver {
  readonly #options: ReferenceOptions;
  readonly #made = new Map<PyValue, PyValue>();

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  value(value: PyValue, path: string): PyValue {
    if (value.kind === 'dict') return this.dict(value, path);
    if (value.kind === 'list') return this.#list(value, path);
    return this.#scalar(value, path);
  }

  dict(dict: PyDict, path: string): PyDict {
    const known = this.#made.get(dict);
    if (known !== undefined) return known as PyDict;
    const entries = dict.entries.map((entry): PyEntry => {
      const name = entry.key.kind === 'str' ? entry.key.value : '?';
      return { key: entry.key, value: this.value(entry.value, path === '' ? name : `${path}.${name}`) };
    });
    const made: PyDict = { kind: 'dict', entries, place: dict.place };
    this.#made.set(dict, made);
    return made;
  }

  #list(list: PyValue & { readonly items: readonly PyValue[] }, path: string): PyValue {
    const known = this.#made.get(list);
    if (known !== undefined) return known;
    const items = list.items.map((item, index) => {
      if (item.kind === 'dict') return this.dict(item, `${path}[${index}]`);
      return this.#options.listItems ? this.value(item, `${path}[${index}]`) : item;
    });
    const made = { ...list, items } as PyValue;
    this.#made.set(list, made);
    return made;
  }

  #scalar(value: PyValue, path: string): PyValue {
    const name = referenceName(value);
    if (name === null) return value;
    const text = this.#options.lookup(name);
    if (text !== undefined) return resolvedText(text, value);
    this.#options.onMissing?.({ value, path, name });
    return { kind: 'none', place: value.place };
  }
}
