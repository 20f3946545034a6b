/**
 * The models of one configuration as the routes show them. Answers are made at the first request and kept as bytes
 * until the price map changes: with wildcards they are hundreds of kilobytes of text that never differ.
 */
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import { modelGroupInfo, modelInfoFields } from '../../pricing/model-groups.ts';
import type { ModelInfoContext } from '../../pricing/model-info.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { ModelIndex } from '../../router/model-index.ts';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import { listedNames, namesOfWildcard, type ListingOptions } from './listed-models.ts';
import { modelEntry, type ModelEntry } from './model-entry.ts';
import { publicModelInfo, publicParams } from './public-params.ts';

const HEALTH_FIELDS = {
  is_public_model_group: false,
  health_status: null,
  health_response_time: null,
  health_checked_at: null,
};
/** A look-up of its own: listing hundreds of names must not push the names of requests out of their cache. */
const NO_CACHE = { get: () => undefined, set: () => undefined };

export class ModelCatalogue {
  readonly snapshot: ConfigSnapshot;
  readonly context: ModelInfoContext;
  readonly #knowledge: ModelKnowledge;
  readonly #groups = new Map<string, Deployment[]>();
  readonly #index: ModelIndex;
  readonly #kept = new Map<string, Buffer>();
  #keptFor = 0;

  constructor(snapshot: ConfigSnapshot, knowledge: ModelKnowledge) {
    this.snapshot = snapshot;
    this.#knowledge = knowledge;
    this.context = knowledge.context;
    for (const deployment of snapshot.deployments) {
      this.#groups.set(deployment.modelName, [...(this.#groups.get(deployment.modelName) ?? []), deployment]);
    }
    this.#index = new ModelIndex({
      deployments: snapshot.deployments,
      aliases: snapshot.aliases,
      providerOf: (model) => knowledge.providerOf(model),
      defaultFallback: null,
      cache: NO_CACHE,
    });
  }

  /** JSON text of an answer, made once per version of the price map. `name` must come from a closed set. */
  kept(name: string, make: () => unknown): Buffer {
    const { version } = this.context.prices;
    if (this.#keptFor !== version) {
      this.#kept.clear();
      this.#keptFor = version;
    }
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const body = Buffer.from(JSON.stringify(make()));
    this.#kept.set(name, body);
    return body;
  }

  names(options: ListingOptions): readonly string[] {
    return listedNames(this.snapshot, this.context.prices, options);
  }

  group(name: string): readonly Deployment[] {
    return this.#groups.get(name) ?? [];
  }

  entry(name: string): ModelEntry {
    return modelEntry(name, 'openai', this.group(name), this.context);
  }

  /** As `GET /v1/models/{id}` answers: the owner is the provider. null when no group has the name. */
  ownedEntry(name: string): ModelEntry | null {
    const members = this.group(name);
    const [first] = members;
    if (first === undefined) return null;
    return modelEntry(name, this.#knowledge.providerOf(first.model) ?? 'openai', members, this.context);
  }

  /** Rows of `/model/info`: deployments, then aliases; wildcards as the models that they stand for. */
  infoRows(): readonly JsonObject[] {
    const rows = this.snapshot.deployments.flatMap((deployment) => this.#expanded(deployment));
    for (const [alias, target] of this.snapshot.aliases) {
      if (target.hidden) continue;
      for (const deployment of this.group(target.model)) rows.push({ ...deployment, modelName: alias });
    }
    return rows.map((deployment) => this.infoRow(deployment));
  }

  infoRow(deployment: Deployment): JsonObject {
    return {
      model_name: deployment.modelName,
      litellm_params: publicParams(deployment),
      model_info: publicModelInfo(modelInfoFields(deployment, this.context)),
    };
  }

  groupRow(name: string): unknown {
    const found = this.#index.resolve(name);
    const members =
      'unresolved' in found ? [] : found.candidates.map(({ deployment, model }) => ({ ...deployment, model }));
    const info = modelGroupInfo(name, members, this.context);
    return info === null ? { model_group: name, providers: [], ...HEALTH_FIELDS } : { ...info, ...HEALTH_FIELDS };
  }

  #expanded(deployment: Deployment): Deployment[] {
    if (!deployment.modelName.includes('*')) return [deployment];
    const ownSlash = deployment.modelName.includes('/');
    const pattern = !ownSlash && deployment.model.includes('*') ? deployment.model : deployment.modelName;
    const names = namesOfWildcard(pattern, deployment, this.context.prices);
    return names.length === 0 ? [deployment] : names.map((name) => ({ ...deployment, modelName: name, model: name }));
  }
}
