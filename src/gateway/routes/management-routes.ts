/**
 * Routes of LiteLLM that manage keys, users, teams, budgets and the like: all of them need its database, and without
 * one they answer as LiteLLM does. What it has besides and is not served here gets 501 with the way out.
 */
import type { Access, RouteDefinition, RouteHandler } from '../contract.ts';
import { notServed } from '../http/not-served.ts';
import { findInvalidFields, managementFields } from './field-rules.ts';
import { NO_DATABASE_ANSWERS } from './no-database-table.ts';
import { NOT_SERVED } from './not-served-table.ts';
import { invalid } from './query.ts';
import { readJsonBody } from './read-json-body.ts';
import { listedRoutes, routeKey } from './route-tokens.ts';

/** Asked for by browsers and clients that have no key yet. */
const WITHOUT_KEY =
  /^\/(?:login$|v2\/login$|sso\/|get_image$|get_favicon$|get_logo_url$|onboarding\/|fallback\/login$|public\/|\.well-known\/|authorize|token$|register$|callback$|introspect$|revoke$)/;

export function managementRoutes(): RouteDefinition[] {
  const fields = managementFields();
  return NO_DATABASE_ANSWERS.flatMap(([answer, text]) =>
    listedRoutes(text).flatMap(({ methods, path }) =>
      methods.map((method): RouteDefinition => {
        const rules = fields.get(`${method}:${path}`);
        const handler: RouteHandler =
          rules === undefined
            ? () => {
                throw answer();
              }
            : async (exchange) => {
                const findings = findInvalidFields(await readJsonBody(exchange), rules);
                throw findings.length > 0 ? invalid(findings) : answer();
              };
        return { methods: [method], path, family: 'management', access: accessOf(path), handler };
      }),
    ),
  );
}

/** Everything else that LiteLLM has. @param taken routes that are served, whatever their parameters are called */
export function notServedRoutes(taken: readonly RouteDefinition[]): RouteDefinition[] {
  const served = new Set(taken.flatMap(({ methods, path }) => methods.map((method) => routeKey(method, path))));
  return listedRoutes(NOT_SERVED).flatMap(({ methods, path }) => {
    const left = methods.filter((method) => !served.has(routeKey(method, path)));
    if (left.length === 0) return [];
    return [{ methods: left, path, family: 'not-served', access: accessOf(path), handler: refuse }];
  });
}

const refuse: RouteHandler = (exchange, { route }) => {
  throw notServed(`${exchange.method} ${route} is not served natively yet.`);
};

function accessOf(path: string): Access {
  return WITHOUT_KEY.test(path) ? 'public' : 'key';
}
