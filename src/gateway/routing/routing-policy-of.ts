import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { readRoutingPolicy, SAFE_RESILIENCE, type RoutingPolicy } from '../../router/routing-policy.ts';

/** The routing rules of a configuration: LiteLLM's, with the gateway's own bounds on by default. */
export function routingPolicyOf({ router, litellm }: ConfigSnapshot): RoutingPolicy {
  return readRoutingPolicy({ router: router.raw, litellm: litellm.raw, resilience: SAFE_RESILIENCE });
}
