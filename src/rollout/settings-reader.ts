/** Reads one mapping of the `acceleration:` block member by member; every fault names its place and its remedy. */
import { nearestName } from '../errors/nearest-name.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { parseDuration } from './duration.ts';
import { isPercent } from './mode-text.ts';
import { RolloutSettingsError } from './settings-error.ts';

export class SettingsReader {
  readonly #key: string;
  readonly #members: JsonObject;

  /** @throws RolloutSettingsError when the value is no mapping, or has a member that is not among `known` */
  constructor(key: string, value: JsonValue, known: readonly string[]) {
    if (!isJsonObject(value))
      throw new RolloutSettingsError(key, 'not a mapping', `Its members are ${known.join(', ')}.`);
    const foreign = Object.keys(value).find((name) => !known.includes(name));
    if (foreign !== undefined) throw foreignMember(key, foreign, known);
    this.#key = key;
    this.#members = value;
  }

  keyOf(name: string): string {
    return `${this.#key}.${name}`;
  }

  /** Undefined where it is not set; YAML's empty entry counts as that. */
  value(name: string): JsonValue | undefined {
    const value = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    return value === null ? undefined : value;
  }

  percent(name: string, fallback: number): number {
    return this.#number(name, fallback, { wanted: 'a percentage from 0 to 100', isValid: isPercent });
  }

  /** @param atLeast the smallest whole number that is allowed */
  count(name: string, fallback: number, atLeast: number): number {
    const isValid = (value: number): boolean => Number.isSafeInteger(value) && value >= atLeast;
    return this.#number(name, fallback, { wanted: `a whole number from ${atLeast}`, isValid });
  }

  factor(name: string, fallback: number): number {
    const isValid = (value: number): boolean => Number.isFinite(value) && value >= 1;
    return this.#number(name, fallback, { wanted: 'a number from 1', isValid });
  }

  durationMs(name: string, fallback: number): number {
    const value = this.value(name);
    if (value === undefined) return fallback;
    const ms = typeof value === 'string' ? parseDuration(value) : null;
    if (ms === null) this.fail(name, 'no span of time', 'Write one such as 500ms, 30s, 10m, 6h or 1d.');
    return ms;
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | null {
    const value = this.value(name);
    if (value === undefined) return null;
    return (
      words.find((word) => word === value) ?? this.fail(name, 'not one of its values', `Write ${words.join(', ')}.`)
    );
  }

  percents(name: string): readonly number[] | null {
    const value = this.value(name);
    if (value === undefined) return null;
    const numbers = isJsonArray(value) ? value : [value];
    return numbers.map((each) => (typeof each === 'number' ? each : Number.NaN));
  }

  /** An instant in ISO 8601. @returns Unix milliseconds */
  instantMs(name: string): number | null {
    const value = this.value(name);
    if (value === undefined) return null;
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? this.fail(name, 'no instant', 'Write one such as "2026-01-31T12:00:00Z".') : ms;
  }

  fail(name: string, problem: string, remedy: string): never {
    throw new RolloutSettingsError(this.keyOf(name), problem, remedy);
  }

  #number(name: string, fallback: number, rule: NumberRule): number {
    const value = this.value(name);
    if (value === undefined) return fallback;
    return typeof value === 'number' && rule.isValid(value)
      ? value
      : this.fail(name, `not ${rule.wanted}`, `Write ${rule.wanted}, e.g. ${fallback}.`);
  }
}

/** A member is named where it is near a known one or a plain word; anything else may be a key in the wrong place. */
function foreignMember(key: string, name: string, known: readonly string[]): RolloutSettingsError {
  const meant = nearestName(name, known);
  const shown = meant !== null || /^[a-z_]{1,40}$/i.test(name) ? `member ${name}, which` : 'member that';
  const guess = meant === null ? '' : `Did you mean ${meant}? `;
  return new RolloutSettingsError(
    key,
    `has a ${shown} means nothing here`,
    `${guess}Its members are ${known.join(', ')}.`,
  );
}

interface NumberRule {
  readonly wanted: string;
  readonly isValid: (value: number) => boolean;
}
