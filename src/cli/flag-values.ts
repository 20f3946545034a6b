/**
 * Reads flag values as click does: where LiteLLM accepts `True`, `yes` or `1` for a switch in the environment, so do we.
 * A wrong value on the command line is a usage error. A wrong value in a variable is one too, except for switches:
 * `DEBUG=express:*` belongs to another program and only earns a notice.
 */
import { FLAGS, type Flag } from './flags.ts';
import { UsageError } from './usage-error.ts';

type FlagValue = string | number | boolean;

export interface FlagValues {
  readonly values: ReadonlyMap<string, FlagValue>;
  /** Flags that were given on the command line, not by a variable. */
  readonly given: ReadonlySet<string>;
  /** One line each, for the user, already complete sentences. */
  readonly notices: readonly string[];
}

const TRUE_WORDS = new Set(['1', 'true', 't', 'yes', 'y', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

/** @param given values of the command line by flag name: `true` for a switch, else text */
export function readFlagValues(
  given: ReadonlyMap<string, string | boolean>,
  environment: ReadonlyMap<string, string>,
): FlagValues {
  const values = new Map<string, FlagValue>();
  const notices: string[] = [];
  for (const flag of FLAGS) {
    const text = given.get(flag.name);
    const value = text === undefined ? readVariable(flag, environment, notices) : readGiven(flag, text);
    if (value === undefined) continue;
    values.set(flag.name, value);
    if (flag.notice && value !== false) {
      notices.push(`--${flag.name} has no effect: ${flag.notice}.`);
    }
  }
  return { values, given: new Set(given.keys()), notices };
}

function readGiven(flag: Flag, text: string | boolean): FlagValue {
  if (typeof text === 'boolean') return text;
  return parseValue(flag, text, `option --${flag.name}`);
}

function readVariable(flag: Flag, environment: ReadonlyMap<string, string>, notices: string[]): FlagValue | undefined {
  if (flag.variable === undefined) return undefined;
  const text = environment.get(flag.variable);
  if (text === undefined || text === '') return undefined;
  if (flag.kind === 'switch') {
    const value = parseBoolean(text);
    if (value === undefined) {
      notices.push(`The variable ${flag.variable} is not a yes or no; --${flag.name} stays off.`);
    }
    return value;
  }
  return parseValue(flag, text, `variable ${flag.variable}`);
}

function parseValue(flag: Flag, text: string, where: string): FlagValue {
  switch (flag.kind) {
    case 'text':
    case 'optional-text':
      return text;
    case 'integer':
      return parseInteger(flag, text, where);
    case 'number': {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (Number.isFinite(value)) return value;
      throw new UsageError(`The ${where} needs a number, not "${text}".`);
    }
    case 'switch':
    case 'boolean': {
      const value = parseBoolean(text);
      if (value !== undefined) return value;
      throw new UsageError(`The ${where} needs true or false, not "${text}".`);
    }
  }
}

function parseInteger(flag: Flag, text: string, where: string): FlagValue {
  if (flag.word !== undefined && text.trim().toLowerCase() === flag.word) return flag.word;
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    const word = flag.word === undefined ? '' : ` or "${flag.word}"`;
    throw new UsageError(`The ${where} needs a whole number${word}, not "${text}".`);
  }
  const [low, high] = flag.range ?? [0, Number.MAX_SAFE_INTEGER];
  if (value < low || value > high) {
    throw new UsageError(`The ${where} must be between ${low} and ${high}, not ${value}.`);
  }
  return value;
}

function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  if (FALSE_WORDS.has(word)) return false;
  return undefined;
}
