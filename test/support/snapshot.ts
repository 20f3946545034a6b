import type { ConfigSnapshot, Deployment, GeneralSettings } from '../../src/config/snapshot.ts';
import type { JsonObject } from '../../src/protocol/json.ts';

export interface SnapshotParts {
  readonly general?: Partial<GeneralSettings>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly deployments?: readonly Deployment[];
  readonly aliases?: ConfigSnapshot['aliases'];
  readonly restrictions?: ConfigSnapshot['restrictions'];
  readonly routerRaw?: JsonObject;
  readonly litellmRaw?: JsonObject;
  readonly raw?: JsonObject;
}

/** A configuration as the loader would make it from a nearly empty file. */
export function snapshotWith(parts: SnapshotParts = {}): ConfigSnapshot {
  return {
    version: 1,
    source: null,
    deployments: parts.deployments ?? [],
    aliases: parts.aliases ?? new Map(),
    router: { numRetries: null, timeoutSeconds: null, streamTimeoutSeconds: null, raw: parts.routerRaw ?? {} },
    litellm: {
      dropParams: false,
      modifyParams: false,
      requestTimeoutSeconds: 6000,
      numRetries: null,
      sslVerify: true,
      raw: parts.litellmRaw ?? {},
    },
    general: {
      masterKey: 'sk-1234',
      keyHeaderName: null,
      enforceUserParam: false,
      maxRequestBytes: 100 * 1024 * 1024,
      alwaysIncludeStreamUsage: false,
      forwardClientHeaders: false,
      allowClientSideCredentials: false,
      allowMockTestingParams: false,
      completionModel: null,
      raw: {},
      ...parts.general,
    },
    environment: new Map(Object.entries(parts.environment ?? {})),
    restrictions: parts.restrictions ?? [],
    findings: [],
    raw: parts.raw ?? {},
  };
}

/** One entry of `model_list`. */
export function deployment(id: string, modelName: string, params: JsonObject, modelInfo: JsonObject = {}): Deployment {
  const { model } = params;
  if (typeof model !== 'string') throw new TypeError('a deployment needs a model');
  return { id, modelName, model, params, modelInfo: { id, db_model: false, ...modelInfo } };
}
