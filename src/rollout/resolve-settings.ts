/** What holds for one component: its environment variable, its entry, its kind's entry, the defaults, itself. */
import { componentKind, environmentVariableOf } from './component-name.ts';
import type { ComponentDefinition, ComponentSettings, ModeSetting, RolloutSettings, StickyBy } from './contract.ts';
import { MODE_REMEDY } from './mode-text.ts';
import { RolloutSettingsError } from './settings-error.ts';

export interface ResolvedSettings extends ComponentSettings {
  readonly mode: ModeSetting;
  readonly modeFrom: string;
  readonly stickyBy: StickyBy;
}

/** @throws RolloutSettingsError when its variable holds no mode, or an identity is asked for that it has not */
export function resolveSettings(settings: RolloutSettings, definition: ComponentDefinition): ResolvedSettings {
  const { name, sticky, defaultMode = { mode: 'on' } } = definition;
  const entry = settings.components.get(name) ?? settings.components.get(componentKind(name)) ?? settings.defaults;
  const stickyBy = entry.stickyBy ?? sticky[0];
  if (!sticky.includes(stickyBy))
    throw new RolloutSettingsError(
      `acceleration.${name}.sticky`,
      `calls of ${name} have no such identity`,
      `Write ${sticky.join(', ')}.`,
    );
  const fromEnvironment = modeOfVariable(settings, name);
  return {
    ...entry,
    stickyBy,
    mode: fromEnvironment?.mode ?? entry.mode ?? defaultMode,
    modeFrom: fromEnvironment?.variable ?? entry.modeFrom ?? 'default',
  };
}

/** What is set although no component of that name was created. */
export function unknownNames(settings: RolloutSettings, names: Iterable<string>): readonly string[] {
  const known = new Set<string>();
  for (const name of names) {
    for (const each of [name, componentKind(name)]) known.add(each).add(environmentVariableOf(each));
  }
  // A value that is no mode was meant for something else.
  const variables = [...settings.environment].filter(([, mode]) => mode !== null).map(([variable]) => variable);
  return [...settings.components.keys(), ...variables].filter((each) => !known.has(each)).sort();
}

function modeOfVariable(
  settings: RolloutSettings,
  name: string,
): { readonly mode: ModeSetting; readonly variable: string } | null {
  for (const each of [name, componentKind(name)]) {
    const variable = environmentVariableOf(each);
    const mode = settings.environment.get(variable);
    if (mode === null) throw new RolloutSettingsError(variable, 'not a mode', MODE_REMEDY);
    if (mode !== undefined) return { mode, variable };
  }
  return null;
}
