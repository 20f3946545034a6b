/**
 * The `model_info` object of `/model/info` and the rows of `/model_group/info`: what the configuration says about its
 * deployments, completed from the price map. Pure; the caller hands in the deployments of one snapshot.
 */
import type { JsonObject, JsonValue } from '../protocol/json.ts';
import { configuredProvider, customPrices, type PricedDeployment } from './deployment-prices.ts';
import { lookupModelInfo, type ModelInfoContext } from './model-info.ts';
import { numberAt, textAt, toNumber } from './price-entry.ts';
import { commonEfforts, reasoningEfforts } from './reasoning-efforts.ts';

/**
 * The `model_info` of one deployment: custom prices of its parameters, what is configured, then what the price map says
 * for keys that neither has. `context.prices` is the overlay of `deploymentPrices`, as LiteLLM registers every
 * deployment in its map.
 */
export function modelInfoFields(deployment: PricedDeployment, context: ModelInfoContext): JsonObject {
  const fields: Record<string, JsonValue> = { ...customPrices(deployment), ...deployment.modelInfo };
  const known = catalogueInfo(deployment, context);
  for (const key of Object.keys(known)) if (!Object.hasOwn(fields, key)) fields[key] = known[key] ?? null;
  return fields;
}

/** Three tries, as LiteLLM makes them: base model or model, model again, last path segment with the first as provider. */
function catalogueInfo(deployment: PricedDeployment, context: ModelInfoContext): JsonObject {
  const baseModel = textAt(deployment.modelInfo, 'base_model');
  // LiteLLM-compat: an Azure deployment's own name is skipped, also where "azure" is only a part of the model's name.
  const first = baseModel !== null || deployment.model.includes('azure') ? baseModel : deployment.model;
  const segments = deployment.model.split('/');
  const last = segments.at(-1) ?? deployment.model;
  return (
    (first === null ? null : lookupModelInfo({ model: first }, context)) ??
    lookupModelInfo({ model: deployment.model }, context) ??
    lookupModelInfo({ model: last, customLlmProvider: segments[0] ?? null }, context) ??
    {}
  );
}

/** One row of `/model_group/info`, without the fields that health checks fill. */
export interface ModelGroupInfo {
  readonly model_group: string;
  readonly providers: readonly string[];
  readonly max_input_tokens: number | null;
  readonly max_output_tokens: number | null;
  readonly input_cost_per_token: number | null;
  readonly output_cost_per_token: number | null;
  readonly input_cost_per_pixel: number | null;
  readonly mode: string | null;
  readonly tpm: number | null;
  readonly rpm: number | null;
  readonly itpm: number | null;
  readonly otpm: number | null;
  readonly supports_parallel_function_calling: boolean;
  readonly supports_vision: boolean;
  readonly supports_web_search: boolean;
  readonly supports_url_context: boolean;
  readonly supports_reasoning: boolean;
  readonly supports_function_calling: boolean;
  readonly supported_reasoning_efforts: readonly string[] | null;
  readonly supported_openai_params: readonly string[] | null;
  readonly configurable_clientside_auth_params: JsonValue;
}

const LARGEST = ['max_input_tokens', 'max_output_tokens', 'input_cost_per_token', 'output_cost_per_token'] as const;
const SUMMED = ['tpm', 'rpm', 'itpm', 'otpm'] as const;
const ANY = [
  'supports_parallel_function_calling',
  'supports_vision',
  'supports_web_search',
  'supports_url_context',
  'supports_reasoning',
  'supports_function_calling',
] as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * All deployments of a group as one row: largest limits and prices, summed rates, capabilities that any of them has.
 * null for a group without deployments. `name` is what the client called the group (an alias, for example).
 */
export function modelGroupInfo(
  name: string,
  deployments: readonly PricedDeployment[],
  context: ModelInfoContext,
): ModelGroupInfo | null {
  let group: Mutable<ModelGroupInfo> | null = null;
  const sums: RateSums = {};
  const efforts: (readonly string[] | null)[] = [];
  for (const deployment of deployments) {
    const known = deploymentInfo(deployment, context);
    const info = known ?? unknownDeployment(name, deployment, context);
    const provider = providerOf(deployment, context);
    addRates(sums, deployment, group === null ? null : info);
    if (group === null) group = firstRow(name, provider, info);
    else mergeRow(group, provider, info);
    const described = known?.['mode'] != null && deployment.modelInfo['mode'] == null;
    efforts.push(reasoningEfforts(info, described, context.prices));
    const clientSide = deployment.params['configurable_clientside_auth_params'];
    group.configurable_clientside_auth_params = clientSide ?? group.configurable_clientside_auth_params;
  }
  return group === null ? null : { ...group, ...sums, supported_reasoning_efforts: commonEfforts(efforts) };
}

