/**
 * What is wrong with one setting of the router. Whoever tells it has its own words around it: the gateway names the line of
 * the file, the library the option. Names of settings and groups may be in it, values never: they may be secrets.
 */
import { kindOfValue } from '../../errors/kind-of-value.ts';

/** Below the setting itself: `['gpt-4o', 0]` is the first entry of what it says about `gpt-4o`. */
export type SettingPath = readonly (string | number)[];

export type SettingProblem =
  | {
      readonly kind: 'shape';
      readonly at: SettingPath;
      /** What has to be there: `a number, 0 or more`. */
      readonly expected: string;
      /** What is there, without its value: `a string`, `a negative number`. */
      readonly found: string;
      /** A value that is right, as YAML. */
      readonly example: string;
    }
  | {
      readonly kind: 'name';
      readonly at: SettingPath;
      /** What has an unknown name: `routing strategy`. */
      readonly what: string;
      readonly given: string;
      readonly known: readonly string[];
    };

export interface Expectation {
  readonly expected: string;
  readonly example: string;
}

/** @param found what is there, where its kind alone does not say what is wrong */
export function wrongShape(
  at: SettingPath,
  value: unknown,
  { expected, example }: Expectation,
  found = kindOfValue(value),
): SettingProblem {
  return { kind: 'shape', at, expected, found, example };
}

/** What is there as a file says it: its lists are not arrays. */
export function inYamlWords(found: string): string {
  if (found === 'an array') return 'a list';
  if (found === 'an object') return 'a mapping';
  return found === 'null' ? 'nothing' : found;
}
