import type { RouteDefinition } from '../contract.ts';
import type { InfoRouteDeps } from './info-deps.ts';
import { replyJson } from './reply.ts';

/** `/routes`: what is served here, in LiteLLM's shape; without the routes that are only known to be missing. */
export function routesRoute({ allRoutes }: InfoRouteDeps): RouteDefinition {
  return {
    methods: ['GET'],
    path: '/routes',
    family: 'info',
    access: 'public',
    handler: (exchange) => {
      const routes = allRoutes()
        .filter(({ family }) => family !== 'not-served' && family !== 'management')
        .map(({ path, methods, family }) => ({ path, methods, name: family, endpoint: family }));
      replyJson(exchange, { routes });
    },
  };
}
