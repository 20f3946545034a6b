import { describe, expect, it } from 'vitest';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import type { RouteDefinition } from '../contract.ts';
import { infoRoutes } from '../routes/info-routes.ts';
import { openapiDocument } from './document.ts';

const llm = (path: string, family: string): RouteDefinition => ({
  methods: ['POST'],
  path,
  family,
  access: 'key',
  handler: () => undefined,
});
const LLM = [
  llm('/v1/chat/completions', 'chat'),
  llm('/engines/{model:path}/embeddings', 'embeddings'),
  llm('/v1/audio/transcriptions', 'audio.transcriptions'),
];
const deps = infoDeps({}, { m: {} }, { allRoutes: () => all });
const all: readonly RouteDefinition[] = [...infoRoutes(deps), ...LLM];

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly { readonly name: string }[];
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
const document = openapiDocument(all, { version: '1.2.3', needsKey: true }) as unknown as Document;

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)));
}

describe('openapiDocument', () => {
  it('refers only to schemas that are there', () => {
    const found = references(document);
    expect(found.length).toBeGreaterThan(50);
    for (const reference of found) {
      expect(reference.startsWith('#/components/schemas/')).toBe(true);
      expect(document.components.schemas).toHaveProperty([reference.slice('#/components/schemas/'.length)]);
    }
  });

  it('holds every route that is served', () => {
    const served = all.filter(({ family }) => family !== 'management');
    const missing = served.flatMap(({ path, methods }) => {
      const operations = document.paths[path.replace(/:path\}/g, '}')] ?? {};
      return methods.filter((method) => method !== 'HEAD' && !(method.toLowerCase() in operations));
    });
    expect(served.length).toBeGreaterThan(40);
    expect(missing).toEqual([]);
  });

  it('has unique ids, declares path parameters and asks for the key where the route does', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(document.paths['/engines/{model}/embeddings']?.['post']?.parameters).toMatchObject([
      { name: 'model', in: 'path', required: true },
    ]);
    expect(document.paths['/v1/chat/completions']?.['post']?.security).toEqual([{ bearer: [] }]);
    expect(document.paths['/health/liveliness']?.['get']?.security).toEqual([]);
  });

  it('is served', async () => {
    const exchange = await ask(all, { target: '/openapi.json' }, deps);
    expect(exchange.json).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const routes = (await ask(all, { target: '/routes' }, deps)).json as { routes: { path: string }[] };
    expect(routes.routes.map(({ path }) => path)).toContain('/v1/chat/completions');
  });
});
