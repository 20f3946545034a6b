/**
 * Deployments compiled into addresses, credentials and parameter rules, once per deployment, family and model. A call
 * with a credential or an address of its own gets a target of its own, which is not kept.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { RouteFamily, UpstreamTarget } from '../../providers/contract.ts';
import type { ModelFacts } from '../../providers/model-facts.ts';
import { compileTarget } from '../../providers/target.ts';

/** Per deployment: its families, and the names that a wildcard was asked for. */
const TARGETS_KEPT = 64;

export interface TargetsOptions {
  readonly environment: ReadonlyMap<string, string>;
  readonly dropParams: boolean;
  readonly modelFacts: ModelFacts;
}

export interface TargetQuestion {
  readonly deployment: Deployment;
  /** Wildcards filled in. */
  readonly model: string;
  readonly family: RouteFamily;
  /** Parameters of this call that replace the deployment's; null: none. */
  readonly own: JsonObject | null;
}

export class Targets {
  readonly #options: TargetsOptions;
  readonly #kept = new WeakMap<Deployment, LruMap<string, UpstreamTarget>>();

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  /** @throws GatewayError for a deployment that cannot work, or that is not served natively */
  of(question: TargetQuestion): UpstreamTarget {
    const { deployment, model, family } = question;
    if (question.own !== null) return this.#compile(question);
    let kept = this.#kept.get(deployment);
    if (kept === undefined) this.#kept.set(deployment, (kept = new LruMap(TARGETS_KEPT)));
    const key = `${family} ${model}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = this.#compile(question);
    kept.set(key, made);
    return made;
  }

  #compile({ deployment, model, family, own }: TargetQuestion): UpstreamTarget {
    const { environment, dropParams, modelFacts } = this.#options;
    const target = compileTarget({
      model,
      params: own === null ? deployment.params : { ...deployment.params, ...own },
      modelInfo: deployment.modelInfo,
      family,
      env: environment,
      settings: { dropParams, modifyParams: false },
      modelFacts,
    });
    if ('notNative' in target) throw new GatewayError('not_implemented', `${target.notNative} Keep LiteLLM for it.`);
    return target;
  }
}

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(['authorization', 'api-key', 'x-api-key']);

/** The credential that is sent, so that it can be masked where the provider quotes it; empty when there is none. */
export function secretOf({ headers }: UpstreamTarget): string {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (CREDENTIAL_HEADERS.has(headers[index] ?? '')) return (headers[index + 1] ?? '').replace(/^Bearer /, '');
  return '';
}
