/**
 * What steers routing in an entry of `model_list` and is no limit: what its value may be, and what is used where it cannot
 * be read; and which unknown name is a known one misspelled. Pure.
 *
 * LiteLLM takes any value for these: each call of a deployment with `timeout: abc` then fails with status 500, with
 * `timeout: -1` with 408. A name that it does not know is a parameter of the provider, here too, so that `max_budgt` is no
 * budget; hence what is nearly the name of a limit is told.
 */
import { nearestName } from '../errors/nearest-name.ts';
import { OPENAI_CHAT_PARAMS } from '../providers/openai-param-names.ts';
import { isInternalKey } from '../providers/internal-keys.ts';
import { KNOWN_KEYS } from './known-keys.ts';
import { amount, type SettingRule } from './router-settings/setting-rule.ts';
import { inYamlWords, type SettingProblem } from './router-settings/setting-problem.ts';

interface DeploymentRule {
  readonly rule: SettingRule;
  /** What holds where the value cannot be read. */
  readonly instead: string;
}

export interface UnreadableSetting {
  /** `expected a number, 0 or more, found a string`. */
  readonly fault: string;
  readonly instead: string;
  /** `Write for instance 30.` */
  readonly remedy: string;
}

const seconds = amount({ example: '30' });
const count = amount({ whole: true, example: '3' });
const anyNumber = amount({ least: null, example: '1' });
const OF_ROUTER = 'the one of `router_settings` holds';

const PARAMS: ReadonlyMap<string, DeploymentRule> = new Map([
  ['timeout', { rule: seconds, instead: OF_ROUTER }],
  ['request_timeout', { rule: seconds, instead: 'the `timeout` of `router_settings` holds' }],
  ['stream_timeout', { rule: seconds, instead: OF_ROUTER }],
  ['cooldown_time', { rule: seconds, instead: OF_ROUTER }],
  ['num_retries', { rule: count, instead: OF_ROUTER }],
  ['weight', { rule: amount({ example: '2' }), instead: 'the deployment has no weight' }],
  ['order', { rule: anyNumber, instead: 'the deployment has no place in the order' }],
]);

const MODEL_INFO: ReadonlyMap<string, DeploymentRule> = new Map([
  ['cooldown_time', { rule: seconds, instead: OF_ROUTER }],
  ['allowed_fails', { rule: count, instead: OF_ROUTER }],
  ['order', { rule: anyNumber, instead: 'the deployment has no place in the order' }],
]);

const RULES = { litellm_params: PARAMS, model_info: MODEL_INFO } as const;

export type EntrySection = keyof typeof RULES;

/** What is wrong with a value; null for what is right and for what has no rule here. Text counts as its number. */
export function unreadableSetting(section: EntrySection, name: string, value: unknown): UnreadableSetting | null {
  const found = RULES[section].get(name);
  const problem = found?.rule(value, { numbersAsText: true }) ?? null;
  return found === undefined || problem === null ? null : { ...described(problem), instead: found.instead };
}

function described(problem: SettingProblem): Pick<UnreadableSetting, 'fault' | 'remedy'> {
  // Rules of single values know no names.
  if (problem.kind === 'name') throw new Error('a rule of a deployment has no names');
  const { expected, found, example } = problem;
  return { fault: `expected ${expected}, found ${inYamlWords(found)}`, remedy: `Write for instance ${example}.` };
}

/** Settings that restrict or steer: one of them under a wrong name is silently off. */
const RESTRICTING = [
  'rpm',
  'tpm',
  'itpm',
  'otpm',
  'max_parallel_requests',
  'max_budget',
  'budget_duration',
  'default_api_key_rpm_limit',
  'default_api_key_tpm_limit',
  'tags',
  'tag_regex',
  ...PARAMS.keys(),
];
const BY_LETTERS: ReadonlyMap<string, string> = new Map(RESTRICTING.map((name) => [letters(name), name]));
/** A provider may have parameters of any name, so only a slip of the pen counts: one in eight letters. */
const LETTERS_PER_SLIP = 8;

/** The limit, budget or routing setting that an unknown parameter is nearly the name of; null: it is nothing like one. */
export function misspelledSetting(name: string): string | null {
  if (KNOWN_KEYS.litellm_params.has(name) || isInternalKey(name) || OPENAI_CHAT_PARAMS.has(name)) return null;
  const given = letters(name);
  const near = nearestName(given, BY_LETTERS.keys(), Math.max(1, Math.floor(given.length / LETTERS_PER_SLIP)));
  // `height` is not `weight`: a slip is rarely in the first letter.
  return near === null || near.charAt(0) !== given.charAt(0) ? null : (BY_LETTERS.get(near) ?? null);
}

/** `maxBudget`, `max-budget` and `max_budget` have the same. */
function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}
