/**
 * Budgets of providers that no deployment has: a budget under a misspelled name restricts nothing. LiteLLM starts with it,
 * so it is told and not refused.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { nearestName } from '../errors/nearest-name.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import { allProviders, findProvider } from '../providers/catalogue/catalogue.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import type { TellStray } from './router-settings/stray-fallbacks.ts';
import type { Deployment } from './snapshot.ts';

export interface ProviderBudgetSources {
  readonly router: JsonObject;
  readonly deployments: readonly Deployment[];
  readonly environment: ReadonlyMap<string, string>;
}

export function tellStrayBudgets({ router, deployments, environment }: ProviderBudgetSources, tell: TellStray): void {
  const budgets = router['provider_budget_config'];
  if (!isJsonObject(budgets)) return;
  const served = deployments.map((deployment) => providerOf(deployment, environment));
  for (const name of Object.keys(budgets)) {
    const at = ['router_settings', 'provider_budget_config', name];
    if (served.includes(name)) continue;
    if (findProvider(name) === null) {
      const nearest = nearestName(
        name,
        [...allProviders()].map((row) => row.name),
      );
      const hint = nearest === null ? 'check the spelling' : `did you mean ${nearest}?`;
      tell(at, `no provider has this name, so that the budget restricts nothing; ${hint}`);
    } else if (!served.includes(null))
      tell(at, 'no deployment has this provider, so that the budget restricts nothing');
  }
}

/** null: the name does not tell, as that of a wildcard for any provider. */
function providerOf({ model, params }: Deployment, environment: ReadonlyMap<string, string>): string | null {
  const { custom_llm_provider: named, api_base: base } = params;
  if (model.startsWith('*')) return null;
  try {
    const request = {
      model,
      customLlmProvider: typeof named === 'string' ? named : null,
      apiBase: typeof base === 'string' ? base : null,
      apiKey: null,
    };
    return resolveProvider(request, environment).provider;
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}
