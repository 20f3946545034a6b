/**
 * The scopes that a call counts for, in LiteLLM's order (the first one over its limit is the one that is named), made
 * from limits that are handed in. Only scopes with a limit are there, each once.
 *
 * LiteLLM-compat: limits per model of the key win over those in `model_max_budget`, of the team, of the deployment; an
 * empty table in the key's metadata counts as none, an empty one of the team's does not.
 * Differs on purpose: LiteLLM lists `model_per_team` twice and so counts each request twice.
 */
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import type { CallerLimits, LimitedCall, NamedLimits, ScopeLimits } from './caller-limits.ts';
import type { Descriptor, DescriptorKey } from './contract.ts';

export function describeLimits(caller: CallerLimits, call: LimitedCall): readonly Descriptor[] {
  const found: Descriptor[] = [];
  addKey(found, caller, call);
  const { user, team, endUser, organization } = caller;
  addNamed(found, 'user', user);
  addNamed(found, 'team', team);
  if (user !== undefined && caller.teamMember !== undefined)
    add(found, 'team_member', `${team?.id ?? 'None'}:${user.id}`, caller.teamMember);
  addNamed(found, 'end_user', endUser);
  addModelOfKey(found, caller, call);
  addTags(found, caller, call);
  addMcp(found, caller, call);
  addModel(found, 'model_per_team', team?.id, modelLimits(caller.teamMetadata, call.model));
  addAgent(found, caller, call);
  addProject(found, caller, call);
  addNamed(found, 'organization', organization);
  addModel(found, 'model_per_organization', organization?.id, modelLimits(caller.organizationMetadata, call.model));
  return found;

  function addModel(into: Descriptor[], key: DescriptorKey, id: string | undefined, limits: ScopeLimits): void {
    if (call.model !== null) add(into, key, `${id ?? 'None'}:${call.model}`, limits);
  }
}

function add(into: Descriptor[], key: DescriptorKey, value: string, limits: ScopeLimits): void {
  const { requests = null, tokens = null } = limits;
  if (requests !== null || tokens !== null) into.push({ key, value, requests, tokens, parallel: null });
}

function addNamed(into: Descriptor[], key: DescriptorKey, named: NamedLimits | undefined): void {
  if (named !== undefined && named.id !== '') add(into, key, named.id, named);
}

function addKey(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const { apiKey, keyMetadata, budgetThrottle = null } = caller;
  if (apiKey === undefined || apiKey.id === '') return;
  const { requests = null, tokens = null, parallel = null } = apiKey;
  if (requests === null && tokens === null && parallel === null) return;
  const enforced = (limit: number | null, type: string): number | null => {
    const isDynamic = keyMetadata !== undefined && valueAt(keyMetadata, type) === 'dynamic';
    if (limit === null || (isDynamic && !(call.model !== null && call.modelHasFailures?.() === true))) return null;
    return budgetThrottle === null ? limit : Math.max(1, Math.floor(limit * budgetThrottle));
  };
  into.push({
    key: 'api_key',
    value: apiKey.id,
    requests: enforced(requests, 'rpm_limit_type'),
    tokens: enforced(tokens, 'tpm_limit_type'),
    parallel,
  });
}

function addModelOfKey(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const { model } = call;
  if (model === null || model === '') return;
  const { requests: ofRequests = null, tokens: ofTokens = null, group = model } = call.deploymentDefaults ?? {};
  const requests = limitOfKey(caller, call, 'rpm');
  const tokens = limitOfKey(caller, call, 'tpm');
  const defaults = {
    requests: requests === undefined ? ofRequests : null,
    tokens: tokens === undefined ? ofTokens : null,
  };
  const id = caller.apiKey?.id ?? 'None';
  if (group === model) {
    const limits = { requests: requests ?? defaults.requests, tokens: tokens ?? defaults.tokens };
    add(into, 'model_per_key', `${id}:${model}`, limits);
    return;
  }
  add(into, 'model_per_key', `${id}:${model}`, { requests: requests ?? null, tokens: tokens ?? null });
  add(into, 'model_per_key', `${id}:${group}`, defaults);
}

/**
 * The first source that has any limits per model decides, also when it has none for this one.
 * @returns undefined: no source has any, so the defaults of the deployments hold
 */
