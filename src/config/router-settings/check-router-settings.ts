/**
 * The settings of the router in a file, held to the rules that the library's `Router` has too: a value that cannot be meant
 * is refused at the start and at a reload, with its line, and never with what stands there.
 */
import { nearestName } from '../../errors/nearest-name.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { ConfigError } from '../config-error.ts';
import type { Findings } from '../findings.ts';
import { placeOfPath, type PyDict } from '../yaml/py-value.ts';
import { settingProblem } from './router-setting-rules.ts';
import { inYamlWords, type SettingPath, type SettingProblem } from './setting-problem.ts';

export interface RouterSettingsSources {
  /** The document, for the lines of what is wrong. */
  readonly root: PyDict;
  readonly router: JsonObject;
  readonly litellm: JsonObject;
}

/** What the router falls back to where `router_settings` says nothing. */
const OF_LITELLM = [
  'num_retries',
  'allowed_fails',
  'max_fallbacks',
  'fallbacks',
  'default_fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
];

/** Strategies that LiteLLM has and this gateway has not. */
const NOT_NATIVE_STRATEGIES: ReadonlySet<unknown> = new Set(['lar1']);

/** @throws ConfigError `invalid_value` for the first value that is wrong */
export function checkRouterSettings({ root, router, litellm }: RouterSettingsSources, findings: Findings): void {
  const writing = { numbersAsText: true };
  const check = (section: string, settings: JsonObject, name: string): void => {
    const problem = settingProblem(name, settings[name] ?? null, writing);
    if (problem !== null) throw refusal(root, [section, name, ...problem.at], problem);
  };
  for (const name of Object.keys(router)) {
    if (name === 'routing_strategy' && NOT_NATIVE_STRATEGIES.has(router[name]))
      findings.key(`router_settings.${name}`, 'fallback', 'this strategy is not native yet: simple-shuffle is used');
    else check('router_settings', router, name);
  }
  for (const name of OF_LITELLM) check('litellm_settings', litellm, name);
}

function refusal(root: PyDict, path: SettingPath, problem: SettingProblem): ConfigError {
  const place = { ...placeOfPath(root, path), key: pathText(path) };
  if (problem.kind === 'shape') {
    const fault = `expected ${problem.expected}, found ${inYamlWords(problem.found)}`;
    return new ConfigError('invalid_value', place, fault, `Write for instance ${problem.example}.`);
  }
  const { what, given, known } = problem;
  const nearest = nearestName(given, known);
  const hint = nearest === null ? '' : `Did you mean ${nearest}? `;
  return new ConfigError('invalid_value', place, `unknown ${what}`, `${hint}Write one of ${known.join(', ')}.`);
}

/** `['router_settings', 'fallbacks', 0, 'gpt']` as `router_settings.fallbacks[0].gpt`. */
export function pathText([first, ...rest]: SettingPath): string {
  return `${first}${rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`;
}
