/** Which models a request of this configuration can name. */
import { ModelIndex } from '../../router/model-index.ts';
import type { Deployment, ModelAlias } from '../snapshot.ts';

export class KnownModels {
  readonly #index: ModelIndex;
  readonly #names: readonly string[];

  constructor(deployments: readonly Deployment[], aliases: ReadonlyMap<string, ModelAlias>) {
    this.#index = new ModelIndex({
      deployments,
      aliases,
      providerOf: () => null,
      defaultFallback: null,
      cache: new Map(),
    });
    this.#names = [...deployments.map(({ modelName }) => modelName), ...aliases.keys()];
  }

  has(model: string): boolean {
    const found = this.#index.resolve(model);
    if (!('unresolved' in found) || found.unresolved === 'blocked') return true;
    // A bare name may be one of a wildcard such as `openai/*`: which provider it has is not known here.
    return this.#index.hasWildcards && !model.includes('/');
  }

  /** LiteLLM-compat: an entry also holds for `provider/name` where it says `name`. */
  mayBeAsked(group: string): boolean {
    return this.has(group) || this.#names.some((name) => name.endsWith(`/${group}`));
  }
}
