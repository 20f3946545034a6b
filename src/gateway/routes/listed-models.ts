/**
 * Which model names the gateway lists: visible aliases, then groups in the order of the configuration, then what
 * wildcard groups stand for according to the price map. O(price map) once per version of the map; kept by the routes.
 */
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import type { PriceLookup } from '../../pricing/price-table.ts';

export interface ListingOptions {
  readonly wildcardRoutes: boolean;
  readonly accessGroups: boolean;
}

/** Names without wildcard expansion; wildcard names are still among them. */
function configuredNames(snapshot: ConfigSnapshot): readonly string[] {
  const groups = new Set(snapshot.deployments.map((deployment) => deployment.modelName));
  const names = new Set<string>();
  for (const [alias, target] of snapshot.aliases) if (!target.hidden && groups.has(target.model)) names.add(alias);
  for (const name of groups) names.add(name);
  return [...names].filter((name) => !isPaused(name, snapshot));
}

/** `model_info.access_groups` of all deployments, with the groups that carry them. */
export function accessGroups(snapshot: ConfigSnapshot): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { modelName, modelInfo } of snapshot.deployments) {
    const names = modelInfo['access_groups'];
    if (!Array.isArray(names)) continue;
    for (const name of names) {
      if (typeof name !== 'string') continue;
      const members = found.get(name) ?? [];
      if (!members.includes(modelName)) members.push(modelName);
      found.set(name, members);
    }
  }
  return found;
}

/** LiteLLM's list of `/v1/models`; repeats included, as two wildcards may stand for the same name. */
export function listedNames(snapshot: ConfigSnapshot, prices: PriceLookup, options: ListingOptions): readonly string[] {
  const names = new Set(configuredNames(snapshot));
  if (options.accessGroups) for (const group of accessGroups(snapshot).keys()) names.add(group);
  const plain: string[] = [];
  const expanded: string[] = [];
  for (const name of names) {
    if (!name.includes('*')) {
      plain.push(name);
      continue;
    }
    if (options.wildcardRoutes) expanded.push(name);
    for (const deployment of snapshot.deployments) {
      if (deployment.modelName === name) expanded.push(...namesOfWildcard(name, deployment, prices));
    }
  }
  return [...plain, ...expanded];
}

/**
 * What a wildcard group of one deployment stands for: the models of the deployment's provider that the price map lists,
 * under the group's own prefix. Empty when nothing is known of the provider.
 */
export function namesOfWildcard(wildcard: string, deployment: Deployment, prices: PriceLookup): readonly string[] {
  const { model } = deployment;
  const pattern = wildcard === '*' && model.includes('*') && model.includes('/') ? model : wildcard;
  const slash = pattern.indexOf('/');
  if (slash === -1) return [];
  const prefix = pattern.slice(0, slash);
  const suffix = pattern.slice(slash + 1);
  const provider = model.split('/', 1)[0] ?? prefix;
  let models = modelsOfProvider(provider, prices);
  if (suffix !== '*') {
    const beginning = suffix.replaceAll('*', '');
    const narrowed = models.filter((name) => name.startsWith(beginning));
    models = narrowed.length > 0 ? narrowed : models.map((name) => beginning + name);
  }
  return models.map((name) => underPrefix(name, prefix, provider));
}

function underPrefix(name: string, prefix: string, provider: string): string {
  if (name.startsWith(`${prefix}/`)) return name;
  return name.startsWith(`${provider}/`) ? `${prefix}/${name.slice(provider.length + 1)}` : `${prefix}/${name}`;
}

function modelsOfProvider(provider: string, prices: PriceLookup): readonly string[] {
  const models: string[] = [];
  for (const key of prices.keys()) {
    if (key === 'sample_spec' || key.startsWith('ft:')) continue;
    const listed = prices.get(key)?.['litellm_provider'];
    if (typeof listed === 'string' && belongsTo(listed, provider)) models.push(key);
  }
  return models;
}

/** The price map splits a few providers by API: `bedrock_converse`, `vertex_ai-language-models`. */
function belongsTo(listed: string, provider: string): boolean {
  return listed === provider || listed === `${provider}_converse` || listed.startsWith(`${provider}-`);
}

function isPaused(name: string, snapshot: ConfigSnapshot): boolean {
  const members = snapshot.deployments.filter((deployment) => deployment.modelName === name);
  return members.length > 0 && members.every((deployment) => deployment.modelInfo['blocked'] === true);
}
