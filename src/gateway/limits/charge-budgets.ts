/** Charges the budgets with what a call has cost: its answer, and the streams before it that broke off and are paid too. */
import type { CostOf } from '../costing.ts';
import type { Settlement } from '../pipeline/pipeline.ts';
import type { Budgets } from './contract.ts';

export function chargeBudgets(budgets: Budgets | null, costOf: CostOf): (settlement: Settlement) => void {
  if (budgets === null) return () => {};
  return ({ target, tags, costUsd, brokenAttempts }) => {
    if (target !== null && costUsd !== null) budgets.charge({ deployment: target.deployment, tags, costUsd });
    for (const { target: broken, usage } of brokenAttempts) {
      const { deployment, apiBase } = broken;
      const call = { deployment, apiBase, family: 'chat', text: null } as const;
      const cost = costOf(call, { usage, model: null, serviceTier: null, body: null });
      if (cost !== null) budgets.charge({ deployment, tags, costUsd: cost });
    }
  };
}
