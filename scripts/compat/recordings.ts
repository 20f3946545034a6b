/** The recordings of the compat kit: names, and whether a case goes to a provider that speaks the OpenAI protocol. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

const stepSchema = z.looseObject({
  request: z.looseObject({ path: z.string(), body: z.unknown().optional(), multipart: z.unknown().optional() }),
  expect: z.looseObject({ upstream: z.array(z.looseObject({ path: z.string().optional() })).optional() }).nullish(),
});
const caseSchema = z.looseObject({
  name: z.string(),
  area: z.string(),
  config: z.string(),
  steps: z.array(stepSchema),
});
const configSchema = z.looseObject({
  model_list: z
    .array(z.looseObject({ model_name: z.string(), litellm_params: z.looseObject({ model: z.string() }) }))
    .default([]),
});

/** `own`: OpenAI-compatible and Azure deployments, or no deployment at all; `other`: provider formats of later work. */
export type Family = 'own' | 'other';

export interface Recording {
  readonly name: string;
  readonly area: string;
  readonly config: string;
  readonly family: Family;
  /** JSON text of its requests, for rules that select by what is sent. */
  readonly requests: string;
}

type Case = z.infer<typeof caseSchema>;

const OTHER_MODEL = /^(anthropic|gemini|vertex_ai|vertex_ai_beta|bedrock|cohere|cohere_chat)\//;
const OTHER_PATH =
  /\/v1\/messages|generateContent$|GenerateContent$|EmbedContents$|\/bedrock\/model\/|\/v2\/(chat|embed|rerank)$|\/v1\/rerank$/i;

/** All recordings of a kit folder by name. */
export function readRecordings(kit: string): ReadonlyMap<string, Recording> {
  const recordings = new Map<string, Recording>();
  const models = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const file of globSync('cases/*/*.json', { cwd: kit }).sort()) {
    const found = caseSchema.parse(JSON.parse(readFileSync(path.join(kit, file), 'utf8')));
    let deployments = models.get(found.config);
    if (deployments === undefined)
      models.set(found.config, (deployments = readDeployments(path.join(kit, found.config))));
    const { name, area, config } = found;
    const requests = JSON.stringify(found.steps.map((step) => step.request));
    recordings.set(name, { name, area, config, family: familyOf(found, deployments), requests });
  }
  return recordings;
}

/** Model group -> models of its deployments, from a LiteLLM config. */
function readDeployments(file: string): ReadonlyMap<string, readonly string[]> {
  const config = configSchema.parse(parse(readFileSync(file, 'utf8')));
  return Map.groupBy(config.model_list, (entry) => entry.model_name)
    .entries()
    .reduce(
      (map, [name, entries]) =>
        map.set(
          name,
          entries.map((entry) => entry.litellm_params.model),
        ),
      new Map<string, readonly string[]>(),
    );
}

function familyOf(found: Case, deployments: ReadonlyMap<string, readonly string[]>): Family {
  for (const step of found.steps) {
    if (step.expect?.upstream?.some(({ path: sent }) => sent !== undefined && OTHER_PATH.test(sent)) === true)
      return 'other';
    for (const model of modelsOf(step.request)) {
      const targets = deployments.get(model) ?? [model];
      if (targets.some((target) => OTHER_MODEL.test(target))) return 'other';
    }
  }
  return 'own';
}

function modelsOf(request: { readonly path: string; readonly body?: unknown; readonly multipart?: unknown }): string[] {
  const models: string[] = [];
  const { body } = request;
  if (typeof body === 'object' && body !== null && 'model' in body && typeof body.model === 'string')
    models.push(body.model);
  if (request.multipart !== undefined) {
    const named = /"name":"model","value":"([^"]+)"|"model":"([^"]+)"/.exec(JSON.stringify(request.multipart));
    models.push(...(named?.slice(1).filter((name) => name !== undefined) ?? []));
  }
  const inPath = /\/(?:engines|deployments)\/(.+?)\/(?:chat|completions|embeddings)/.exec(request.path)?.[1];
  if (inPath !== undefined) models.push(decodeURIComponent(inPath));
  return models;
}
