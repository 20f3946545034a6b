/** The components of the hook with their settings; loaded when the program loads something that one of them replaces. */
import type { Environment } from '../config/environment.ts';
import { nearestName } from '../errors/nearest-name.ts';
import { isJsonObject, type JsonValue } from '../protocol/json.ts';
import type {
  ComponentDefinition,
  ModeSetting,
  Rollout,
  RolloutComponent,
  RolloutEvent,
  RolloutLog,
  RolloutSettings,
} from '../rollout/contract.ts';
import { environmentVariableOf } from '../rollout/component-name.ts';
import { createRollout } from '../rollout/create-rollout.ts';
import { MODE_REMEDY, parseMode } from '../rollout/mode-text.ts';
import { readSettings } from '../rollout/read-settings.ts';
import { recommend } from '../rollout/recommend.ts';
import { renderStatusTable } from '../rollout/render-status-table.ts';
import { RolloutSettingsError } from '../rollout/settings-error.ts';
import type { ComponentName } from './contract.ts';
import { disturbed } from './disturb.ts';
import { isOwnFault } from './http-pool/own-fault.ts';
import { type MisspeltVariable, misspeltVariables } from './misspelt-variables.ts';
import { RESERVED_VARIABLES, VARIABLES } from './variables.ts';

const DEFINITIONS: readonly (ComponentDefinition & { readonly name: ComponentName })[] = [
  {
    name: 'tokenizer',
    replaces: 'js-tiktoken, tiktoken, @dqbd/tiktoken, gpt-tokenizer',
    sticky: ['call', 'content'],
    repeatable: 'always',
  },
  {
    name: 'http_pool',
    replaces: 'global fetch, under openai, @anthropic-ai/sdk, ai',
    sticky: ['call'],
    repeatable: 'after_failure',
    isOwnFault,
  },
  { name: 'completion', replaces: 'npm litellm, OpenAI', sticky: ['call'], repeatable: 'after_failure' },
  { name: 'rate_limiter', replaces: 'rate-limiter-flexible in memory', sticky: ['key', 'call'], repeatable: 'always' },
];

/** Their calls take microseconds. */
const QUICK_COMPONENTS: readonly ComponentName[] = ['tokenizer', 'rate_limiter'];
const MIN_SAMPLES = 3000;

export interface StartedRollout {
  readonly rollout: Rollout;
  readonly components: ReadonlyMap<ComponentName, RolloutComponent>;
}

export interface RolloutSource {
  readonly environment: Environment;
  readonly log: RolloutLog;
  /** Variables that are near one that means something; not told where there are none. */
  readonly onMisspelt: (variables: readonly MisspeltVariable[]) => void;
  /** Settings that cannot be used; then everything stays with the originals. */
  readonly onBadSettings: (message: string) => void;
}

export function startRollout({ environment, log, onMisspelt, onBadSettings }: RolloutSource): StartedRollout {
  const misspelt = misspeltVariables(environment, [
    ...Object.values(VARIABLES),
    ...DEFINITIONS.map(({ name }) => environmentVariableOf(name)),
  ]);
  if (misspelt.length > 0) onMisspelt(misspelt);
  try {
    return createComponents(settingsOf(environment), log);
  } catch (error) {
    onBadSettings(error instanceof Error ? error.message : String(error));
    // The warning of a process that is ending reaches nobody: the status says the place, too.
    const place = error instanceof RolloutSettingsError ? error.key : VARIABLES.acceleration;
    return createComponents({ ...readSettings({}), switchedOffBy: `settings that cannot be used (${place})` }, log);
  }
}

/** @throws RolloutSettingsError on a block that cannot be used */
export function settingsOf(environment: Environment, block: JsonValue | undefined = blockOf(environment)) {
  refuseTimeLimits(block);
  return readSettings({ block: withOwnDefaults(block), environment, reserved: RESERVED_VARIABLES });
}

