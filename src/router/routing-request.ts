import type { RoutingRequest } from './contract.ts';

/** A request that says nothing but its model, with what is known laid over it. */
export function routingRequest(model: string, known: Partial<RoutingRequest> = {}): RoutingRequest {
  return {
    model,
    stream: false,
    tags: null,
    userAgent: null,
    teamId: null,
    region: null,
    usesResponseFormat: false,
    usesWebSearch: false,
    inputTokens: null,
    affinityKey: null,
    pinnedId: null,
    mayUse: null,
    overrides: null,
    mocks: null,
    priority: null,
    waitSeconds: null,
    ...known,
  };
}
