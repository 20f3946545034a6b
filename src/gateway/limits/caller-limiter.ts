/**
 * The limits of who calls: requests and tokens a minute for a key and a model (`default_api_key_rpm_limit`,
 * `default_api_key_tpm_limit`), and whatever limits the identity brings along. Tokens are reserved before the call by an
 * estimate and corrected by its usage; what fails gives its reservation back.
 *
 * Promises: exact over all threads; a key is never forgotten while its window lasts (LiteLLM's own memory keeps 200 entries
 * and forgets the others); a refusal holds nothing, only its request stays counted (LiteLLM-compat, `window`).
 * Cost: one look-up of the caller's scopes and a few visits of a shared table; the body is parsed only for limits of
 * tokens.
 */
import { defaultKeyLimits } from '../../config/limit-settings.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import type { CallerLimits, GroupDefaults, ScopeLimits } from '../../rate-limit/caller-limits.ts';
import type { LimitedUsage } from '../../rate-limit/contract.ts';
import { declaredOutputTokens, describeLimits } from '../../rate-limit/descriptors.ts';
import type { Admission, Refusal, RateLimiter, Scope } from '../../rate-limit/rate-limiter.ts';
import { limitHeaders, refusalError } from '../../rate-limit/rejection.ts';
import type { ReservedCall } from '../../rate-limit/reservations.ts';
import { sizeOfCall, type CallSize, type EstimatedCall } from '../../rate-limit/token-estimate.ts';
import type { Resolution } from '../../router/model-index.ts';
import type { AdmittedRequest, CallerLimiter, LimitedRequest } from './contract.ts';

/** A `RateLimiter`, or one that asks other gateways. */
export interface ScopeLimiter extends Pick<RateLimiter, 'prepare' | 'settle' | 'fail'> {
  admit(scopes: readonly Scope[], call: ReservedCall): Admission | Refusal | Promise<Admission | Refusal>;
}

interface Prepared {
  readonly limits: CallerLimits;
  readonly resolution: Resolution;
  readonly scopes: readonly Scope[];
  readonly declared: number | null;
}

/** Names of models come from clients where there are wildcards. */
const KEPT_CALLERS = 4096;
const LONGEST_KEPT_MODEL = 256;

const NOBODY: CallerLimits = Object.freeze({});
const NO_TEXT: CallSize = { kind: 'embedding', characters: 0, outputCap: null, candidates: 1 };

/** Calls whose answer a cap of tokens can bound; all others are estimated by their input. */
const KINDS: ReadonlyMap<RouteFamily, EstimatedCall> = new Map([
  ['chat', 'chat'],
  ['completions', 'text'],
  ['responses', 'responses'],
]);

export function createCallerLimiter(limiter: ScopeLimiter, deployments: readonly Deployment[]): CallerLimiter {
  const kept = new LruMap<string, Prepared>(KEPT_CALLERS);
  const defaults = smallestByGroup(deployments);

  /** Each name under a wildcard is a model of its own; every other name of a deployment stands for its group. */
  const defaultsOf = ({ kind, group, candidates }: Resolution): GroupDefaults => {
    const named = candidates[0]?.deployment.modelName ?? group;
    return { ...defaults.get(named), group: kind === 'wildcard' ? group : named };
  };

  const prepare = ({ caller, model, resolution, tags }: LimitedRequest): Prepared => {
    const limits = caller.limits ?? NOBODY;
    const key = `${limits.apiKey?.id ?? ''} ${model}`;
    const known = kept.get(key);
    if (known !== undefined && known.limits === limits && known.resolution === resolution) return known;
    const descriptors = describeLimits(limits, { model, tags, deploymentDefaults: defaultsOf(resolution) });
    const declared = declaredOutputTokens(limits, model);
    const made: Prepared = { limits, resolution, scopes: limiter.prepare(descriptors), declared };
    const isSameForAll = limits.keyMetadata?.['tag_rpm_limit'] == null;
    if (isSameForAll && model.length <= LONGEST_KEPT_MODEL) kept.set(key, made);
    return made;
  };

  const admitted = (admission: Admission, { family }: LimitedRequest): AdmittedRequest => {
    const { hold, reservedTokens } = admission;
    return {
      headers: limitHeaders(admission.statuses),
      outputCap: KINDS.has(family.family) ? admission.outputCap : null,
      settle: (usage) => limiter.settle(hold, usage ?? estimated(reservedTokens)),
      fail: (partial) => limiter.fail(hold, partial),
    };
  };

  return {
    admit(request) {
      const { scopes, declared } = prepare(request);
      if (scopes.length === 0) return null;
      const judge = (decision: Admission | Refusal): AdmittedRequest => {
        if (decision.admitted) return admitted(decision, request);
        throw refusalError(decision);
      };
      const decision = limiter.admit(scopes, { size: () => sizeOf(request), declaredOutputTokens: declared });
      return decision instanceof Promise ? decision.then(judge) : judge(decision);
    },
  };
}

/** An answer that tells no usage counts what was reserved for it. */
function estimated(tokens: number): LimitedUsage {
  return { promptTokens: tokens, completionTokens: 0, totalTokens: tokens };
}

/** LiteLLM-compat: the smallest of a group's deployments, whichever of them is asked for or answers. */
function smallestByGroup(deployments: readonly Deployment[]): ReadonlyMap<string, ScopeLimits> {
  const groups = Map.groupBy(deployments, ({ modelName }) => modelName);
  return new Map(
    [...groups].map(([name, members]) => {
      const limits = members.map(defaultKeyLimits);
      return [name, { requests: least(limits.map(({ rpm }) => rpm)), tokens: least(limits.map(({ tpm }) => tpm)) }];
    }),
  );
}

function least(limits: readonly (number | null)[]): number | null {
  const set = limits.filter((limit) => limit !== null);
  return set.length === 0 ? null : Math.min(...set);
}

function sizeOf({ family, fields }: LimitedRequest): CallSize {
  if (fields === null) return NO_TEXT;
  const body = JSON.parse(fields.bytes.text(0, fields.bytes.length)) as JsonObject;
  return sizeOfCall(body, KINDS.get(family.family) ?? 'embedding');
}
