import type { RouteDefinition } from '../contract.ts';
import type { InfoRouteDeps } from '../routes/info-deps.ts';
import { replyJsonBytes } from '../routes/reply.ts';
import { openapiDocument } from './document.ts';

/** `/openapi.json`; made at the first request, since it lists all routes, this one included. */
export function openapiRoute({ allRoutes, litellmVersion, state }: InfoRouteDeps): RouteDefinition {
  let body: Buffer | null = null;
  const info = { version: litellmVersion, needsKey: state.snapshot.general.masterKey !== null };
  return {
    methods: ['GET', 'HEAD'],
    path: '/openapi.json',
    family: 'info',
    access: 'public',
    handler: (exchange) => {
      body ??= Buffer.from(JSON.stringify(openapiDocument(allRoutes(), info)));
      replyJsonBytes(exchange, body);
    },
  };
}
