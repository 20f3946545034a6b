import type { Deployment } from '../../config/snapshot.ts';
import type { NotNative, ParamPolicy, UpstreamTarget } from '../../providers/contract.ts';

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

const NOTHING_SENT: ParamPolicy = { alwaysSlow: false, verdict: () => 'keep', rewrite: (body) => body };

function foreignTarget(model: string): UpstreamTarget {
  const slash = model.indexOf('/');
  return {
    provider: slash < 0 ? 'openai' : model.slice(0, slash),
    model: model.slice(slash + 1),
    origin: '',
    path: '',
    headers: [],
    apiBase: '',
    sendsModel: true,
    sendsStreamFalse: false,
    asksForStreamUsage: false,
    params: NOTHING_SENT,
    errorHeaders: 'none',
  };
}
