/**
 * Budgets of providers, deployments and tags: a deployment whose provider or own budget is used up is left out, and a
 * request with a tag whose budget is used up finds none. A call counts when it is over, so that calls that run at the same
 * time may pass a budget together, as in LiteLLM, where besides each process counts for itself.
 */
import type { BudgetKind, BudgetSetting } from '../../config/budget-settings.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { pythonFloat } from '../../pricing/python-float.ts';
import type { BudgetLedger } from './budget-ledger.ts';
import type { Budgets } from './contract.ts';

export interface BudgetsOptions {
  readonly settings: readonly BudgetSetting[];
  readonly ledgerOf: (setting: BudgetSetting) => BudgetLedger;
  readonly providerOf: (deployment: Deployment) => string | null;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Row {
  readonly setting: BudgetSetting;
  readonly ledger: BudgetLedger;
}

/** @returns null where nothing has a budget */
export function createBudgets({ settings, ledgerOf, providerOf, now }: BudgetsOptions): Budgets | null {
  if (settings.length === 0) return null;
  const rowsOf = (kind: BudgetKind): ReadonlyMap<string, Row> =>
    new Map(
      settings
        .filter((setting) => setting.kind === kind)
        .map((setting) => [setting.name, { setting, ledger: ledgerOf(setting) }]),
    );
  const [providers, deployments, tags] = [rowsOf('provider'), rowsOf('deployment'), rowsOf('tag')];
  for (const { ledger } of providers.values()) ledger.open(now());
  return {
    exceeded({ id, provider, group, model }) {
      const ofProvider = provider === null ? undefined : overspent(providers.get(provider), now());
      if (ofProvider !== undefined)
        return `Exceeded budget for provider ${provider}: ${pythonFloat(ofProvider.spentUsd)} >= ${pythonFloat(ofProvider.limitUsd)}`;
      const own = overspent(deployments.get(id), now());
      if (own === undefined) return null;
      // LiteLLM-compat: the period stands where the limit should, if there is one.
      const named = `model_name: ${group}, litellm_params.model: ${model}, model_id: ${id}`;
      return `Exceeded budget for deployment ${named}: ${pythonFloat(own.spentUsd)} >= ${own.duration ?? pythonFloat(own.limitUsd)}`;
    },
    tagsExceeded(asked) {
      for (const tag of asked) {
        const over = overspent(tags.get(tag), now());
        if (over !== undefined)
          return `Exceeded budget for tag='${tag}', tag_spend=${pythonFloat(over.spentUsd)}, tag_budget_limit=${pythonFloat(over.limitUsd)}`;
      }
      return null;
    },
    charge({ deployment, tags: asked, costUsd }) {
      const at = now();
      const provider = providers.size === 0 ? null : providerOf(deployment);
      if (provider !== null) providers.get(provider)?.ledger.charge(costUsd, at);
      deployments.get(deployment.id)?.ledger.charge(costUsd, at);
      for (const tag of new Set(asked)) tags.get(tag)?.ledger.charge(costUsd, at);
    },
    providers: () =>
      [...providers.values()].map(({ setting, ledger }) => ({
        provider: setting.name,
        limitUsd: setting.limitUsd,
        duration: setting.duration,
        spentUsd: ledger.spentUsd(now()),
        endsAtMs: ledger.endsAt(now()),
      })),
  };
}

interface Overspent {
  readonly spentUsd: number;
  readonly limitUsd: number;
  readonly duration: string | null;
}

function overspent(row: Row | undefined, at: number): Overspent | undefined {
  if (row === undefined) return undefined;
  const { limitUsd, duration } = row.setting;
  const spentUsd = row.ledger.spentUsd(at);
  return spentUsd >= limitUsd ? { spentUsd, limitUsd, duration } : undefined;
}