/** LiteLLM's `get_deployment_model_info`: the map's entry under the base model under the deployment's own entry. */
function deploymentInfo(deployment: PricedDeployment, context: ModelInfoContext): JsonObject | null {
  const own = context.prices.get(deployment.id);
  const listed = lookupModelInfo({ model: deployment.model }, context);
  const baseModel = own === undefined ? null : textAt(own, 'base_model');
  const base = baseModel === null ? null : lookupModelInfo({ model: baseModel }, context);
  if (own === undefined && listed === null) return null;
  return { ...listed, ...(own === undefined ? {} : withoutNulls({ ...base, ...withoutNulls(own) })) };
}

function withoutNulls(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}

function unknownDeployment(name: string, deployment: PricedDeployment, context: ModelInfoContext): JsonObject {
  const resolved = context.resolveProvider(deployment.model, configuredProvider(deployment));
  const params = context.supportedParams(resolved?.model ?? '', resolved?.provider ?? null);
  return {
    key: name,
    mode: deployment.modelInfo['mode'] ?? 'chat',
    input_cost_per_token: toNumber(deployment.modelInfo['input_cost_per_token']),
    output_cost_per_token: toNumber(deployment.modelInfo['output_cost_per_token']),
    supported_openai_params: params ?? [],
  };
}

function providerOf(deployment: PricedDeployment, context: ModelInfoContext): string {
  return context.resolveProvider(deployment.model, configuredProvider(deployment))?.provider ?? '';
}

function firstRow(name: string, provider: string, info: JsonObject): Mutable<ModelGroupInfo> {
  return {
    model_group: name,
    providers: [provider],
    max_input_tokens: numberAt(info, 'max_input_tokens'),
    max_output_tokens: numberAt(info, 'max_output_tokens'),
    input_cost_per_token: numberAt(info, 'input_cost_per_token'),
    output_cost_per_token: numberAt(info, 'output_cost_per_token'),
    input_cost_per_pixel: numberAt(info, 'input_cost_per_pixel'),
    mode: textAt(info, 'mode'),
    tpm: numberAt(info, 'tpm'),
    rpm: numberAt(info, 'rpm'),
    itpm: numberAt(info, 'itpm'),
    otpm: numberAt(info, 'otpm'),
    supports_parallel_function_calling: info['supports_parallel_function_calling'] === true,
    supports_vision: info['supports_vision'] === true,
    supports_web_search: info['supports_web_search'] === true,
    supports_url_context: info['supports_url_context'] === true,
    supports_reasoning: info['supports_reasoning'] === true,
    supports_function_calling: info['supports_function_calling'] === true,
    supported_reasoning_efforts: null,
    supported_openai_params: textList(info['supported_openai_params']),
    configurable_clientside_auth_params: null,
  };
}

function mergeRow(group: Mutable<ModelGroupInfo>, provider: string, info: JsonObject): void {
  if (!group.providers.includes(provider)) group.providers = [...group.providers, provider];
  for (const field of LARGEST) {
    const value = numberAt(info, field);
    if (value !== null && (group[field] === null || value > group[field])) group[field] = value;
  }
  for (const field of ANY) if (info[field] === true) group[field] = true;
  group.supported_openai_params = textList(info['supported_openai_params']) ?? group.supported_openai_params;
}

type RateSums = Partial<Record<(typeof SUMMED)[number], number>>;

/**
 * LiteLLM-compat: the first deployment's catalogue rates stand in the row until a configured rate replaces them; those
 * of the later ones count as configured.
 */
function addRates(sums: RateSums, deployment: PricedDeployment, info: JsonObject | null): void {
  for (const field of SUMMED) {
    const configured = numberAt(deployment.params, field) ?? numberAt(deployment.modelInfo, field);
    const catalogue = info === null || field === 'itpm' || field === 'otpm' ? null : numberAt(info, field);
    const value = configured ?? catalogue;
    if (value !== null) sums[field] = (sums[field] ?? 0) + value;
  }
}

function textList(value: JsonValue | undefined): readonly string[] | null {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
}
