/**
 * Which deployments a requested model name stands for. Pure; built once per configuration.
 *
 * Order of LiteLLM: deployment id, alias, group name, wildcard pattern (also under `provider/name`), provider model
 * name of a deployment, the first model of the `"*"` fallback; but an id that is also the name of a group stands for the
 * group, which has retries, fallbacks and its other deployments. Plain names cost two map look-ups; wildcard and unknown
 * names cost one pass over the patterns and are remembered in the bounded cache that the caller passes in.
 */
import type { Deployment, ModelAlias } from '../config/snapshot.ts';
import { compileWildcard, compareSpecificity, matchWildcard, substituteWildcard } from './wildcard-pattern.ts';
import type { WildcardPattern } from './wildcard-pattern.ts';

/** Longer names are resolved each time, so that clients cannot fill the cache with megabytes. */
const LONGEST_CACHED_NAME = 256;

export interface Candidate {
  readonly deployment: Deployment;
  /** `litellm_params.model` with the stars of a wildcard filled in. */
  readonly model: string;
}

export interface Resolution {
  /** How the name was found. */
  readonly kind: 'id' | 'group' | 'wildcard' | 'provider-model' | 'default-fallback';
  /** The model group after aliases. */
  readonly group: string;
  /** Without paused (`model_info.blocked`) deployments; never empty. Configuration order. */
  readonly candidates: readonly Candidate[];
}

/** `unknown-plain`: no wildcard route is configured, so that LiteLLM's proxy refuses; `unknown`: its router does. */
export type Unresolved = { readonly unresolved: 'unknown-plain' | 'unknown' | 'blocked'; readonly group: string };

export interface BoundedCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): unknown;
}

export interface ModelIndexOptions {
  readonly deployments: readonly Deployment[];
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  /** Provider of a model name, for the second try of a wildcard under `provider/name`; null when there is none. */
  readonly providerOf: (model: string) => string | null;
  /** First model of the `"*"` entry of `router_settings.fallbacks`. */
  readonly defaultFallback: string | null;
  readonly cache: BoundedCache<Resolution | Unresolved>;
}

interface PatternRow {
  readonly pattern: WildcardPattern;
  readonly deployments: Deployment[];
}

export class ModelIndex {
  readonly #byId = new Map<string, Resolution | Unresolved>();
  readonly #byGroup = new Map<string, Resolution | Unresolved>();
  readonly #byProviderModel = new Map<string, Deployment[]>();
  readonly #patterns: readonly PatternRow[];
  readonly #aliases: ReadonlyMap<string, ModelAlias>;
  readonly #providerOf: (model: string) => string | null;
  readonly #defaultFallback: string | null;
  readonly #cache: BoundedCache<Resolution | Unresolved>;

  constructor(options: ModelIndexOptions) {
    this.#aliases = options.aliases;
    this.#providerOf = options.providerOf;
    this.#defaultFallback = options.defaultFallback;
    this.#cache = options.cache;
    const groups = new Map<string, Deployment[]>();
    const patterns = new Map<string, PatternRow>();
    for (const deployment of options.deployments) {
      this.#byId.set(deployment.id, resolution('id', deployment.modelName, [plain(deployment)]));
      append(groups, deployment.modelName, deployment);
      append(this.#byProviderModel, deployment.model, deployment);
      if (!deployment.modelName.includes('*')) continue;
      const row = patterns.get(deployment.modelName);
      if (row === undefined) {
        patterns.set(deployment.modelName, {
          pattern: compileWildcard(deployment.modelName),
          deployments: [deployment],
        });
      } else row.deployments.push(deployment);
    }
    for (const [name, members] of groups) {
      this.#byGroup.set(name, resolution('group', name, members.map(plain)));
      this.#byId.delete(name);
    }
    this.#patterns = [...patterns.values()].sort((left, right) => compareSpecificity(left.pattern, right.pattern));
  }

  get hasWildcards(): boolean {
    return this.#patterns.length > 0;
  }

  resolve(requested: string): Resolution | Unresolved {
    const byId = this.#byId.get(requested);
    if (byId !== undefined) return byId;
    const alias = this.#aliases.get(requested);
    const name = alias === undefined ? requested : alias.model;
    return this.#byGroup.get(name) ?? this.#resolveSlowly(name, alias !== undefined);
  }

  /** slow path: wildcard, provider model name or unknown. */
  #resolveSlowly(name: string, aliased: boolean): Resolution | Unresolved {
    const cacheable = name.length <= LONGEST_CACHED_NAME;
    const key = aliased ? `alias ${name}` : `name ${name}`;
    const known = cacheable ? this.#cache.get(key) : undefined;
    if (known !== undefined) return known;
    const found = this.#byPattern(name) ?? this.#byOtherName(name, aliased);
    if (cacheable) this.#cache.set(key, found);
    return found;
  }

  #byPattern(name: string): Resolution | Unresolved | null {
    if (this.#patterns.length === 0) return null;
    const direct = this.#matchPatterns(name, name);
    if (direct !== null) return direct;
    const provider = this.#providerOf(name);
    return provider === null ? null : this.#matchPatterns(`${provider}/${name}`, name);
  }

  #matchPatterns(text: string, group: string): Resolution | Unresolved | null {
    for (const { pattern, deployments } of this.#patterns) {
      const segments = matchWildcard(pattern, text);
      if (segments === null) continue;
      const candidates = deployments.map((deployment) => ({
        deployment,
        model: substituteWildcard(deployment.model, segments, text),
      }));
      return resolution('wildcard', group, candidates);
    }
    return null;
  }

  #byOtherName(name: string, aliased: boolean): Resolution | Unresolved {
    const sameModel = this.#byProviderModel.get(name);
    if (sameModel !== undefined) return resolution('provider-model', name, sameModel.map(plain));
    // LiteLLM-compat: without wildcard routes its proxy refuses an unknown name before its router can fall back.
    if (!this.hasWildcards && !aliased) return { unresolved: 'unknown-plain', group: name };
    const fallback = this.#defaultFallback === null ? undefined : this.#byGroup.get(this.#defaultFallback);
    if (fallback !== undefined && !('unresolved' in fallback)) return { ...fallback, kind: 'default-fallback' };
    return { unresolved: 'unknown', group: name };
  }
}

function plain(deployment: Deployment): Candidate {
  return { deployment, model: deployment.model };
}

function append(map: Map<string, Deployment[]>, key: string, deployment: Deployment): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [deployment]);
  else list.push(deployment);
}

function resolution(kind: Resolution['kind'], group: string, all: readonly Candidate[]): Resolution | Unresolved {
  const candidates = all.filter((candidate) => candidate.deployment.modelInfo['blocked'] !== true);
  if (candidates.length === 0) return { unresolved: 'blocked', group };
  return { kind, group, candidates };
}