/**
 * One that is set for every component (`defaults`) may be meant for those of a gateway; one of the hook's own would be
 * taken for a limit that holds.
 */
function refuseTimeLimits(block: JsonValue | undefined): void {
  if (!isJsonObject(block)) return;
  for (const { name } of DEFINITIONS) {
    const entry = block[name];
    if (!isJsonObject(entry) || entry['time_limit'] == null) continue;
    throw new RolloutSettingsError(
      `acceleration.${name}.time_limit`,
      'has no effect under the hook',
      QUICK_COMPONENTS.includes(name)
        ? 'Remove it: its calls are synchronous, and cannot be left before they end.'
        : "Remove it: how long a call may take is the program's own to say, with a signal or its client's timeout.",
    );
  }
}

/**
 * The first hundred calls of a function run before the engine has compiled it, which costs our code more than regular
 * expressions: a share of calls must not be taken back for that. Whatever a user says of latency wins.
 */
function withOwnDefaults(block: JsonValue | undefined): JsonValue | undefined {
  const members = block ?? {};
  if (!isJsonObject(members)) return block;
  const defaults = members['defaults'];
  if (isJsonObject(defaults) && defaults['latency_budget'] !== undefined) return block;
  const own = QUICK_COMPONENTS.map((name): [string, JsonValue] => [name, withPatience(members[name])]);
  return { ...members, ...Object.fromEntries(own) };
}

function withPatience(entry: JsonValue | undefined): JsonValue {
  const latency = { latency_budget: { min_samples: MIN_SAMPLES } };
  if (entry == null) return latency;
  if (!isJsonObject(entry)) return { mode: entry, ...latency };
  return entry['latency_budget'] === undefined ? { ...entry, ...latency } : entry;
}

/**
 * @param text as the program gave it
 * @throws TypeError on what is no text, RangeError on a text that is no mode
 */
export function modeOf(text: unknown): ModeSetting {
  if (typeof text !== 'string') throw new TypeError(`a mode is a text, not ${kindOf(text)}. ${MODE_REMEDY}`);
  const mode = parseMode(text);
  if (mode === null) throw new RangeError(`no mode: ${JSON.stringify(text)}. ${MODE_REMEDY}`);
  return mode;
}

/**
 * @param name as the program gave it
 * @throws TypeError on what is no text, RangeError on a component that is not here
 */
export function componentNameOf(name: unknown): ComponentName {
  const names = DEFINITIONS.map((each) => each.name);
  const remedy = `There are ${names.join(', ')}.`;
  if (typeof name !== 'string') throw new TypeError(`a component's name is a text, not ${kindOf(name)}. ${remedy}`);
  const known = names.find((each) => each === name);
  if (known !== undefined) return known;
  const meant = nearestName(name, names);
  const guess = meant === null ? '' : `Did you mean ${meant}? `;
  throw new RangeError(`no component: ${JSON.stringify(name)}. ${guess}${remedy}`);
}

/** @throws TypeError on what cannot be called */
export function listenerOf(listener: unknown): (event: RolloutEvent) => void {
  if (typeof listener === 'function') return listener as (event: RolloutEvent) => void;
  throw new TypeError(`a listener is a function that takes an event, not ${kindOf(listener)}.`);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

export { disturbed, recommend, renderStatusTable };

function createComponents(settings: RolloutSettings, log: RolloutLog): StartedRollout {
  const rollout = createRollout({ settings, log });
  return { rollout, components: new Map(DEFINITIONS.map((each) => [each.name, rollout.component(each)])) };
}

/** The `acceleration:` block as JSON in a variable, for programs without a configuration file. */
function blockOf(environment: Environment): JsonValue | undefined {
  const text = environment.get(VARIABLES.acceleration);
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new TypeError(`${VARIABLES.acceleration} is no JSON. Write e.g. {"tokenizer":{"mode":"shadow"}}.`);
  }
}
