/** The shapes of fallback lists: targets by model group, and targets for every group. */
import { isMapping, listOf, type SettingRule } from './setting-rule.ts';
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
  if (typeof targets === 'string') return target(targets, below);
  // Parameters without a model are tried with the group itself.
  return targets === null ? wrongShape(below, targets, TARGETS) : lists(targets, writing, below);
});

/** `default_fallbacks`: a mapping without `model` is a list of another shape that went astray. */
export const targetFallbacks: SettingRule = listOf(TARGETS, (entry, _writing, at = []) =>
  isMapping(entry) && entry['model'] === undefined ? wrongShape(at, entry, TARGET) : target(entry, at),
);

const lists = listOf(TARGETS, (entry, _writing, at = []) => target(entry, at));

function target(value: unknown, at: SettingPath): SettingProblem | null {
  if (typeof value === 'string') return value === '' ? wrongShape(at, value, TARGET, 'an empty name') : null;
  if (!isMapping(value)) return wrongShape(at, value, TARGET);
  const model = value['model'];
  return model === undefined || typeof model === 'string'
    ? null
    : wrongShape([...at, 'model'], model, { ...TARGET, expected: 'the name of a model' });
}