function limitOfKey(caller: CallerLimits, call: LimitedCall, kind: 'rpm' | 'tpm'): number | null | undefined {
  const model = call.model ?? '';
  const name = `model_${kind}_limit`;
  const ofKey = tableAt(caller.keyMetadata, name);
  if (ofKey !== null && Object.keys(ofKey).length > 0) return numberAt(ofKey, model);
  const budgets = Object.entries(caller.modelMaxBudget ?? {}).filter(
    ([, budget]) => isJsonObject(budget) && numberAt(budget, `${kind}_limit`) !== null,
  );
  if (budgets.length > 0) {
    const budget = budgets.find(([named]) => named === model)?.[1];
    return isJsonObject(budget) ? numberAt(budget, `${kind}_limit`) : null;
  }
  const ofTeam = tableAt(caller.teamMetadata, name);
  return ofTeam === null ? undefined : numberAt(ofTeam, model);
}

function addTags(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const limits = tableAt(caller.keyMetadata, 'tag_rpm_limit');
  const id = caller.apiKey?.id ?? '';
  if (limits === null || id === '') return;
  for (const tag of new Set(call.tags)) add(into, 'tag_per_key', `${id}:${tag}`, { requests: numberAt(limits, tag) });
}

function addMcp(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const server = call.mcpServer ?? '';
  if (server === '') return;
  const ofKey = tableAt(caller.keyMetadata, 'mcp_rpm_limit');
  const id = caller.apiKey?.id ?? '';
  if (ofKey !== null && id !== '') add(into, 'mcp_per_key', `${id}:${server}`, { requests: numberAt(ofKey, server) });
  const teams = new Map(Object.entries(caller.mcpTeams ?? {}));
  const ofTeam = tableAt(caller.teamMetadata, 'mcp_rpm_limit');
  if (caller.team !== undefined && ofTeam !== null) teams.set(caller.team.id, ofTeam);
  for (const [team, limits] of teams) {
    if (team !== '' && isJsonObject(limits))
      add(into, 'mcp_per_team', `${team}:${server}`, { requests: numberAt(limits, server) });
  }
}

function addAgent(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const { agent } = caller;
  if (agent === undefined || agent.id === '') return;
  addNamed(into, 'agent', agent);
  const session = call.sessionId ?? '';
  if (agent.session !== undefined && session !== '')
    add(into, 'agent_session', `${agent.id}:${session}`, agent.session);
}

function addProject(into: Descriptor[], caller: CallerLimits, call: LimitedCall): void {
  const { projectId, projectMetadata } = caller;
  const { model } = call;
  if (projectMetadata === undefined || model === null) return;
  const value = `${projectId ?? 'None'}:${model}`;
  add(into, 'model_per_project', value, modelLimits(projectMetadata, model));
  if (projectId === undefined) return;
  const tokensOf = (name: string): ScopeLimits => ({ tokens: numberAt(tableAt(projectMetadata, name) ?? {}, model) });
  add(into, 'model_per_project_itpm', value, tokensOf('model_itpm_limit'));
  add(into, 'model_per_project_otpm', value, tokensOf('model_otpm_limit'));
}

function modelLimits(metadata: JsonObject | undefined, model: string | null): ScopeLimits {
  if (metadata === undefined || model === null) return {};
  return {
    requests: numberAt(tableAt(metadata, 'model_rpm_limit') ?? {}, model),
    tokens: numberAt(tableAt(metadata, 'model_tpm_limit') ?? {}, model),
  };
}

/**
 * Tokens of output that the operator expects of this caller and model, null where nothing is declared: the key's per
 * model, the key's, the team's per model, the team's.
 */
export function declaredOutputTokens(caller: CallerLimits, model: string | null): number | null {
  for (const metadata of [caller.keyMetadata, caller.teamMetadata]) {
    const perModel = tableAt(metadata, 'default_estimated_output_tokens_per_model') ?? {};
    const declared =
      (model === null ? null : positiveAt(perModel, model)) ??
      positiveAt(metadata ?? {}, 'default_estimated_output_tokens');
    if (declared !== null) return declared;
  }
  return null;
}

function positiveAt(source: JsonObject, name: string): number | null {
  const value = numberAt(source, name);
  return value !== null && value > 0 ? value : null;
}

/** Whole numbers; a fraction is cut off, as `int()` does. */
function numberAt(source: JsonObject, name: string): number | null {
  const value = valueAt(source, name);
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : null;
}

function tableAt(source: JsonObject | undefined, name: string): JsonObject | null {
  const value = source === undefined ? undefined : valueAt(source, name);
  return isJsonObject(value) ? value : null;
}

function valueAt(source: JsonObject, name: string) {
  return Object.hasOwn(source, name) ? source[name] : undefined;
}
