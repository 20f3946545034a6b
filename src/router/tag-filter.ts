/**
 * Which candidates may serve a request with these tags. LiteLLM's rules: any (or all) of the request's tags on the
 * deployment; `&tag` must be there, `!tag` must not; a `tag_regex` over the user agent; nothing found: deployments
 * tagged `default`, else refusal. A request without tags goes to `default` deployments where there are any.
 * slow path: only entered where `enable_tag_filtering` is on.
 */
import type { CandidateGroup } from './candidate-group.ts';
import type { DeploymentFacts, RoutingRequest } from './contract.ts';

export interface TagRules {
  readonly matchAny: boolean;
}

interface SplitTags {
  readonly required: readonly string[];
  readonly excluded: readonly string[];
  readonly positive: readonly string[];
}

/** Keeps the first of `candidates` that may serve. @returns how many; 0: none may */
export function filterByTags(
  group: CandidateGroup,
  candidates: Int32Array,
  count: number,
  ask: { readonly request: RoutingRequest; readonly rules: TagRules },
): number {
  const memberAt = (index: number): DeploymentFacts => group.members[candidates[index] ?? 0] as DeploymentFacts;
  const keep = (accepts: (member: DeploymentFacts) => boolean): number => {
    let kept = 0;
    for (let index = 0; index < count; index++)
      if (accepts(memberAt(index))) candidates[kept++] = candidates[index] ?? 0;
    return kept;
  };
  const some = (accepts: (member: DeploymentFacts) => boolean): boolean => {
    for (let index = 0; index < count; index++) if (accepts(memberAt(index))) return true;
    return false;
  };
  const tags = splitTags(ask.request.tags ?? []);
  const allowed = (member: DeploymentFacts): boolean =>
    tags.excluded.every((tag) => !member.tags.includes(tag)) && tags.required.every((tag) => member.tags.includes(tag));
  const isDefault = (member: DeploymentFacts): boolean => member.tags.includes('default');
  const agent = ask.request.userAgent === null ? null : `User-Agent: ${ask.request.userAgent}`;
  const byAgent = agent !== null && tags.required.length === 0 && some((member) => member.tagPatterns.length > 0);
  if (tags.positive.length === 0 && !byAgent) return keepUntagged(tags, { allowed, isDefault, keep, some });
  const matches = (member: DeploymentFacts): boolean => allowed(member) && matchesTags(member, tags, agent, ask.rules);
  if (some(matches)) return keep(matches);
  // A tag that this group knows was meant for it; tags of other groups do not count.
  const known = tags.positive.some((tag) => group.members.some((member) => member.tags.includes(tag)));
  return known ? 0 : keep((member) => allowed(member) && isDefault(member));
}

interface PoolTools {
  readonly allowed: (member: DeploymentFacts) => boolean;
  readonly isDefault: (member: DeploymentFacts) => boolean;
  readonly keep: (accepts: (member: DeploymentFacts) => boolean) => number;
  readonly some: (accepts: (member: DeploymentFacts) => boolean) => boolean;
}

/** No tag to match: `default` deployments where there are any, unless required tags say more. */
function keepUntagged(tags: SplitTags, { allowed, isDefault, keep, some }: PoolTools): number {
  if (tags.required.length > 0) return keep(allowed);
  return some(isDefault) ? keep((member) => isDefault(member) && allowed(member)) : keep(allowed);
}

function matchesTags(member: DeploymentFacts, tags: SplitTags, agent: string | null, rules: TagRules): boolean {
  const has = (tag: string): boolean => member.tags.includes(tag);
  if (member.tags.length > 0 && tags.positive.length > 0) {
    if (rules.matchAny ? tags.positive.some(has) : tags.positive.every(has)) return true;
  }
  if (agent === null || (!rules.matchAny && member.tags.length > 0)) return false;
  return member.tagPatterns.some((pattern) => pattern.test(agent));
}

function splitTags(tags: readonly string[]): SplitTags {
  return {
    required: tags.filter((tag) => tag.startsWith('&') && tag.length > 1).map((tag) => tag.slice(1)),
    excluded: tags.filter((tag) => tag.startsWith('!') && tag.length > 1).map((tag) => tag.slice(1)),
    positive: tags.filter((tag) => !tag.startsWith('&') && !tag.startsWith('!')),
  };
}
