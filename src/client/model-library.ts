/**
 * LiteLLM's questions about models as a library: which provider serves a name, what it takes, what it can do, what it
 * costs. Nothing is read before the first question; prices come from `FAST_LITELLM_PRICES`, else from the built-in table.
 */
import process from 'node:process';

import { readEnvironment } from '../config/environment.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { CompletionCostContext } from '../pricing/completion-cost.ts';
import { loadBuiltInPrices } from '../pricing/load-built-in.ts';
import { modelSupports } from '../pricing/model-capabilities.ts';
import { getMaxTokens as maxTokensOf, getModelInfo as infoOf } from '../pricing/model-info.ts';
import { openPriceTable } from '../pricing/price-source.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { registerModel } from '../pricing/register-model.ts';
import { resolveProvider, type ResolvedProvider } from '../providers/resolve-provider.ts';
import { supportedOpenaiParams, type SupportedParamsQuery } from '../providers/supported-params.ts';
import { checkModel, checkQuestion, type Members } from './check-question.ts';
import { createCostContext } from './cost-context.ts';
import {
  answerCompletionCost,
  answerCostPerToken,
  type CompletionCostQuestion,
  type CostPerTokenQuestion,
  type TokenCost,
} from './cost-questions.ts';
import { createModelKnowledge, type ModelKnowledge } from './model-knowledge.ts';
import { createTokenLibrary, type TokenLibrary } from './token-library.ts';

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
  /** Most tokens of an answer; null when it is not known. @throws GatewayError `not_found` for an unknown model */
  getMaxTokens(model: string): number | null;
  /** One of LiteLLM's `supports_…` questions, by the capability's name, e.g. `supports_vision`. */
  supports(question: ModelQuestion, capability: string): boolean;
  /** LiteLLM's `completion_cost`, USD. @throws GatewayError `not_found`: no price; `bad_request`: no model or provider */
  completionCost(question: CompletionCostQuestion): number;
  /** LiteLLM's `cost_per_token`, USD. @throws GatewayError as `completionCost` */
  costPerToken(question: CostPerTokenQuestion): TokenCost;
  /** LiteLLM's `register_model`, for the life of this library. @throws GatewayError `bad_request` */
  registerModel(models: object): void;
  /** Counting, encoding and trimming, with this library's models. */
  readonly tokens: TokenLibrary;
}

interface OpenLibrary {
  readonly environment: ReadonlyMap<string, string>;
  readonly table: PriceTable;
  readonly knowledge: ModelKnowledge;
  readonly costs: CompletionCostContext;
}

/** Environment variables: a map, or a record such as `process.env`. */
export type LibraryEnvironment = ReadonlyMap<string, string> | Readonly<Record<string, string | undefined>>;

const QUESTION_MEMBERS: Members = new Map([
  ['model', 'any'],
  ['customLlmProvider', 'text'],
  ['apiBase', 'text'],
  ['apiKey', 'text'],
  ['requestType', 'text'],
]);

/** @param env default: the process environment at the first question; a record is read at once */
export function createModelLibrary(env?: LibraryEnvironment): ModelLibrary {
  return createOpenableLibrary(env).library;
}

/** A library with the table that it answers from, which opens at the first question to either. */
export interface OpenableLibrary {
  readonly library: ModelLibrary;
  readonly prices: () => PriceTable;
}

/** @param env as for `createModelLibrary` */
export function createOpenableLibrary(env?: LibraryEnvironment): OpenableLibrary {
  const given = env === undefined || isMap(env) ? env : readEnvironment(env);
  let opened: OpenLibrary | null = null;
  const open = (): OpenLibrary => (opened ??= openLibrary(given ?? readEnvironment()));
  const prices = (): PriceTable => open().table;
  const library: ModelLibrary = {
    getLlmProvider: (question) => resolveProvider(checked('getLlmProvider', question), open().environment),
    getSupportedOpenaiParams: (question) => supportedParams(checked('getSupportedOpenaiParams', question), open()),
    getModelInfo: (question) => infoOf(checked('getModelInfo', question), open().knowledge.context),
    getMaxTokens: (model) => {
      checkModel('getMaxTokens', model);
      return maxTokensOf(model, open().knowledge.context);
    },
    supports: (question, capability) =>
      // LiteLLM-compat: these questions never fail; what is no name has no capability.
      typeof question?.model === 'string' && modelSupports(question, capability, open().knowledge.context),
    completionCost: (question) => answerCompletionCost(question, open().costs),
    costPerToken: (question) => answerCostPerToken(question, open().costs),
    registerModel: (models) => {
      const { table, knowledge, costs } = open();
      registerModel(models as JsonObject, { ...knowledge.context, prices: table, isProvider: costs.isProvider });
    },
    tokens: createTokenLibrary({ prices, report: (message) => process.emitWarning(message) }),
  };
  return { library, prices };
}

function isMap(env: LibraryEnvironment): env is ReadonlyMap<string, string> {
  return typeof env.get === 'function';
}

function checked<Question extends ModelQuestion>(asked: string, question: Question): Question {
  const read = checkQuestion(asked, question, QUESTION_MEMBERS);
  checkModel(asked, read.model);
  return read;
}

function openLibrary(environment: ReadonlyMap<string, string>): OpenLibrary {
  const overrideFile = environment.get('FAST_LITELLM_PRICES') ?? null;
  const table = openPriceTable({ overrideFile, builtIn: loadBuiltInPrices });
  const knowledge = createModelKnowledge(table, { deployments: [], environment });
  return { environment, table, knowledge, costs: createCostContext(knowledge, environment) };
}

function supportedParams(question: ParamsQuestion, { environment, knowledge }: OpenLibrary): readonly string[] | null {
  const { model, customLlmProvider, requestType = 'chat_completion' } = question;
  const named = resolveProvider({ model, customLlmProvider }, environment);
  if (named.provider === null) return null;
  return supportedOpenaiParams({ provider: named.provider, model: named.model, requestType, facts: knowledge.facts });
}
