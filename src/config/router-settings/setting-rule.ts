/** Rules for single values: numbers, switches, words out of a list. Nothing (`null`) means not set and is always right. */
import { type Expectation, type SettingPath, type SettingProblem, wrongShape } from './setting-problem.ts';

/** How values are written. */
export interface Writing {
  /** A number may be text: environment variables are never anything else. */
  readonly numbersAsText: boolean;
  /** A misspelled name among parameters, which could be a provider's, is refused. Default false: a file is only told. */
  readonly refusesSlips?: boolean;
}

/** @returns what is wrong first, or null */
export type SettingRule = (value: unknown, writing: Writing, at?: SettingPath) => SettingProblem | null;

export interface Amount {
  /** Default 0; null: negative numbers too. */
  readonly least?: number | null;
  readonly whole?: boolean;
  /** `null` and `false` take the bound away instead of leaving its default. */
  readonly mayBeUnbounded?: boolean;
  readonly example: string;
}

export function amount({ least = 0, whole = false, mayBeUnbounded = false, example }: Amount): SettingRule {
  const kind = whole ? 'a whole number' : 'a number';
  const range = least === null ? '' : `, ${least} or more`;
  const expectation: Expectation = { expected: `${kind}${range}${mayBeUnbounded ? ', or null' : ''}`, example };
  return (value, { numbersAsText }, at = []) => {
    if (value === null || (mayBeUnbounded && value === false)) return null;
    const number = numbersAsText ? readText(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return wrongShape(at, value, expectation);
    if (least !== null && number < least)
      return wrongShape(at, value, expectation, number < 0 ? 'a negative number' : 'a smaller number');
    return whole && !Number.isInteger(number) ? wrongShape(at, value, expectation, 'a fraction') : null;
  };
}

function readText(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

export const flag: SettingRule = (value, _writing, at = []) =>
  value === null || typeof value === 'boolean'
    ? null
    : wrongShape(at, value, { expected: 'true or false', example: 'true' });

/** @param what e.g. `routing strategy` */
export function oneOf(what: string, known: readonly string[]): SettingRule {
  return (value, _writing, at = []) => {
    if (value === null) return null;
    if (typeof value !== 'string')
      return wrongShape(at, value, { expected: `one of ${known.join(', ')}`, example: known[0] ?? '' });
    return known.includes(value) ? null : { kind: 'name', at, what, given: value, known };
  };
}

export function listOf(expectation: Expectation, item: SettingRule): SettingRule {
  return (value, writing, at = []) => {
    if (value === null) return null;
    if (!Array.isArray(value)) return wrongShape(at, value, expectation);
    for (const [index, entry] of (value as readonly unknown[]).entries()) {
      const problem =
        entry === null ? wrongShape([...at, index], entry, expectation) : item(entry, writing, [...at, index]);
      if (problem !== null) return problem;
    }
    return null;
  };
}

/** @param rule of each member, by its name */
export function mappingOf(expectation: Expectation, rule: (name: string) => SettingRule): SettingRule {
  return (value, writing, at = []) => {
    if (value === null) return null;
    if (!isMapping(value)) return wrongShape(at, value, expectation);
    for (const [name, member] of Object.entries(value)) {
      const problem = rule(name)(member, writing, [...at, name]);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export const anything: SettingRule = () => null;

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
