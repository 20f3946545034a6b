import type { Deployment } from '../../config/snapshot.ts';
import type { NotNative, UpstreamTarget } from '../../providers/contract.ts';
import { unsentTarget } from '../../providers/unsent-target.ts';

/**
 * Target of a deployment that only answers mocks: nothing is ever sent, so any provider will do and no key is needed.
 * LiteLLM-compat: without an `api_base` the reply names the provider's host, or nobody for providers without one here.
 */
export function mockedTarget(
  deployment: Deployment,
  model: string,
  compile: (deployment: Deployment) => UpstreamTarget | NotNative,
): UpstreamTarget {
  const keyed = { ...deployment, params: { api_key: 'unused', ...deployment.params } };
  const target = compile(keyed);
  if ('notNative' in target) return foreignTarget(model);
  return deployment.params['api_base'] == null ? { ...target, apiBase: target.origin } : target;
}

function foreignTarget(model: string): UpstreamTarget {
  const slash = model.indexOf('/');
  return unsentTarget(slash < 0 ? 'openai' : model.slice(0, slash), model.slice(slash + 1));
}
