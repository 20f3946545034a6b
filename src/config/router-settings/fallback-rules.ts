/** The shapes of fallback lists: targets by model group, and targets for every group. */
import { nearestName } from '../../errors/nearest-name.ts';
import { isMapping, listOf, type SettingRule, type Writing } from './setting-rule.ts';
import { type SettingPath, type SettingProblem, wrongShape } from './setting-problem.ts';

const GROUPS = {
  expected: 'a list of entries, each one model group with its fallbacks',
  example: '[{gpt-4o: [gpt-4o-mini]}]',
};
const GROUP = { ...GROUPS, expected: 'one model group with its fallbacks' };
const TARGETS = { expected: 'a list of models', example: '[gpt-4o-mini]' };
const TARGET = { expected: 'the name of a model, or a mapping with `model`', example: 'gpt-4o-mini' };

/** `fallbacks` and its two siblings. A single name may stand in the place of a list. */
export const groupFallbacks: SettingRule = listOf(GROUPS, (entry, writing, at = []) => {
  if (!isMapping(entry)) return wrongShape(at, entry, GROUP);
  const groups = Object.entries(entry);
  const [first] = groups;
  if (first === undefined || groups.length > 1)
    return wrongShape(at, entry, GROUP, groups.length === 0 ? 'nothing' : 'several groups');
  const [group, targets] = first;
  const below = [...at, group];
  if (typeof targets === 'string') return target(targets, writing, below);
  // Parameters without a model are tried with the group itself.
  return targets === null ? wrongShape(below, targets, TARGETS) : lists(targets, writing, below);
});

/** `default_fallbacks`: a mapping without `model` is a list of another shape that went astray. */
export const targetFallbacks: SettingRule = listOf(TARGETS, (entry, writing, at = []) =>
  isMapping(entry) && entry['model'] === undefined ? wrongShape(at, entry, TARGET) : target(entry, writing, at),
);

const lists = listOf(TARGETS, target);

function target(value: unknown, writing: Writing, at: SettingPath = []): SettingProblem | null {
  if (typeof value === 'string') return value === '' ? wrongShape(at, value, TARGET, 'an empty name') : null;
  if (!isMapping(value)) return wrongShape(at, value, TARGET);
  const model = value['model'];
  if (model !== undefined && typeof model !== 'string')
    return wrongShape([...at, 'model'], model, { ...TARGET, expected: 'the name of a model' });
  const slip = writing.refusesSlips === true ? misspelledModel(value) : null;
  return slip === null ? null : { kind: 'name', at, what: 'member of a fallback', given: slip, known: ['model'] };
}

const WRONG_NAMES: ReadonlySet<string> = new Set(['model_name', 'modelName']);

/** The member of a fallback without `model` that was meant to be it; null: there is none, or nothing is missing. */
export function misspelledModel(target: Readonly<Record<string, unknown>>): string | null {
  if (target['model'] !== undefined) return null;
  const names = Object.keys(target);
  return names.find((name) => WRONG_NAMES.has(name) || nearestName(name, ['model'], 2) !== null) ?? null;
}
