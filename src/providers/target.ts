/**
 * A deployment and a route family compiled into everything that sending a request needs: address, credential, headers,
 * parameter policy. Done once per configuration; nothing here runs per request.
 */
import type { JsonObject } from '../protocol/json.ts';
import { findProvider } from './catalogue/catalogue.ts';
import type { ProviderRow } from './catalogue/provider-row.ts';
import { connect } from './connect-provider.ts';
import type { NotNative, RouteFamily, UpstreamTarget } from './contract.ts';
import { dialectOf } from './dialects/dialects.ts';
import type { DialectModel } from './dialects/param-dialect.ts';
import { isOpenaiChatModel } from './known-models.ts';
import type { ModelFacts } from './model-facts.ts';
import { createParamPolicy, isTrue, type PolicyInput } from './param-policy.ts';
import { firstSet, resolveProvider, type Environment, type ResolvedProvider } from './resolve-provider.ts';
import { textOf } from './text-of.ts';
import { textOverChat } from './text-completion-over-chat.ts';

export interface TargetSettings {
  /** `litellm_settings.drop_params`. */
  readonly dropParams: boolean;
  readonly modifyParams: boolean;
}

export interface TargetRequest {
  /** Upstream model of the deployment, wildcards filled in. */
  readonly model: string;
  /** `litellm_params`. */
  readonly params: JsonObject;
  readonly modelInfo?: JsonObject;
  readonly family: RouteFamily;
  readonly env: Environment;
  readonly settings: TargetSettings;
  readonly modelFacts: ModelFacts;
}

/** @throws GatewayError for a deployment that cannot work: no provider, a bad URL, no key */
export function compileTarget(request: TargetRequest): UpstreamTarget | NotNative {
  const resolved = resolve(request);
  const provider = resolved.provider ?? 'openai';
  const row = findProvider(provider);
  if (row === null || row.wire === 'foreign') return { notNative: `Provider ${provider} is not served natively yet.` };
  const way = wayOf(row, resolved.model, request.family);
  if (way === null) return { notNative: `${request.family} of provider ${provider} is not served natively yet.` };
  const needed = needsUnsupportedFeature(request.params);
  if (needed !== null)
    return { notNative: `The setting ${needed} of provider ${provider} is not served natively yet.` };
  const model = row.wire === 'azure' ? resolved.model.replace(/^(?:o_series|gpt5_series)\//, '') : resolved.model;
  if (request.family === 'chat' && model.startsWith('responses/'))
    return { notNative: 'Chat over the responses API is not served natively yet.' };
  const connection = connect({ row, resolved, model, request, way });
  const at = decidingModel(row, resolved, request);
  const streams = way === 'chat' || way === 'completions';
  const takesStreamOptions = way !== 'chat' || dialectOf(provider).supported(at).includes('stream_options');
  const asksForStreamUsage = request.family === 'chat' && takesStreamOptions;
  const policy: PolicyInput = {
    at,
    family: request.family === 'completions' && way === 'chat' ? 'chat' : way,
    sentModel: sendsModel(row, way) ? sentModel(row, model) : null,
    sendsStreamFalse: streams && row.sendsStreamFalse && request.family === 'chat',
    asksForStreamUsage,
    takesStreamOptions,
    params: request.params,
    dropParams: request.settings.dropParams,
    apiBase: connection.apiBase,
  };
  const target: UpstreamTarget = {
    provider,
    model: sentModel(row, model),
    origin: connection.url.origin,
    path: connection.url.path,
    headers: connection.headers,
    apiBase: connection.apiBase,
    sendsModel: policy.sentModel !== null,
    sendsStreamFalse: policy.sendsStreamFalse,
    asksForStreamUsage,
    takesStreamOptions,
    params: createParamPolicy(policy),
    errorHeaders: row.wire === 'azure' ? 'all' : 'none',
  };
  return request.family === 'completions' && way === 'chat' ? textOverChat(target) : target;
}

function resolve(request: TargetRequest): ResolvedProvider {
  const { params } = request;
  return resolveProvider(
    {
      model: request.model,
      customLlmProvider: textOf(params['custom_llm_provider']),
      // LiteLLM-compat: `base_url` is the older name and wins.
      apiBase: textOf(params['base_url']) ?? textOf(params['api_base']),
      apiKey: textOf(params['api_key']),
      useLitellmProxy: isTrue(params['use_litellm_proxy']),
    },
    request.env,
  );
}

/** The family whose path and body the provider gets; null: not served. */
function wayOf(row: ProviderRow, model: string, family: RouteFamily): RouteFamily | null {
  if (family !== 'completions') return row.families.has(family) ? family : null;
  // LiteLLM-compat: OpenAI's chat models answer text completions through chat, names it does not know natively.
  const chatOnly = row.ownsCatalogue ? isOpenaiChatModel(model) : row.wire === 'azure' && row.families.has('chat');
  if (row.families.has('completions') && !chatOnly) return 'completions';
  return row.families.has('chat') ? 'chat' : null;
}

const TOKEN_SETTINGS = ['azure_ad_token_provider', 'tenant_id', 'client_id', 'client_secret', 'azure_username'];

/** Ways to sign in that need a token service. */
function needsUnsupportedFeature(params: JsonObject): string | null {
  if (textOf(params['api_key']) !== null) return null;
  const setting = TOKEN_SETTINGS.find((name) => textOf(params[name]) !== null);
  if (setting !== undefined) return setting;
  return textOf(params['azure_ad_token'])?.startsWith('oidc/') === true ? 'azure_ad_token: oidc/…' : null;
}

/** The model whose name decides about parameters: Azure deployments have names of their own. */
function decidingModel(row: ProviderRow, resolved: ResolvedProvider, request: TargetRequest): DialectModel {
  const base = textOf(request.modelInfo?.['base_model']) ?? textOf(request.params['base_model']);
  return {
    provider: row.name,
    model: row.wire === 'azure' && base !== null ? base.replace(/^azure\//, '') : resolved.model,
    facts: request.modelFacts,
    apiVersion: textOf(request.params['api_version']) ?? firstSet(['AZURE_API_VERSION'], request.env),
  };
}

function sendsModel(row: ProviderRow, way: RouteFamily): boolean {
  // LiteLLM-compat: Azure's image requests leave the model to the address.
  return row.wire !== 'azure' || (way !== 'images.generations' && way !== 'images.edits');
}

function sentModel(row: ProviderRow, model: string): string {
  return row.modelPath === null || model.includes(row.modelPath.unless) ? model : `${row.modelPath.prefix}${model}`;
}
