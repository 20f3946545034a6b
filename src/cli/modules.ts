/** Puts the gateway's folders under the commands; loaded only by those that need them. */
import { checkConfig } from '../config/check.ts';
import { ConfigStore } from '../config/config-store.ts';
import type { CatalogueKeys } from '../config/quick-start.ts';
import type { Deployment } from '../config/snapshot.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import { allProviders, findProvider } from '../providers/catalogue/catalogue.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import type { Modules } from './ports.ts';

export function createModules(env: ReadonlyMap<string, string>): Modules {
  return {
    openConfig: ({ path, document }) => ConfigStore.open({ path, document, env }),
    checkConfig: (path) => checkConfig(path, env, { notNative: (deployment) => notNative(deployment, env) }),
    startGateway,
    providerKeys,
  };
}

function* providerKeys(): Generator<CatalogueKeys> {
  for (const row of allProviders()) {
    // Providers without a base URL of their own need more than a key.
    const native = row.wire === 'openai' && row.apiBase !== null;
    if (row.prefix && (native || row.wire === 'foreign')) {
      yield { name: row.name, keyVariables: row.apiKeyEnv, native };
    }
  }
}
