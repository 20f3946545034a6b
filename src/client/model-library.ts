/**
 * LiteLLM's questions about models as a library: which provider serves a name, what it takes, what it can do, what it
 * costs. Nothing is read before the first question; prices come from `FAST_LITELLM_PRICES`, else from the built-in table.
 */
import { readEnvironment } from '../config/environment.ts';
import type { JsonObject } from '../protocol/json.ts';
import { loadBuiltInPrices } from '../pricing/load-built-in.ts';
import { modelSupports } from '../pricing/model-capabilities.ts';
import { getMaxTokens as maxTokensOf, getModelInfo as infoOf } from '../pricing/model-info.ts';
import { openPriceTable } from '../pricing/price-source.ts';
import { resolveProvider, type ResolvedProvider } from '../providers/resolve-provider.ts';
import { supportedOpenaiParams, type SupportedParamsQuery } from '../providers/supported-params.ts';
import { createModelKnowledge, type ModelKnowledge } from './model-knowledge.ts';

export interface ModelQuestion {
  /** `provider/name` or a bare name. */
  readonly model: string;
  /** Wins over the name's own prefix. */
  readonly customLlmProvider?: string;
}

export interface ProviderQuestion extends ModelQuestion {
  readonly apiBase?: string;
  readonly apiKey?: string;
}

export interface ParamsQuestion extends ModelQuestion {
  /** Default `chat_completion`. */
  readonly requestType?: SupportedParamsQuery['requestType'];
}

export interface ModelLibrary {
  /** LiteLLM's `get_llm_provider`. @throws GatewayError `bad_request` when nobody is known to serve the name */
  getLlmProvider(question: ProviderQuestion): ResolvedProvider;
  /** LiteLLM's `get_supported_openai_params`; null for a provider without a list. */
  getSupportedOpenaiParams(question: ParamsQuestion): readonly string[] | null;
  /** LiteLLM's `get_model_info`; prices in USD per token. @throws GatewayError `not_found` for an unknown model */
  getModelInfo(question: ModelQuestion): JsonObject;
  /** Most tokens of an answer; null when it is not known. */
  getMaxTokens(model: string): number | null;
  /** One of LiteLLM's `supports_…` questions, by the capability's name, e.g. `supports_vision`. */
  supports(question: ModelQuestion, capability: string): boolean;
}

/** @param env default: the process environment at the first question */
export function createModelLibrary(env?: ReadonlyMap<string, string>): ModelLibrary {
  let opened: { readonly environment: ReadonlyMap<string, string>; readonly knowledge: ModelKnowledge } | null = null;
  const open = (): NonNullable<typeof opened> => {
    if (opened !== null) return opened;
    const environment = env ?? readEnvironment();
    const overrideFile = environment.get('FAST_LITELLM_PRICES') ?? null;
    const table = openPriceTable({ overrideFile, builtIn: loadBuiltInPrices });
    opened = { environment, knowledge: createModelKnowledge(table, { deployments: [], environment }) };
    return opened;
  };
  return {
    getLlmProvider: (question) => resolveProvider(question, open().environment),
    getSupportedOpenaiParams: ({ model, customLlmProvider, requestType = 'chat_completion' }) => {
      const { environment, knowledge } = open();
      const named = resolveProvider({ model, customLlmProvider }, environment);
      if (named.provider === null) return null;
      return supportedOpenaiParams({
        provider: named.provider,
        model: named.model,
        requestType,
        facts: knowledge.facts,
      });
    },
    getModelInfo: (question) => infoOf(question, open().knowledge.context),
    getMaxTokens: (model) => maxTokensOf(model, open().knowledge.context),
    supports: (question, capability) => modelSupports(question, capability, open().knowledge.context),
  };
}
