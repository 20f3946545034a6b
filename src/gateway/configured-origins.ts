/** The origins that a configuration names, so that the pools keep their connections and drain those of earlier ones. */
import type { Deployment } from '../config/snapshot.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { RouteFamily } from '../providers/contract.ts';
import type { CompiledDeployments } from './pipeline/compiled-deployments.ts';

/** A deployment has one address for all families; some serve only one of these. */
const FAMILIES: readonly RouteFamily[] = ['chat', 'embeddings', 'rerank', 'images.generations', 'audio.speech'];

export function configuredOrigins(deployments: readonly Deployment[], compiled: CompiledDeployments): Set<string> {
  const origins = new Set<string>();
  for (const deployment of deployments) {
    const origin = deployment.model.includes('*') ? null : originOf(deployment, compiled);
    if (origin !== null) origins.add(origin);
  }
  return origins;
}

/** null: not served natively, which each request is told. */
function originOf(deployment: Deployment, compiled: CompiledDeployments): string | null {
  for (const family of FAMILIES) {
    try {
      return compiled.target(deployment, deployment.model, family).origin;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
  return null;
}
