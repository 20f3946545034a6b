/** Puts the gateway's folders under the commands; loaded only by those that need them. */
import { checkConfig } from '../config/check.ts';
import { hasMock } from '../gateway/mock/mock-plan.ts';
import { ConfigStore } from '../config/config-store.ts';
import type { CatalogueKeys } from '../config/quick-start.ts';
import type { Deployment } from '../config/snapshot.ts';
import { limitMemoryFor } from '../gateway/limits/limit-memory.ts';
import { explainServing } from '../gateway/fallback/explain-serving.ts';
import { startServing } from '../gateway/threads/start-serving.ts';
import { loadBuiltInPrices } from '../pricing/load-built-in.ts';
import { PriceTable } from '../pricing/price-table.ts';
import { allProviders, findProvider } from '../providers/catalogue/catalogue.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import type { Modules } from './ports.ts';

export function createModules(env: ReadonlyMap<string, string>): Modules {
  return {
    openConfig: ({ path, document }) => ConfigStore.open({ path, document, env }),
    checkConfig: (path, withFallback) =>
      checkConfig(path, env, {
        notNative: (deployment) => notNative(deployment, env),
        // Where limits are counted, Redis too, is read by the start alone.
        verify: (snapshot) => void limitMemoryFor(snapshot, null),
        ...(withFallback ? { serving: (snapshot) => explainServing(snapshot, new PriceTable(loadBuiltInPrices)) } : {}),
      }),
    startServing,
    providerKeys,
  };
}

function* providerKeys(): Generator<CatalogueKeys> {
  for (const row of allProviders()) {
    // Providers without a base URL of their own need more than a key.
    const native = row.wire === 'openai' && row.apiBase !== null;
    if (!row.prefix || (!native && row.wire !== 'foreign')) continue;
    const usual = `${row.name.toUpperCase()}_API_KEY`;
    yield { name: row.name, keyVariables: row.apiKeyEnv.length > 0 ? row.apiKeyEnv : [usual], native };
  }
}

/** Why a deployment's provider is not served natively; null when it is, asks nobody, or the name does not tell. */
function notNative(deployment: Deployment, env: ReadonlyMap<string, string>): string | null {
  if (hasMock(deployment.params)) return null;
  const { custom_llm_provider: named, api_base: base } = deployment.params;
  let provider: string | null;
  try {
    provider = resolveProvider(
      {
        model: deployment.model,
        customLlmProvider: typeof named === 'string' ? named : null,
        apiBase: typeof base === 'string' ? base : null,
        apiKey: null,
      },
      env,
    ).provider;
  } catch {
    return null;
  }
  const row = provider === null ? null : findProvider(provider);
  return row?.wire === 'foreign' ? `the provider ${row.name} is not served natively yet` : null;
}
