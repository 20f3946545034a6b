/** The rollout of each route family: `route:/v1/embeddings` and the like, native code before, LiteLLM behind. */
import type { Rollout, RolloutCall, RolloutComponent, StickyBy } from '../../rollout/contract.ts';
import type { Exchange } from '../../wire/contract.ts';
import { receivedKey } from '../auth/received-key.ts';
import type { RouteDefinition } from '../contract.ts';
import { componentPath, componentPaths } from './native-routes.ts';

export interface RouteComponents {
  /** Draws who answers a request; null: the route has no percentage. */
  draw(route: RouteDefinition, exchange: Exchange, keyHeaderName: string | null): RolloutCall | null;
}

export function createRouteComponents(rollout: Rollout): RouteComponents {
  const components = new Map<string, RolloutComponent>();
  for (const path of componentPaths()) {
    components.set(
      path,
      rollout.component({
        name: `route:${path}`,
        replaces: 'LiteLLM',
        // With one key for all callers a percentage of keys would be all or nothing.
        sticky: ['call', 'key', 'user', 'request'],
        repeatable: 'after_failure',
        canDryRun: true,
      }),
    );
  }
  return {
    draw(route, exchange, keyHeaderName) {
      const path = componentPath(route);
      const component = path === null ? undefined : components.get(path);
      return component?.begin((by) => identityOf(exchange, by, keyHeaderName)) ?? null;
    },
  };
}

/** What of it is known before the body is read. */
function identityOf(exchange: Exchange, by: StickyBy, keyHeaderName: string | null): string | null {
  switch (by) {
    case 'key':
      return receivedKey(exchange, keyHeaderName);
    case 'user':
      return firstHeader(exchange, 'x-litellm-end-user-id', 'x-litellm-customer-id');
    case 'request':
      return firstHeader(exchange, 'x-litellm-trace-id', 'x-litellm-session-id', 'x-litellm-call-id');
    default:
      return null;
  }
}

function firstHeader(exchange: Exchange, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = exchange.header(name);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}
