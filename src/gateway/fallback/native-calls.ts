/**
 * Which model calls can be served here to their end. A call is LiteLLM's before any provider hears of it when something
 * on its way is not native: a deployment of its group or of a group that it may fall back to, a setting of those, a
 * member of the request that only LiteLLM heeds. Halfway there is no way back.
 *
 * What a group comes to is found out once per name and route family; a request then costs one look-up per member.
 */
import type { CallFeature } from '../../config/call-features.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import type { FallbackTarget, RoutingOverrides } from '../../router/contract.ts';
import { effectiveChains, exactTargets, genericTargets, isTargetList } from '../../router/fallback-chains.ts';
import type { Candidate, Resolution } from '../../router/model-index.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import { notServed } from '../http/not-served.ts';
import type { LlmPipeline } from '../pipeline/pipeline.ts';
import type { RequestPlan } from '../pipeline/plan-request.ts';
import { fieldValue, type RequestFields } from '../pipeline/request-fields.ts';

/** Members that LiteLLM acts on and this gateway does not. */
const MEMBERS: ReadonlySet<string> = new Set([
  'fastest_response',
  'guardrails',
  'litellm_system_prompt',
  'policies',
  'prompt_environment',
  'prompt_id',
  'prompt_label',
  'prompt_variables',
  'prompt_version',
  'search_tool_name',
  'specific_deployment',
  'vector_store_ids',
]);
/** Members that LiteLLM acts on when a text is in them: its own tools, and the same members once more. */
const MEMBER_TEXTS: ReadonlyMap<string, RegExp> = new Map([
  ['tools', /litellm_proxy|"vector_store_ids"/],
  ['metadata', /"(?:guardrails|policies)"/],
  ['litellm_metadata', /"(?:guardrails|policies)"/],
]);

export type NativeCallParts = Pick<LlmPipeline, 'index' | 'compiled' | 'responseIds'> & {
  readonly snapshot: ConfigSnapshot;
  readonly policy: RoutingPolicy;
  readonly features: readonly CallFeature[];
};

export class NativeCalls {
  readonly #parts: NativeCallParts;
  /** Model group -> the setting that makes its calls LiteLLM's. */
  readonly #groups = new Map<string, string>();
  readonly #known = new WeakMap<Resolution, Map<string, string | null>>();

  constructor(parts: NativeCallParts) {
    this.#parts = parts;
    const restricted = parts.snapshot.restrictions.filter(({ masterKeyPasses }) => !masterKeyPasses);
    for (const { key, scope } of [...parts.features, ...restricted])
      if (typeof scope === 'object') this.#groups.set(scope.modelName, key);
  }

  /** @throws GatewayError `not_implemented` for a call that is LiteLLM's */
  check({ family, fields, resolution, routing }: RequestPlan): void {
    const reason =
      this.#groupReason(resolution, family.family, routing.model) ??
      this.#overrideReason(routing.overrides, family.family) ??
      memberReason(fields) ??
      this.#followUpReason(fields, family.family);
    if (reason !== null) throw notServed(reason);
  }

  /** Why the calls of a group are LiteLLM's, one sentence; null: they are native. */
  reasonOf(model: string, family: RouteFamily): string | null {
    const found = this.#parts.index.resolve(model);
    return 'unresolved' in found ? null : this.#groupReason(found, family, model);
  }

  #groupReason(resolution: Resolution, family: RouteFamily, asked: string): string | null {
    let families = this.#known.get(resolution);
    if (families === undefined) this.#known.set(resolution, (families = new Map()));
    // An alias may have fallbacks of its own.
    const key = asked === resolution.group ? family : `${family} ${asked}`;
    const known = families.get(key);
    if (known !== undefined) return known;
    const reason = this.#walk(resolution, { family, asked, overrides: null, seen: new Set() });
    families.set(key, reason);
    return reason;
  }

  /** slow path: a request that brings fallbacks along. */
  #overrideReason(overrides: RoutingOverrides | null, family: RouteFamily): string | null {
    if (overrides === null) return null;
    const { fallbacks, contextWindowFallbacks, contentPolicyFallbacks } = overrides;
    if (fallbacks === null && contextWindowFallbacks === null && contentPolicyFallbacks === null) return null;
    const targets = [fallbacks, contextWindowFallbacks, contentPolicyFallbacks].flatMap(targetsIn);
    return this.#targetsReason(targets, { family, overrides, seen: new Set() });
  }

  #walk(resolution: Resolution, step: WalkStep & { readonly asked: string }): string | null {
    const { family, asked, overrides, seen } = step;
    if (seen.has(resolution)) return null;
    seen.add(resolution);
    for (const candidate of resolution.candidates) {
      const reason = this.#candidateReason(candidate, family);
      if (reason !== null) return reason;
    }
    const chains = effectiveChains(this.#parts.policy, overrides);
    const names = asked === resolution.group ? [asked] : [asked, resolution.group];
    const targets = [
      ...(chains.generic === null ? [] : (genericTargets(chains.generic, names, () => true) ?? [])),
      ...(chains.contextWindow === null ? [] : (exactTargets(chains.contextWindow, names) ?? [])),
      ...(chains.contentPolicy === null ? [] : (exactTargets(chains.contentPolicy, names) ?? [])),
    ];
    return this.#targetsReason(targets, step);
  }

  #targetsReason(targets: readonly FallbackTarget[], step: WalkStep): string | null {
    for (const target of targets) {
      const name = typeof target === 'string' ? target : target['model'];
      const found = typeof name === 'string' ? this.#parts.index.resolve(name) : null;
      if (typeof name !== 'string' || found === null || 'unresolved' in found) continue;
      const reason = this.#walk(found, { ...step, asked: name });
      if (reason !== null) return `The fallback ${name}: ${reason}`;
    }
    return null;
  }

  #candidateReason({ deployment, model }: Candidate, family: RouteFamily): string | null {
    const setting = this.#groups.get(deployment.modelName);
    if (setting !== undefined) return `\`${setting}\` is set, which has no effect natively yet.`;
    try {
      this.#parts.compiled.target(deployment, model, family);
      return null;
    } catch (error) {
      // Any other fault is native code's to tell.
      if (!(error instanceof GatewayError) || error.code !== 'not_implemented') return null;
      return error.message.slice(0, error.message.indexOf('. ') + 1);
    }
  }

  /** A response that LiteLLM made can be followed up only there. */
  #followUpReason(fields: RequestFields, family: RouteFamily): string | null {
    if (family !== 'responses') return null;
    const field = fields.scan.fields.find(({ key }) => key === 'previous_response_id');
    if (field?.kind !== 'string' || this.#parts.responseIds.decode(fieldValue(fields, field) as string) !== null)
      return null;
    return 'The response that is followed up was not made natively.';
  }
}

interface WalkStep {
  readonly family: RouteFamily;
  readonly overrides: RoutingOverrides | null;
  readonly seen: Set<Resolution>;
}

function targetsIn(list: RoutingOverrides['fallbacks']): readonly FallbackTarget[] {
  if (list === null || isTargetList(list)) return list ?? [];
  return list.entries.flatMap(({ targets }) => targets);
}

function memberReason({ scan, bytes }: RequestFields): string | null {
  for (const { key, kind, valueStart, valueEnd } of scan.fields) {
    if (kind === 'null') continue;
    if (MEMBERS.has(key)) return `\`${key}\` of a request is not heeded natively yet.`;
    const text = MEMBER_TEXTS.get(key);
    if (text?.test(bytes.text(valueStart, valueEnd)) === true)
      return `\`${key}\` of the request asks for what is not served natively yet.`;
  }
  return null;
}
