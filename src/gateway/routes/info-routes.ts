/** All routes but the LLM calls, in one list. */
import type { RouteDefinition } from '../contract.ts';
import { openapiRoute } from '../openapi/openapi-route.ts';
import { healthRoutes } from './health-routes.ts';
import type { InfoRouteDeps } from './info-deps.ts';
import { managementRoutes } from './management-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { routesRoute } from './routes-route.ts';
import { configYamlRoute, metricsRoute } from './special-routes.ts';
import { utilityRoutes } from './utility-routes.ts';

export type { InfoRouteDeps } from './info-deps.ts';

export function infoRoutes(deps: InfoRouteDeps): RouteDefinition[] {
  const { snapshot } = deps.state;
  return [
    ...healthRoutes(deps),
    ...modelRoutes(deps),
    ...utilityRoutes(deps),
    ...pageRoutes(snapshot),
    metricsRoute(snapshot),
    configYamlRoute(),
    routesRoute(deps),
    openapiRoute(deps),
    ...managementRoutes(),
  ];
}
