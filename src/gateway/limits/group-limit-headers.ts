/**
 * `x-ratelimit-limit-requests` and its like for a model group: what its deployments' `rpm` and `tpm` say together, and what
 * this calendar minute has left of it. For groups that have limits, whether or not anything enforces them.
 *
 * LiteLLM-compat: what the provider says under these names wins; the call that is answered counts already, its tokens only
 * where the answer has told them. Cost: one look-up, and for a group with limits one read per deployment.
 */
import type { DeploymentFacts } from '../../router/contract.ts';
import type { MinuteUsage } from '../../router/minute-usage.ts';

export interface GroupLimitHeadersOptions {
  /** All deployments of the configuration. */
  readonly deployments: readonly DeploymentFacts[];
  readonly minutes: MinuteUsage;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface GroupLimits {
  readonly slots: readonly number[];
  readonly rpm: number | null;
  readonly tpm: number | null;
}

/**
 * Appends the headers of the group that answers.
 *
 * @param headers of the answer so far, those of the provider included
 * @param group `model_name` of the deployment that answers
 * @param tokens of the answer that are not counted yet
 */
export type AddGroupLimits = (headers: string[], group: string, tokens: number) => void;

/** @returns null where no group has limits */
export function compileGroupLimitHeaders({
  deployments,
  minutes,
  now,
}: GroupLimitHeadersOptions): AddGroupLimits | null {
  const groups = new Map<string, GroupLimits>();
  for (const [name, members] of Map.groupBy(deployments, ({ group }) => group)) {
    const limits = { slots: members.map(({ slot }) => slot), rpm: sum(members, 'rpm'), tpm: sum(members, 'tpm') };
    if (limits.rpm !== null || limits.tpm !== null) groups.set(name, limits);
  }
  if (groups.size === 0) return null;
  return (headers, group, tokens) => {
    const limits = groups.get(group);
    if (limits === undefined) return;
    const { slots, rpm, tpm } = limits;
    const at = now();
    if (tpm !== null) {
      const used = slots.reduce((total, slot) => total + minutes.tokens(slot, at), tokens);
      add(headers, 'tokens', { limit: tpm, used });
    }
    if (rpm !== null) {
      const used = slots.reduce((total, slot) => total + minutes.requests(slot, at), 0);
      add(headers, 'requests', { limit: rpm, used });
    }
  };
}

function sum(members: readonly DeploymentFacts[], name: 'rpm' | 'tpm'): number | null {
  const limits = members.map((member) => member[name]).filter((limit) => limit !== null);
  return limits.length === 0 ? null : limits.reduce((total, limit) => total + limit, 0);
}

function add(headers: string[], of: 'requests' | 'tokens', { limit, used }: { limit: number; used: number }): void {
  // LiteLLM-compat: not held at 0, so that it shows by how much a minute was passed.
  addOnce(headers, `x-ratelimit-remaining-${of}`, limit - used);
  addOnce(headers, `x-ratelimit-limit-${of}`, limit);
}

function addOnce(headers: string[], name: string, value: number): void {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return;
  headers.push(name, String(value));
}
