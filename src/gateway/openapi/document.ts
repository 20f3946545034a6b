/** The OpenAPI 3.1 document of a list of routes. Pure; one operation per method and path, ids unique. */
import type { RouteDefinition } from '../contract.ts';
import { FAMILY_SCHEMAS, MODEL_LIST_PATHS, SCHEMAS } from './schemas.ts';

const PARAMETER = /\{(\w+)(?::path)?\}/g;
/** Families that are only known in order to say that they are not served. */
const UNLISTED: ReadonlySet<string> = new Set(['not-served', 'management']);
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const MULTIPART: ReadonlySet<string> = new Set(['audio.transcriptions', 'images.edits']);
const KEY_HEADERS = { bearer: [] };

export interface DocumentInfo {
  readonly version: string;
  /** A key is asked for on routes that are not public. */
  readonly needsKey: boolean;
}

export function openapiDocument(
  routes: readonly RouteDefinition[],
  info: DocumentInfo,
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (UNLISTED.has(route.family)) continue;
    const path = route.path.replace(PARAMETER, '{$1}');
    for (const method of route.methods) {
      if (method === 'HEAD') continue;
      (paths[path] ??= {})[method.toLowerCase()] = operation(route, method, path, info);
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'fast-litellm',
      version: info.version,
      description: 'OpenAI-compatible gateway with the routes of LiteLLM.',
    },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(
  route: RouteDefinition,
  method: string,
  path: string,
  info: DocumentInfo,
): Readonly<Record<string, unknown>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    operationId: `${method.toLowerCase()}_${path.replace(/\W+/g, '_').replace(/^_|_$/g, '') || 'root'}`,
    tags: [route.family],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(WITH_BODY.has(method) ? { requestBody: requestBody(route.family) } : {}),
    responses: {
      200: { description: 'The answer.', content: { 'application/json': { schema: schema(responseName(route)) } } },
      default: { description: 'An error.', content: { 'application/json': { schema: schema('Error') } } },
    },
    security: route.access === 'key' && info.needsKey ? [KEY_HEADERS] : [],
  };
}

function requestBody(family: string): Readonly<Record<string, unknown>> {
  const type = MULTIPART.has(family) ? 'multipart/form-data' : 'application/json';
  return { content: { [type]: { schema: schema(FAMILY_SCHEMAS[family]?.request ?? 'AnyObject') } } };
}

function responseName(route: RouteDefinition): string {
  return MODEL_LIST_PATHS.has(route.path) ? 'ModelList' : (FAMILY_SCHEMAS[route.family]?.response ?? 'AnyObject');
}

function schema(name: string): Readonly<Record<string, string>> {
  return { $ref: `#/components/schemas/${name}` };
}
