/** Settings from a configuration's `acceleration:` block and the environment. Pure: whoever reads those hands them in. */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { readComponentEntry } from './component-entry.ts';
import { componentKind, isComponentName, SWITCH_VARIABLE, VARIABLE_PREFIX } from './component-name.ts';
import type { ComponentSettings, ModeSetting, RolloutSettings } from './contract.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { parseMode } from './mode-text.ts';
import { RolloutSettingsError } from './settings-error.ts';

const BLOCK = 'acceleration';

export interface SettingsSources {
  /** The block as parsed from YAML or JSON; undefined: there is none. */
  readonly block?: JsonValue | undefined;
  readonly environment?: ReadonlyMap<string, string>;
  /** Variables that begin with `FAST_LITELLM_` and mean something else. */
  readonly reserved?: ReadonlySet<string>;
}

/** @throws RolloutSettingsError that names the place and the remedy */
export function readSettings({
  block,
  environment = new Map(),
  reserved = new Set(),
}: SettingsSources): RolloutSettings {
  const members = readBlock(block);
  const defaults =
    members['defaults'] == null
      ? DEFAULT_SETTINGS
      : readComponentEntry(`${BLOCK}.defaults`, members['defaults'], DEFAULT_SETTINGS);
  return Object.freeze({
    switchedOffBy: switchIn(environment) ?? switchOf(members),
    defaults,
    components: readComponents(members, defaults),
    environment: readModes(environment, reserved),
  });
}

/** `acceleration: off` is `acceleration: {enabled: false}`. */
function readBlock(block: JsonValue | undefined): JsonObject {
  if (block == null) return {};
  if (isJsonObject(block)) return block;
  const word = typeof block === 'string' ? block.trim().toLowerCase() : block;
  if (word === false || word === 'off') return { enabled: false };
  if (word === true || word === 'on') return { enabled: true };
  throw new RolloutSettingsError(BLOCK, 'not a mapping', 'Write `acceleration: off`, or a mode under each component.');
}

function switchOf(members: JsonObject): string | null {
  const enabled = members['enabled'] ?? true;
  if (typeof enabled !== 'boolean')
    throw new RolloutSettingsError(`${BLOCK}.enabled`, 'neither true nor false', 'Write true or false.');
  return enabled ? null : `${BLOCK}.enabled`;
}

function switchIn(environment: ReadonlyMap<string, string>): string | null {
  switch (environment.get(SWITCH_VARIABLE)?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'on':
    case 'true':
      return null;
    case 'off':
    case 'false':
      return SWITCH_VARIABLE;
    default:
      throw new RolloutSettingsError(
        SWITCH_VARIABLE,
        'neither on nor off',
        'Write on or off; modes belong to one component, e.g. FAST_LITELLM_TOKENIZER=shadow.',
      );
  }
}

/** Kinds before names, so that `route:/v1/embeddings` begins with what `route` says. */
function readComponents(members: JsonObject, defaults: ComponentSettings): ReadonlyMap<string, ComponentSettings> {
  const components = new Map<string, ComponentSettings>();
  const names = Object.keys(members).filter((name) => name !== 'defaults' && name !== 'enabled');
  for (const name of [...names].sort((one, other) => one.length - other.length)) {
    const key = `${BLOCK}.${name}`;
    if (!isComponentName(name))
      throw new RolloutSettingsError(
        key,
        'no name of a component',
        'Write one as tokenizer or "route:/v1/embeddings".',
      );
    const base = components.get(componentKind(name)) ?? defaults;
    const value = members[name];
    components.set(name, value == null ? base : readComponentEntry(key, value, base));
  }
  return components;
}

function readModes(
  environment: ReadonlyMap<string, string>,
  reserved: ReadonlySet<string>,
): ReadonlyMap<string, ModeSetting | null> {
  const modes = new Map<string, ModeSetting | null>();
  for (const [name, value] of environment) {
    if (!name.startsWith(VARIABLE_PREFIX) || reserved.has(name) || value.trim() === '') continue;
    modes.set(name, parseMode(value));
  }
  return modes;
}
