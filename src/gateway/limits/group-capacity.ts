/** What the deployments of a model group take a minute together, as `rpm` and `tpm` say; null: none of them says. */
import type { Deployment } from '../../config/snapshot.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { ModelCapacity } from '../../rate-limit/priority-shares.ts';
import type { Resolution } from '../../router/model-index.ts';

/** `rpm` or `tpm` of a deployment, null: none. */
export function deploymentRate({ params, modelInfo }: Deployment, name: 'rpm' | 'tpm'): number | null {
  return rate(params[name]) ?? rate(modelInfo[name]);
}

function rate(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.floor(number) : null;
}

/** Capacities by what a request's model stands for; each group is added up once. */
export function groupCapacities(deployments: readonly Deployment[]): (resolution: Resolution) => ModelCapacity {
  const groups = new Map<string, ModelCapacity>();
  for (const [name, members] of Map.groupBy(deployments, ({ modelName }) => modelName))
    groups.set(name, together(members));
  return ({ group, candidates }) => groups.get(group) ?? together(candidates.map(({ deployment }) => deployment));
}

function together(deployments: readonly Deployment[]): ModelCapacity {
  const sum = (name: 'rpm' | 'tpm'): number | null => {
    const rates = deployments.map((deployment) => deploymentRate(deployment, name)).filter((each) => each !== null);
    return rates.length === 0 ? null : rates.reduce((total, each) => total + each, 0);
  };
  return { requests: sum('rpm'), tokens: sum('tpm') };
}
