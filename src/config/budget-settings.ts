/**
 * Budgets as written: `router_settings.provider_budget_config`, `litellm_settings.tag_budget_config`, and `max_budget` with
 * `budget_duration` of a deployment. Pure. A budget restricts, so what cannot be read is refused and never left out.
 *
 * Differs from LiteLLM, which leaves out a budget without a period, one of 0, and one whose period it cannot read: here a
 * budget without a period lasts as long as the gateway, and one of 0 allows nothing.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { Deployment } from './snapshot.ts';

export type BudgetKind = 'provider' | 'deployment' | 'tag';

/** How long spend counts, from the first call on. Months are those of the calendar. */
export type BudgetPeriod = { readonly ms: number } | { readonly months: number };

export interface BudgetSetting {
  readonly kind: BudgetKind;
  /** Of the provider or the tag; id of the deployment. */
  readonly name: string;
  readonly limitUsd: number;
  /** null: as long as the gateway runs. */
  readonly period: BudgetPeriod | null;
  /** As written. */
  readonly duration: string | null;
}

/** @param key path of the setting from the top of the file */
export type RefuseSetting = (key: string, problem: string, remedy: string) => never;

export interface BudgetSources {
  readonly router: JsonObject;
  readonly litellm: JsonObject;
  readonly deployments: readonly Deployment[];
}

/** Each provider, deployment and tag once. */
export function readBudgets({ router, litellm, deployments }: BudgetSources, refuse: RefuseSetting): BudgetSetting[] {
  return [
    ...namedBudgets('provider', router['provider_budget_config'], 'router_settings.provider_budget_config', refuse),
    ...deploymentBudgets(deployments, refuse),
    ...namedBudgets('tag', litellm['tag_budget_config'], 'litellm_settings.tag_budget_config', refuse),
  ];
}

function namedBudgets(
  kind: BudgetKind,
  value: JsonValue | undefined,
  path: string,
  refuse: RefuseSetting,
): BudgetSetting[] {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) return refuse(path, 'expected a mapping', `Write one entry for each ${kind}.`);
  return Object.entries(value).map(([name, entry]) => {
    if (!isJsonObject(entry)) return refuse(`${path}.${name}`, 'expected a mapping', REMEDY);
    const limit = entry['budget_limit'] ?? entry['max_budget'];
    const duration = entry['time_period'] ?? entry['budget_duration'];
    return readBudget({ kind, name, path: `${path}.${name}` }, { limit, duration }, refuse);
  });
}

function deploymentBudgets(deployments: readonly Deployment[], refuse: RefuseSetting): BudgetSetting[] {
  const found = new Map<string, BudgetSetting>();
  for (const { id, params } of deployments) {
    const { max_budget: limit, budget_duration: duration } = params;
    if (limit === undefined || limit === null || found.has(id)) continue;
    const path = `model_list[id=${id}].litellm_params`;
    found.set(id, readBudget({ kind: 'deployment', name: id, path }, { limit, duration }, refuse));
  }
  return [...found.values()];
}

interface Named {
  readonly kind: BudgetKind;
  readonly name: string;
  readonly path: string;
}

interface Written {
  readonly limit: JsonValue | undefined;
  readonly duration: JsonValue | undefined;
}

function readBudget({ kind, name, path }: Named, written: Written, refuse: RefuseSetting): BudgetSetting {
  const read = parseBudget(written);
  return 'problem' in read ? refuse(path, read.problem, REMEDY) : { kind, name, ...read };
}

export interface BudgetFault {
  readonly of: 'limit' | 'duration';
  readonly problem: string;
}

/** A number of dollars may be text; a switch is none. */
export function parseBudget({ limit, duration }: Written): Omit<BudgetSetting, 'kind' | 'name'> | BudgetFault {
  const limitUsd = typeof limit === 'string' && limit.trim() !== '' ? Number(limit) : limit;
  if (typeof limitUsd !== 'number' || !Number.isFinite(limitUsd) || limitUsd < 0)
    return { of: 'limit', problem: 'a budget needs a number of US dollars, 0 or more' };
  if (duration === undefined || duration === null) return { limitUsd, period: null, duration: null };
  const period = typeof duration === 'string' ? parsePeriod(duration) : null;
  if (typeof duration !== 'string' || period === null)
    return { of: 'duration', problem: 'the period of the budget cannot be read' };
  return { limitUsd, period, duration };
}

const REMEDY = 'Write for instance budget_limit: 100 and time_period: 30d (s, m, h, d, w or mo).';
const WORDS: ReadonlyMap<string, string> = new Map([
  ['hourly', '1h'],
  ['daily', '24h'],
  ['weekly', '7d'],
  ['monthly', '30d'],
]);
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** LiteLLM-compat: what follows the unit is not looked at, so that `30days` is 30 days. */
export function parsePeriod(text: string): BudgetPeriod | null {
  const match = /^(\d+)(mo|[smhdw])/.exec(WORDS.get(text.trim().toLowerCase()) ?? text);
  const amount = Number(match?.[1]);
  const unit = match?.[2];
  if (unit === undefined || !Number.isSafeInteger(amount) || amount < 1) return null;
  if (unit === 'mo') return amount > MOST_MONTHS ? null : { months: amount };
  const ms = amount * (UNITS.get(unit) ?? Number.NaN);
  return Number.isSafeInteger(ms) ? { ms } : null;
}

const MOST_MONTHS = 12_000;
