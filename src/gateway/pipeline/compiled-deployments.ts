/**
 * Deployments with their provider targets, compiled once per configuration and route family. Wildcard deployments are
 * compiled per model name behind a bounded cache, because the names come from clients.
 */
import { headerSafe } from './reply-headers.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { NotNative, RouteFamily, UpstreamTarget } from '../../providers/contract.ts';
import { notServed } from '../http/not-served.ts';
import { reasoningMerger } from './merge-reasoning.ts';
import type { HeaderList } from '../../wire/contract.ts';

/** Names that one client could make up must not grow the process. */
const WILDCARD_CACHE_ENTRIES = 1024;

export interface CompiledTarget extends UpstreamTarget {
  readonly deployment: Deployment;
  /** The provider's model name as JSON text, ready to splice. */
  readonly modelJson: Buffer;
  /** `x-litellm-model-*` and other reply headers that are the same for every request. */
  readonly replyHeaders: HeaderList;
  /** Request headers for a JSON body, credential included. */
  readonly jsonHeaders: HeaderList;
  /** The credential that is sent, so that it can be masked where the provider quotes it; empty when there is none. */
  readonly secret: string;
}

export type CompileTarget = (deployment: Deployment, model: string, family: RouteFamily) => UpstreamTarget | NotNative;

export interface CompiledDeployments {
  /**
   * @param model upstream model string of the deployment (`provider/name`), wildcards already filled in
   * @throws GatewayError 501 when the provider is not served natively
   */
  target(deployment: Deployment, model: string, family: RouteFamily): CompiledTarget;
  /** The same without keeping anything, for a deployment made for one call. */
  uncached(deployment: Deployment, model: string, family: RouteFamily): CompiledTarget;
}

export function createCompiledDeployments(compile: CompileTarget, litellmVersion: string): CompiledDeployments {
  const fixed = new Map<Deployment, Map<RouteFamily, CompiledTarget>>();
  const wild = new LruMap<string, CompiledTarget>(WILDCARD_CACHE_ENTRIES);

  const uncached = (deployment: Deployment, model: string, family: RouteFamily): CompiledTarget => {
    const target = compile(deployment, model, family);
    if ('notNative' in target) throw notServed(target.notNative);
    return complete(deployment, target, litellmVersion);
  };

  return {
    uncached,
    target(deployment, model, family) {
      if (model !== deployment.model) {
        const key = `${deployment.id}\n${family}\n${model}`;
        const known = wild.get(key);
        if (known !== undefined) return known;
        const made = uncached(deployment, model, family);
        wild.set(key, made);
        return made;
      }
      let families = fixed.get(deployment);
      if (families === undefined) fixed.set(deployment, (families = new Map()));
      const known = families.get(family);
      if (known !== undefined) return known;
      const made = uncached(deployment, model, family);
      families.set(family, made);
      return made;
    },
  };
}

function complete(deployment: Deployment, target: UpstreamTarget, litellmVersion: string): CompiledTarget {
  return {
    ...target,
    deployment,
    ...mergedReasoning(deployment, target),
    secret: credentialIn(target.headers),
    modelJson: Buffer.from(JSON.stringify(target.model)),
    jsonHeaders: [...target.headers, 'content-type', 'application/json', 'accept-encoding', 'identity'],
    replyHeaders: [
      'x-litellm-model-id',
      deployment.id,
      ...(target.apiBase === '' ? [] : ['x-litellm-model-api-base', headerSafe(target.apiBase)]),
      'x-litellm-model-name',
      headerSafe(`${target.provider}/${target.model}`),
      'x-litellm-version',
      litellmVersion,
    ],
  };
}

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(['authorization', 'api-key', 'x-api-key']);

function credentialIn(headers: HeaderList): string {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (CREDENTIAL_HEADERS.has(headers[index] as string)) return (headers[index + 1] as string).replace(/^Bearer /, '');
  return '';
}

/** `merge_reasoning_content_in_choices` of the deployment rewrites the events of its chat streams. */
function mergedReasoning(deployment: Deployment, target: UpstreamTarget): Pick<UpstreamTarget, 'convertEvent'> {
  const merges = deployment.params['merge_reasoning_content_in_choices'] === true && target.convertEvent === undefined;
  return merges ? { convertEvent: reasoningMerger } : {};
}
