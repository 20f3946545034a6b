/**
 * Which of the gateway's routes stay native with a LiteLLM behind it, as data. Everything else that LiteLLM has tells of
 * LiteLLM's own state, which only LiteLLM knows, or is answered here only because nobody else could.
 */
import type { RouteDefinition } from '../contract.ts';

/** Of these all routes are native; the name that the status gives the family. */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['chat', '/v1/chat/completions'],
  ['completions', '/v1/completions'],
  ['embeddings', '/v1/embeddings'],
  ['moderations', '/v1/moderations'],
  ['images.generations', '/v1/images/generations'],
  ['images.edits', '/v1/images/edits'],
  ['audio.speech', '/v1/audio/speech'],
  ['audio.transcriptions', '/v1/audio/transcriptions'],
  ['responses', '/v1/responses'],
  ['rerank', '/v1/rerank'],
  ['pass-through', '/{provider}'],
  ['models', '/v1/models'],
]);

/** Of other families only these. */
const PATHS: ReadonlyMap<string, string> = new Map([
  ['/v1/messages/count_tokens', '/v1/messages/count_tokens'],
  ['/utils/token_counter', '/utils/token_counter'],
  ['/spend/calculate', '/spend/calculate'],
  ['/cost/estimate', '/spend/calculate'],
]);

/** About this process, and asked of it by whoever runs it. */
const OWN_PATHS: ReadonlySet<string> = new Set([
  '/health/liveliness',
  '/health/liveness',
  '/health/readiness',
  '/health/readiness/details',
  '/health/backlog',
  '/router/state',
]);

/** Component of a route, as its name behind `route:`; null: the route has no percentage. */
export function componentPath({ family, path }: RouteDefinition): string | null {
  return PATHS.get(path) ?? FAMILIES.get(family) ?? null;
}

/** Names of all components, in the order in which the status shows them. */
export function componentPaths(): readonly string[] {
  return [...new Set([...FAMILIES.values(), ...PATHS.values()])];
}

/** Families of which all routes are native, with the names of their components. */
export function familyPaths(): readonly (readonly [family: string, path: string])[] {
  return [...FAMILIES];
}

/** What is answered here even when LiteLLM is down, and never there. */
export function isOwnRoute({ path }: RouteDefinition): boolean {
  return OWN_PATHS.has(path);
}
