/**
 * Azure OpenAI: OpenAI's families with their own lists, and parameters that depend on the API version. Deployment names
 * tell nothing, so a family is also recognised by a part of the name (`o_series/…`, `gpt5_series/…`, `my-o3-mini`).
 */
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { isOpenaiCatalogueModel } from '../known-models.ts';
import { unsupportedParams } from '../unsupported-params.ts';
import { effortOf, gpt5Dialect, isGpt5Model, mapGpt5, supportsEffort } from './gpt5-dialect.ts';
import { answerSchema, askBySchemaTool } from './json-schema.ts';
import { gptParams, mapOSeries, O_SERIES_LACKS } from './openai-dialect.ts';
import type { DialectModel, ParamDialect, ParamDraft } from './param-dialect.ts';

const NAMES = (
  'temperature n stream stream_options stop max_tokens max_completion_tokens tools tool_choice presence_penalty ' +
  'frequency_penalty logit_bias user function_call functions tools tool_choice top_p logprobs top_logprobs ' +
  'response_format seed extra_headers parallel_tool_calls prediction modalities audio web_search_options ' +
  'prompt_cache_key store'
).split(' ');

function isOSeries(model: string): boolean {
  return /o1|o3|o4|o_series\//.test(model);
}

function isGpt5(model: string): boolean {
  return isGpt5Model(model) || model.includes('gpt5_series');
}

function supported(at: DialectModel): readonly string[] {
  if (isOSeries(at.model)) return oSeriesParams(at);
  return isGpt5(at.model) ? gpt5Params(at) : NAMES;
}

/** Names that nobody knows are taken to reason. */
function oSeriesParams(at: DialectModel): readonly string[] {
  const names = gptParams(at.model).filter((name) => !O_SERIES_LACKS.has(name));
  const reasons = !isOpenaiCatalogueModel(at.model) || at.facts.supports(at.model, null, 'supports_reasoning');
  return reasons ? [...names, 'reasoning_effort'] : names;
}

function gpt5Params(at: DialectModel): readonly string[] {
  // Regions and tiers before the name (`eu/gpt-5.1`) say nothing about the model.
  const bare = { ...at, model: at.model.slice(at.model.lastIndexOf('/') + 1) };
  const names = [...gpt5Dialect(() => gptParams(at.model)).supported(bare)];
  if (!names.includes('tool_choice')) names.push('tool_choice');
  const isLater = /^gpt-5\.[24]/.test(at.model.slice(at.model.lastIndexOf('/') + 1));
  if (isLater) return [...names, 'logprobs', 'top_logprobs'];
  return supportsEffort(bare, 'none') ? names.filter((name) => name !== 'logprobs' && name !== 'top_logprobs') : names;
}

export const AZURE_DIALECT: ParamDialect = {
  supported,
  touched: [
    'max_tokens',
    'temperature',
    'reasoning_effort',
    'top_p',
    'logprobs',
    'top_logprobs',
    'tool_choice',
    'response_format',
  ],
  touchedFor({ model }) {
    return isOSeries(model) || isGpt5(model) ? this.touched : ['tool_choice', 'response_format'];
  },
  map(draft) {
    if (isOSeries(draft.model)) return mapOSeries(draft);
    if (isGpt5(draft.model)) return mapAzureGpt5(draft);
    mapGpt(draft);
  },
};

/** On Azure the effort `none` is refused where the model does not know it. */
function mapAzureGpt5(draft: ParamDraft): void {
  if (effortOf(draft.given.get('reasoning_effort')) === 'none' && !supportsEffort(draft, 'none')) {
    draft.given.delete('reasoning_effort');
    draft.out.delete('reasoning_effort');
    if (!draft.dropParams)
      throw unsupportedParams(
        "Azure OpenAI does not support reasoning_effort='none' for this model. Supported values are: 'low', 'medium', " +
          "and 'high'. To drop this parameter, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n " +
          'drop_params: true`\nIssue: https://github.com/BerriAI/litellm/issues/16704',
      );
  }
  mapGpt5(draft);
}

interface ApiVersion {
  readonly year: number;
  readonly month: number;
}

function parseVersion(text: string | null): ApiVersion | null {
  const match = /^(\d{4})-(\d{2})-\d{2}/.exec(text ?? '');
  return match === null ? null : { year: Number(match[1]), month: Number(match[2]) };
}

function isBefore(version: ApiVersion | null, year: number, month: number): boolean {
  return version !== null && (version.year < year || (version.year === year && version.month < month));
}

function mapGpt(draft: ParamDraft): void {
  const version = parseVersion(draft.apiVersion);
  if (/gpt-5|gpt-6|gpt5_series/.test(draft.model)) renameLimit(draft);
  mapToolChoice(draft, version);
  mapResponseFormat(draft, version);
}

function renameLimit(draft: ParamDraft): void {
  const limit = draft.given.get('max_tokens');
  if (limit === undefined) return;
  draft.out.delete('max_tokens');
  if (!draft.out.has('max_completion_tokens')) draft.out.set('max_completion_tokens', limit);
}

function mapToolChoice(draft: ParamDraft, version: ApiVersion | null): void {
  const choice = draft.given.get('tool_choice');
  if (choice === undefined) return;
  const refusal = toolChoiceRefusal(choice, version, draft.apiVersion);
  if (refusal === null) return;
  draft.out.delete('tool_choice');
  if (!draft.dropParams) throw unsupportedParams(refusal);
}

const REFERENCE = 'https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#chat-completions';

function toolChoiceRefusal(choice: JsonValue, version: ApiVersion | null, shown: string | null): string | null {
  if (isBefore(version, 2023, 12))
    return (
      `Azure does not support 'tool_choice', for api_version=${String(shown)}. Bump your API version to ` +
      "'2023-12-01-preview' or later. This parameter requires 'api_version=\"2023-12-01-preview\"' or later. " +
      `Azure API Reference: ${REFERENCE}`
    );
  if (choice === 'required' && version !== null && version.year === 2024 && version.month <= 5)
    return (
      `Azure does not support 'required' as a tool_choice param, for api_version=${String(shown)}. To drop ` +
      "'tool_choice=required' for calls with this Azure API version, set `litellm.drop_params=True` or for proxy:\n\n" +
      `\`litellm_settings:\n drop_params: true\`\nAzure API Reference: ${REFERENCE}`
    );
  return null;
}

/** Older versions and models take a schema only as a tool. */
function mapResponseFormat(draft: ParamDraft, version: ApiVersion | null): void {
  const format = draft.given.get('response_format');
  if (!isJsonObject(format)) return;
  const isOldModel = draft.model.includes('gpt-35') || draft.model.replaceAll('3-5', '3.5').includes('gpt-3.5');
  if (!isOldModel && !isBefore(version, 2024, 8)) return;
  draft.out.delete('response_format');
  const schema = answerSchema(format);
  if (schema !== null) askBySchemaTool(draft, schema, true);
}
