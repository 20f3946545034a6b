/**
 * The prices that the process knows, by LiteLLM's keys (`gpt-4o`, `azure/gpt-4o`, `bedrock/us-east-1/…`).
 *
 * Promises: nothing is read before the first look-up; a look-up is one or two map reads; `replace` is one assignment,
 * so a reader sees the old map or the new one, never a mixture; a map that is broken, too small or less than half of
 * the one in use is refused and the old one stays. Registered entries lie over the map and survive `replace`.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { compileGeneralizations, type GeneralizationRules } from './generalization-rules.ts';
import type { PriceEntry } from './price-entry.ts';

/** A validated price map. */
export interface PriceMap {
  readonly entries: ReadonlyMap<string, PriceEntry>;
  readonly rules: GeneralizationRules;
}

/** What readers of prices need; implemented by `PriceTable` and by the overlay of a configuration's deployments. */
export interface PriceLookup {
  /** Grows with every change; anything derived from prices is kept under it. */
  readonly version: number;
  get(key: string): PriceEntry | undefined;
  /** The key as the map spells it: exact, else without regard to case; null when unknown. */
  resolveKey(name: string): string | null;
  /** What the generalization rules say about a name that the map does not list. */
  factsOf(model: string): JsonObject | null;
  /** Provider of a bare name by the generalization rules. */
  providerOf(model: string): string | null;
  keys(): Iterable<string>;
}

/** Thrown by `parsePriceMap` and `PriceTable.replace`; the message says what is wrong and what to do. */
export class PriceMapError extends Error {
  override readonly name = 'PriceMapError';
}

const RESERVED_KEYS: ReadonlySet<string> = new Set(['sample_spec', 'fallback_generalizations']);
const GENERALIZATIONS_KEY = 'fallback_generalizations';
/** LiteLLM's bounds for a fetched map. */
const MINIMUM_MODELS = 50;
const MAXIMUM_SHRINK = 0.5;

/**
 * Parses and checks a price map in LiteLLM's format.
 * @throws PriceMapError when it is not one
 */
export function parsePriceMap(text: string): PriceMap {
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text) as JsonValue;
  } catch {
    throw new PriceMapError(
      'The price map is not valid JSON; use a file in the format of model_prices_and_context_window.json.',
    );
  }
  return toPriceMap(parsed);
}

/** @throws PriceMapError when the value is not an object of model entries */
export function toPriceMap(value: JsonValue): PriceMap {
  if (!isJsonObject(value)) {
    throw new PriceMapError('The price map is not a JSON object from model name to prices.');
  }
  const entries = new Map<string, PriceEntry>();
  for (const key of Object.keys(value)) {
    const entry = value[key];
    if (isJsonObject(entry)) entries.set(key, entry);
    else throw new PriceMapError(`The price map's entry for "${key}" is not an object.`);
  }
  if (modelCount(entries) === 0) throw new PriceMapError('The price map holds no model.');
  return { entries, rules: compileGeneralizations(value[GENERALIZATIONS_KEY]) };
}

function modelCount(entries: ReadonlyMap<string, PriceEntry>): number {
  let reserved = 0;
  for (const key of RESERVED_KEYS) if (entries.has(key)) reserved++;
  return entries.size - reserved;
}

export class PriceTable implements PriceLookup {
  readonly #load: () => PriceMap;
  #map: PriceMap | null = null;
  #lowerCase: ReadonlyMap<string, string> | null = null;
  readonly #registered = new Map<string, PriceEntry>();
  #version = 1;

  /** `load` runs at the first look-up; what it throws reaches that caller, and the next look-up tries again. */
  constructor(load: () => PriceMap) {
    this.#load = load;
  }

  get version(): number {
    return this.#version;
  }

  /** Number of models, without LiteLLM's two reserved keys. */
  get size(): number {
    return modelCount(this.#current().entries);
  }

  get(key: string): PriceEntry | undefined {
    return this.#registered.get(key) ?? this.#current().entries.get(key);
  }

  resolveKey(name: string): string | null {
    if (this.get(name) !== undefined) return name;
    this.#lowerCase ??= this.#spellings();
    const lowerCase = name.toLowerCase();
    return this.#lowerCase.get(lowerCase) ?? (this.get(lowerCase) === undefined ? null : lowerCase);
  }

  factsOf(model: string): JsonObject | null {
    return this.#current().rules.factsOf(model);
  }

  providerOf(model: string): string | null {
    return this.#current().rules.providerOf(model);
  }

  *keys(): Iterable<string> {
    const { entries } = this.#current();
    yield* entries.keys();
    for (const key of this.#registered.keys()) if (!entries.has(key)) yield key;
  }

  /**
   * Puts another map in the place of the current one.
   * @throws PriceMapError and keeps the current map when the new one has too few models
   */
  replace(next: PriceMap): void {
    const count = modelCount(next.entries);
    const before = modelCount(this.#current().entries);
    if (count < MINIMUM_MODELS && count < before) {
      throw new PriceMapError(
        `The new price map has ${count} models, fewer than ${MINIMUM_MODELS}; the old one stays in use.`,
      );
    }
    if (count < before * MAXIMUM_SHRINK) {
      throw new PriceMapError(
        `The new price map has ${count} models, less than half of the ${before} in use; the old one stays in use.`,
      );
    }
    this.#map = next;
    this.#changed();
  }

  /** Adds or overrides one entry for the life of the table. */
  set(key: string, entry: PriceEntry): void {
    this.#registered.set(key, entry);
    this.#changed();
  }

  #current(): PriceMap {
    this.#map ??= this.#load();
    return this.#map;
  }

  #changed(): void {
    this.#lowerCase = null;
    this.#version++;
  }

  /** By lower case, the keys that are not in lower case already; of two spellings the later one holds. */
  #spellings(): ReadonlyMap<string, string> {
    const spellings = new Map<string, string>();
    const add = (_entry: PriceEntry, key: string): void => {
      const lowerCase = key.toLowerCase();
      if (lowerCase !== key) spellings.set(lowerCase, key);
      else if (spellings.size > 0) spellings.delete(key);
    };
    const { entries } = this.#current();
    entries.forEach(add);
    this.#registered.forEach((entry, key) => {
      if (!entries.has(key)) add(entry, key);
    });
    return spellings;
  }
}
