/**
 * What a call without a router says of retries and fallbacks, and which of LiteLLM's options it may not use: those that
 * only a router has, never ignored in silence.
 */
import { misspelledModel } from '../../config/router-settings/fallback-rules.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { asJson } from '../router/as-json.ts';
import { unknownName } from '../router/names.ts';
import { isParamName, respelled } from '../router/read-deployments.ts';
import type { ReadCall } from '../router/read-call.ts';
import { checkedSetting } from '../router/read-settings.ts';
import type { DirectTarget } from './direct-course.ts';

export interface DirectCall {
  readonly targets: readonly [DirectTarget, ...DirectTarget[]];
  readonly contextWindowFallbacks: ReadonlyMap<string, string>;
  /** As `router_settings` would say it; null: nothing is said. */
  readonly retries: JsonObject | null;
}

/** @throws GatewayError `bad_request`, `not_implemented` */
export function readDirectCall({ family, model, body }: ReadCall): DirectCall {
  const { method } = family;
  refuseRouterOptions(method, body);
  const deployment = body['deployment_id'];
  // LiteLLM-compat: an older way to name a deployment of Azure.
  const first =
    typeof deployment === 'string'
      ? { model: deployment, parameters: { model: deployment, custom_llm_provider: 'azure' } }
      : { model, parameters: null };
  const fallbacks = readFallbacks(method, model, body['fallbacks'] ?? null);
  return {
    targets: [first, ...fallbacks],
    contextWindowFallbacks: readWiderModels(method, body['context_window_fallback_dict'] ?? null),
    retries: readRetries(method, body),
  };
}

/** What a router does instead. */
const ROUTER_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['model_list', 'new Router({ modelList })'],
  ['context_window_fallbacks', 'contextWindowFallbackDict: { model: larger }, or a Router'],
  ['content_policy_fallbacks', 'fallbacks: [model, …], or a Router'],
  ['model_group_retry_policy', 'retryPolicy, or a Router'],
  ['fastest_response', 'Router.batchCompletionFastestResponse'],
]);

function refuseRouterOptions(method: string, body: JsonObject): void {
  for (const [name, instead] of ROUTER_OPTIONS) {
    const value = body[name] ?? null;
    if (value === null || value === false) continue;
    throw new GatewayError('bad_request', `${method}: \`${name}\` is for routers. Use ${instead}.`, { param: name });
  }
}

function readFallbacks(method: string, model: string, value: JsonValue): readonly DirectTarget[] {
  if (value === null) return [];
  if (!isJsonArray(value)) throw wrongFallbacks(method, kindOfValue(value));
  return value.map((entry) => readFallback(method, model, entry));
}

/** LiteLLM-compat: an entry without a model asks the same one, with other parameters. */
function readFallback(method: string, model: string, entry: JsonValue): DirectTarget {
  if (typeof entry === 'string') return { model: entry, parameters: null };
  if (!isJsonObject(entry)) throw wrongFallbacks(method, kindOfValue(entry));
  const parameters = respelled(asJson(entry, 'fallbacks') as JsonObject, isParamName);
  const named = parameters['model'];
  if (Object.keys(parameters).length === 0) throw wrongFallbacks(method, 'an empty object');
  if (named !== undefined && typeof named !== 'string') throw wrongFallbacks(method, `${kindOfValue(named)} as model`);
  const slip = misspelledModel(parameters);
  if (slip !== null) throw unknownName('member of a fallback', slip, ['model']);
  const groups = named === undefined && Object.entries(parameters).some(([name, list]) => isGroup(name, list));
  if (groups) throw wrongFallbacks(method, 'fallbacks of model groups');
  return { model: named ?? model, parameters };
}

/** `{ 'gpt-4o': ['claude'] }`, as a router has them. */
function isGroup(name: string, list: JsonValue): boolean {
  return !isParamName(name) && isJsonArray(list);
}

function wrongFallbacks(method: string, got: string): GatewayError {
  const text =
    `${method}: \`fallbacks\` has to be a list of models, e.g. ['openai/gpt-4o', { model: 'groq/llama', apiKey }]; ` +
    `got ${got}. Fallbacks of model groups are a Router's.`;
  return new GatewayError('bad_request', text, { param: 'fallbacks' });
}

function readWiderModels(method: string, value: JsonValue): ReadonlyMap<string, string> {
  const models = new Map<string, string>();
  if (value === null) return models;
  const entries = isJsonObject(value) ? Object.entries(value) : null;
  for (const [name, wider] of entries ?? [['', null] as const]) {
    if (typeof wider !== 'string') {
      const text = `${method}: \`context_window_fallback_dict\` has to be an object of models, e.g. { 'gpt-4': 'gpt-4-32k' }.`;
      throw new GatewayError('bad_request', text, { param: 'context_window_fallback_dict' });
    }
    models.set(name, wider);
  }
  return models;
}

/** LiteLLM-compat: `max_retries` is another name; no retries, where that is said, wins over the policy. */
function readRetries(method: string, body: JsonObject): JsonObject | null {
  const retries: Record<string, JsonValue> = {};
  const count = body['num_retries'] ?? body['max_retries'] ?? null;
  const policy = body['retry_policy'] ?? null;
  if (count !== null) retries['num_retries'] = checkedSetting('num_retries', count, 'num_retries', method);
  if (policy !== null && count !== 0)
    retries['retry_policy'] = checkedSetting('retry_policy', policy, 'retry_policy', method);
  return Object.keys(retries).length === 0 ? null : retries;
}
