/**
 * Which provider serves a model name, where, and with which key: LiteLLM's `get_llm_provider`.
 *
 * In order: an explicit provider, a `provider/` prefix, a well-known `api_base`, a well-known bare name. A name that
 * matches nothing is the user's mistake and says how to write it.
 * Cost: a few map look-ups; the `api_base` table is walked only for names without prefix.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import { findProvider } from './catalogue/catalogue.ts';
import { ENDPOINTS, endpointMatches } from './catalogue/endpoints.ts';
import type { ProviderRow } from './catalogue/provider-row.ts';
import {
  isAi21ChatModel,
  isAnthropicTextModel,
  isCohereChatModel,
  isMistralModel,
  providerOfBareName,
} from './known-models.ts';
import { refineConnection } from './refine-connection.ts';

export type Environment = ReadonlyMap<string, string>;

export interface ModelRequest {
  readonly model: string;
  readonly customLlmProvider?: string | null | undefined;
  readonly apiBase?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
  /** `use_litellm_proxy`: everything goes to another LiteLLM. */
  readonly useLitellmProxy?: boolean | undefined;
}

export interface ResolvedProvider {
  /** null: the `api_base` is known, but nobody's (LiteLLM-compat). */
  readonly provider: string | null;
  /** What the provider is asked for. */
  readonly model: string;
  /** Given or, for the providers that announce it, the default; null otherwise. */
  readonly apiBase: string | null;
  readonly apiKey: string | null;
}

/** @throws GatewayError `bad_request`: no provider, or one whose models cannot be resolved. */
export function resolveProvider(request: ModelRequest, env: Environment): ResolvedProvider {
  // A configuration file may hold a number where a name belongs.
  if (typeof request.model !== 'string') throw badModel(modelAsText(request.model), notText(request.model));
  const apiBase = text(request.apiBase);
  const apiKey = text(request.apiKey);
  if (request.useLitellmProxy === true || /^true$/i.test(env.get('USE_LITELLM_PROXY') ?? '')) {
    const model = request.model.startsWith('litellm_proxy/') ? afterSlash(request.model) : request.model;
    return announce(knownRow('litellm_proxy'), model, { base: apiBase, key: apiKey, env });
  }
  const named = nameProvider(request.model, text(request.customLlmProvider));
  // LiteLLM-compat: Azure's endpoints for other makers' models are addressed as plain OpenAI, prefix and all.
  if (named.model.startsWith('azure/') && isOtherMakersModel(afterSlash(named.model))) {
    return { provider: 'openai', model: named.model, apiBase, apiKey: null };
  }
  const prefixed = resolvePrefix(named, apiBase, apiKey, env);
  if (prefixed !== null) return prefixed;
  const atEndpoint = resolveEndpoint(named.model, apiBase, apiKey, env);
  if (atEndpoint !== null) return atEndpoint;
  return resolveBareName(named.model, apiBase, apiKey, env);
}

interface NamedModel {
  readonly provider: string | null;
  /** With the provider's prefix when `provider` is given. */
  readonly model: string;
}

/** Puts the explicit provider before the name, and tells apart the makers that have two APIs. */
function nameProvider(model: string, provider: string | null): NamedModel {
  const split = splitTwoApis(model, provider);
  if (split.provider === null || split.model.split('/', 1)[0] === split.provider) return split;
  return { provider: split.provider, model: `${split.provider}/${split.model}` };
}

function splitTwoApis(model: string, provider: string | null): NamedModel {
  const prefix = model.includes('/') ? model.split('/', 1)[0] : null;
  const rest = afterSlash(model);
  if (provider === 'cohere' && isCohereChatModel(model)) return { provider: 'cohere_chat', model };
  if (prefix === 'cohere' && isCohereChatModel(rest)) return { provider: 'cohere_chat', model: rest };
  if (provider === 'anthropic' && isAnthropicTextModel(model)) return { provider: 'anthropic_text', model };
  if (prefix === 'anthropic' && isAnthropicTextModel(rest)) return { provider: 'anthropic_text', model: rest };
  return { provider, model };
}

