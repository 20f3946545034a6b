/**
 * Which values of `reasoning_effort` a deployment takes, from the flags of its price entry, and which ones all
 * deployments of a group take. null: nothing is known, and an unknown deployment does not narrow its group.
 */
import type { JsonObject, JsonValue } from '../protocol/json.ts';
import { textAt } from './price-entry.ts';
import type { PriceLookup } from './price-table.ts';
import { providerNaming } from './provider-names.ts';

/** The order in which levels are listed. */
const LEVELS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const FLAGS: readonly (readonly [string, string])[] = [
  ['none', 'supports_none_reasoning_effort'],
  ['minimal', 'supports_minimal_reasoning_effort'],
  ['low', 'supports_low_reasoning_effort'],
  ['xhigh', 'supports_xhigh_reasoning_effort'],
  ['max', 'supports_max_reasoning_effort'],
];
const ALWAYS: ReadonlySet<string> = new Set(['medium', 'high']);
/** Levels that a reasoning model takes unless its entry says no; the others only when it says yes. */
const UNLESS_DENIED: ReadonlySet<string> = new Set(['none', 'minimal', 'low']);

/** `described`: the price map, not the operator, says what kind of model this is. */
export function reasoningEfforts(info: JsonObject, described: boolean, prices: PriceLookup): readonly string[] | null {
  const reasons = info['supports_reasoning'];
  if (reasons === false) return [];
  const bare = bareEntry(info, prices);
  const flags = new Map(FLAGS.map(([level, field]) => [level, info[field] ?? bare[field] ?? null]));
  const anyFlag = [...flags.values()].some((flag) => flag !== null);
  if (reasons !== true && !anyFlag) return described ? [] : null;
  const declared = info['reasoning_effort_levels'] ?? bare['reasoning_effort_levels'];
  if (Array.isArray(declared)) return LEVELS.filter((level) => declared.includes(level));
  if (!anyFlag) return null;
  return LEVELS.filter((level) => ALWAYS.has(level) || takesLevel(level, flags.get(level), info));
}

function takesLevel(level: string, flag: JsonValue | undefined, info: JsonObject): boolean {
  if (flag === undefined) return false;
  if (!UNLESS_DENIED.has(level) || (level === 'none' && noneMustBeDeclared(info))) return flag === true;
  return flag !== false;
}

function noneMustBeDeclared(info: JsonObject): boolean {
  const key = textAt(info, 'key');
  return key !== null && providerNaming(textAt(info, 'litellm_provider')).noneEffortMustBeDeclared?.(key) === true;
}

/** The entry of the same model without its provider's prefix, where the flags often are. */
function bareEntry(info: JsonObject, prices: PriceLookup): JsonObject {
  const key = textAt(info, 'key');
  const prefix = `${textAt(info, 'litellm_provider') ?? ''}/`;
  return key?.startsWith(prefix) === true && prefix !== '/' ? (prices.get(key.slice(prefix.length)) ?? {}) : {};
}

/**
 * What all deployments take.
 * LiteLLM-compat: one deployment of which nothing is known makes the whole group unknown.
 */
export function commonEfforts(efforts: readonly (readonly string[] | null)[]): readonly string[] | null {
  let common: readonly string[] | null = null;
  for (const levels of efforts) {
    if (levels === null) return null;
    common = common === null ? levels : common.filter((level) => levels.includes(level));
  }
  return common;
}
