/**
 * OpenAI's own models: the parameters of the gpt family, and the two families that reason. Also the base of most
 * compatible providers.
 */
import { pythonRepr } from '../../protocol/python-text.ts';
import { unsupportedParams } from '../unsupported-params.ts';
import { isOpenaiCatalogueModel, isOpenaiChatModel } from '../known-models.ts';
import { gpt5Dialect, isGpt5Model } from './gpt5-dialect.ts';
import type { DialectModel, ParamDialect, ParamDraft } from './param-dialect.ts';

const BASE = [
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'max_tokens',
  'max_completion_tokens',
  'modalities',
  'prediction',
  'n',
  'presence_penalty',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'tools',
  'tool_choice',
  'function_call',
  'functions',
  'max_retries',
  'extra_headers',
  'parallel_tool_calls',
  'audio',
  'web_search_options',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'store',
] as const;

/** Parameters of OpenAI's chat models; most compatible providers take the same. */
export function gptParams(model: string): string[] {
  const params: string[] = [...BASE];
  if (model !== 'gpt-3.5-turbo-16k' && model !== 'gpt-4') params.push('response_format');
  if (isOpenaiCatalogueModel(model)) params.push('user');
  return params;
}

/** Everything that speaks OpenAI's chat format and has no rules of its own. */
export const GPT_DIALECT: ParamDialect = {
  supported: ({ model }) => gptParams(model),
  touched: [],
};

/** `o1`, `o3-mini`, `openai/o4-mini`: only names of the catalogue. */
export function isOSeriesModel(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return /^o\d/.test(name) && isOpenaiChatModel(name);
}

export const O_SERIES_LACKS: ReadonlySet<string> = new Set([
  'logprobs',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'top_logprobs',
]);
const TOOL_PARAMS = ['tools', 'tool_choice', 'function_call', 'functions'];

const O_SERIES_DIALECT: ParamDialect = {
  supported({ model, facts }) {
    const lacks = new Set(O_SERIES_LACKS);
    if (!facts.supports(model, null, 'supports_function_calling')) for (const name of TOOL_PARAMS) lacks.add(name);
    if (!facts.supports(model, null, 'supports_parallel_function_calling')) lacks.add('parallel_tool_calls');
    if (!facts.supports(model, null, 'supports_response_schema')) lacks.add('response_format');
    return [...gptParams(model), 'reasoning_effort'].filter((name) => !lacks.has(name));
  },
  touched: ['max_tokens', 'temperature'],
  map: mapOSeries,
};

/** Renames the token limit and refuses a temperature other than 1. */
export function mapOSeries(draft: ParamDraft): void {
  takeMaxTokens(draft);
  const temperature = draft.given.get('temperature');
  draft.given.delete('temperature');
  if (temperature === undefined || temperature === 1) return;
  draft.out.delete('temperature');
  if (draft.dropParams) return;
  throw unsupportedParams(
    `O-series models don't support temperature=${pythonRepr(temperature)}. Only temperature=1 is supported. ` +
      'To drop unsupported openai params from the call, set `litellm.drop_params = True`',
  );
}

/** Reasoning models count their limit in `max_completion_tokens`; a given one wins. */
function takeMaxTokens(draft: ParamDraft): void {
  const limit = draft.given.get('max_tokens');
  if (limit === undefined) return;
  draft.given.delete('max_tokens');
  draft.out.delete('max_tokens');
  if (!draft.given.has('max_completion_tokens')) draft.out.set('max_completion_tokens', limit);
}

/** Picks the family by the model's name. */
export function openaiDialectOf(model: string): ParamDialect {
  if (isOSeriesModel(model)) return O_SERIES_DIALECT;
  if (isGpt5Model(model)) return GPT5_DIALECT;
  return isOpenaiCatalogueModel(model) ? GPT_DIALECT : UNKNOWN_MODEL_DIALECT;
}

const GPT5_DIALECT = gpt5Dialect(gptParams);
/** A model that OpenAI does not list may be anything behind a compatible server, also one that reasons. */
const UNKNOWN_MODEL_DIALECT: ParamDialect = {
  supported: ({ model }) => [...gptParams(model), 'reasoning_effort'],
  touched: [],
};

export const OPENAI_DIALECT: ParamDialect = {
  supported: (at: DialectModel) => openaiDialectOf(at.model).supported(at),
  touched: ['max_tokens', 'temperature', 'reasoning_effort', 'top_p', 'logprobs', 'top_logprobs'],
  touchedFor: (at: DialectModel) => openaiDialectOf(at.model).touched,
  map: (draft) => openaiDialectOf(draft.model).map?.(draft),
};