function resolvePrefix(
  named: NamedModel,
  base: string | null,
  key: string | null,
  env: Environment,
): ResolvedProvider | null {
  const { model } = named;
  // LiteLLM-compat: OpenRouter has models of its own under `openrouter/`, whose prefix is part of the name.
  if (named.provider === 'openrouter' && model.startsWith('openrouter/')) {
    const rest = afterSlash(model);
    return { provider: named.provider, model: rest.includes('/') ? rest : model, apiBase: base, apiKey: null };
  }
  if (!model.includes('/')) {
    const row = findProvider(model);
    if (row === null || !row.prefix) return null;
    throw badModel(model, 'GetLLMProvider Exception - list index out of range');
  }
  const prefix = model.slice(0, model.indexOf('/'));
  const row = findProvider(prefix);
  // LiteLLM-compat: an explicit provider that nobody knows is taken as it is.
  if (row === null && named.provider === prefix) return { provider: prefix, model, apiBase: base, apiKey: null };
  if (row === null || !row.prefix) return null;
  if (row.refusal !== null) throw badModel(model, `GetLLMProvider Exception - ${row.refusal}`);
  return announce(row, afterSlash(model), { base, key, env });
}

/** What the deployment or the caller brings along. */
interface Given {
  readonly base: string | null;
  readonly key: string | null;
  readonly env: Environment;
}

/** The connection that `get_llm_provider` tells: for many providers base and key, for others what was given. */
function announce(row: ProviderRow, model: string, given: Given): ResolvedProvider {
  const { base, key, env } = given;
  const chat = row.chatRow === null || !isAi21ChatModel(model) ? row : knownRow(row.chatRow);
  if (chat.modelPattern !== null && !chat.modelPattern.pattern.test(model)) {
    const full = `${chat.name}/${model}`;
    throw badModel(full, `GetLLMProvider Exception - ${chat.modelPattern.complaint(shownName(full))}`);
  }
  const sent = chat.modelPattern === null ? model : `${chat.name}/${model}`;
  if (!chat.announces) return { provider: chat.name, model: sent, apiBase: base, apiKey: key };
  const apiKey = key ?? firstSet(chat.apiKeyEnv, env) ?? chat.placeholderKey;
  const apiBase = base ?? firstSet(chat.apiBaseEnv, env) ?? chat.apiBase;
  const at = { provider: chat.name, model: sent, apiBase };
  return { ...(chat.connectionRule === null ? at : refineConnection(chat.connectionRule, at, base)), apiKey };
}

function resolveEndpoint(
  model: string,
  base: string | null,
  key: string | null,
  env: Environment,
): ResolvedProvider | null {
  if (base === null) return null;
  const endpoint = ENDPOINTS.find((candidate) => endpointMatches(candidate, base));
  if (endpoint === undefined) return null;
  const found = firstSet(endpoint.apiKeyEnv, env);
  return { provider: endpoint.provider, model, apiBase: base, apiKey: endpoint.givenKeyWins ? (key ?? found) : found };
}

function resolveBareName(model: string, base: string | null, key: string | null, env: Environment): ResolvedProvider {
  const provider = providerOfBareName(model);
  if (provider === null) throw badModel(model, unknownProviderMessage(model));
  const row = findProvider(provider);
  // LiteLLM-compat: of the bare names only AI21's come with their connection.
  if (row !== null && row.announcesBareNames) return announce(row, model, { base, key, env });
  return { provider, model, apiBase: base, apiKey: null };
}

function modelAsText(model: unknown): string {
  return model == null ? 'None' : typeof model === 'number' ? String(model) : `(${typeof model})`;
}

/** LiteLLM-compat: Python's words for a number. */
function notText(model: unknown): string {
  if (typeof model !== 'number') {
    return "GetLLMProvider Exception - model parameter is required and must be text, e.g. 'openai/gpt-4o'.";
  }
  const type = Number.isInteger(model) ? 'int' : 'float';
  return `GetLLMProvider Exception - '${type}' object has no attribute 'split'`;
}

function unknownProviderMessage(model: string): string {
  return (
    'LLM Provider NOT provided. Pass in the LLM provider you are trying to call. ' +
    `You passed model=${shownName(model)}\n Pass model as E.g. For 'Huggingface' inference endpoints pass in ` +
    "`completion(model='huggingface/starcoder',..)` Learn more: https://docs.litellm.ai/docs/providers"
  );
}

function badModel(model: string, message: string): GatewayError {
  const original = message.startsWith('GetLLMProvider') ? `\n\noriginal model: ${shownName(model)}` : '';
  return new GatewayError('bad_request', `litellm.BadRequestError: ${message}${original}`);
}

function isOtherMakersModel(model: string): boolean {
  return isCohereChatModel(model) || isMistralModel(model);
}

export function firstSet(names: readonly string[], env: Environment): string | null {
  for (const name of names) {
    const value = env.get(name);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

function knownRow(name: string): ProviderRow {
  const row = findProvider(name);
  if (row === null) throw new Error(`provider ${name} is missing from the catalogue`);
  return row;
}

function afterSlash(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** LiteLLM-compat: an empty text counts as not given. */
function text(value: string | null | undefined): string | null {
  return value === undefined || value === null || value === '' ? null : value;
}
