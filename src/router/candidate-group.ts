/** The deployments that a model name stands for, laid out for picking: built once per name, read at every pick. */
import type { DeploymentFacts } from './contract.ts';
import type { DeploymentFactsTable } from './deployment-facts.ts';
import type { Resolution } from './model-index.ts';

export interface CandidateGroup {
  readonly name: string;
  /** Named by its deployment id: never cooled out, never retried. */
  readonly byId: boolean;
  readonly members: readonly DeploymentFacts[];
  /** Upstream model of each member. */
  readonly models: readonly string[];
  /** Slot of each member in the state table. */
  readonly slots: Int32Array;
  /** For weighted choice: `weight`, `rpm`, `tpm` of each member, 0 where missing. */
  readonly weights: readonly WeightColumn[];
  /** Distinct orders, lowest first. */
  readonly orders: readonly number[];
  /** Members of the lowest order: the candidates as long as nothing is filtered. */
  readonly lowestOrder: Int32Array;
  /** Limits a minute of each member, infinite where there is none. */
  readonly requestLimits: Float64Array;
  readonly tokenLimits: Float64Array;
  /** Price in USD of one input and one output token of each member. */
  readonly costs: Float64Array;
  /** Most tokens of a prompt of each member; null: unknown, so that every prompt fits. */
  readonly inputLimits: readonly (number | null)[];
  readonly hasTeams: boolean;
  readonly hasRequestLimits: boolean;
  readonly hasTokenLimits: boolean;
  readonly hasParallelLimits: boolean;
  readonly lacksWebSearch: boolean;
}

export interface WeightColumn {
  readonly values: Float64Array;
  /** Running sums over all members. */
  readonly cumulative: Float64Array;
  readonly total: number;
}

/** LiteLLM's price of a model without one: 5 USD for each of the two tokens. */
const UNKNOWN_PRICE_USD = 10;

export function compileGroup(resolution: Resolution, table: DeploymentFactsTable): CandidateGroup {
  const members: DeploymentFacts[] = [];
  const models: string[] = [];
  const inputLimits: (number | null)[] = [];
  for (const { deployment, model } of resolution.candidates) {
    const facts = table.of(deployment);
    if (facts === undefined) continue;
    members.push(facts);
    models.push(model);
    inputLimits.push(table.inputLimit(deployment, model));
  }
  const orders = new Set(members.map((member) => member.order).filter((order) => order !== null));
  return {
    name: resolution.group,
    byId: resolution.kind === 'id',
    members,
    models,
    slots: Int32Array.from(members, (member) => member.slot),
    weights: (['weight', 'rpm', 'tpm'] as const).map((metric) => weightColumn(members, metric)),
    orders: [...orders].sort((left, right) => left - right),
    lowestOrder: lowestOrder(members),
    requestLimits: Float64Array.from(members, (member) => member.rpm ?? Number.POSITIVE_INFINITY),
    tokenLimits: Float64Array.from(members, (member) => member.tpm ?? Number.POSITIVE_INFINITY),
    costs: Float64Array.from(members, (member) => member.costPerTokenPairUsd ?? UNKNOWN_PRICE_USD),
    inputLimits,
    hasTeams: members.some((member) => member.teamId !== null),
    hasRequestLimits: members.some((member) => member.rpm !== null),
    hasTokenLimits: members.some((member) => member.tpm !== null),
    hasParallelLimits: members.some((member) => member.maxParallelRequests !== null),
    lacksWebSearch: members.some((member) => !member.supportsWebSearch),
  };
}

function weightColumn(members: readonly DeploymentFacts[], metric: 'weight' | 'rpm' | 'tpm'): WeightColumn {
  const values = Float64Array.from(members, (member) => Math.max(0, member[metric] ?? 0));
  let total = 0;
  const cumulative = values.map((value) => (total += value));
  return { values, cumulative, total };
}

function lowestOrder(members: readonly DeploymentFacts[]): Int32Array {
  const indexes = members.map((_member, index) => index);
  const lowest = Math.min(...members.map((member) => member.order ?? Number.POSITIVE_INFINITY));
  if (lowest === Number.POSITIVE_INFINITY) return Int32Array.from(indexes);
  return Int32Array.from(indexes.filter((index) => members[index]?.order === lowest));
}
