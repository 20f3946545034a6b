/**
 * What a provider says it has counted, in one form: chat usage, Anthropic's, the Responses API's, Google's interactions
 * and OpenAI's transcription usage read into the same fields. Prompt tokens include cached ones. One pass, one object.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { textAt } from './price-entry.ts';

export interface PromptDetails {
  readonly cached: number;
  readonly cacheWrite: number;
  /** Cache writes by time to live; null when the provider gives only the total. */
  readonly cacheWriteByLife: { readonly fiveMinutes: number; readonly oneHour: number } | null;
  readonly text: number;
  readonly audio: number;
  readonly image: number;
  readonly video: number;
  readonly characters: number;
  readonly images: number;
  readonly videoSeconds: number;
  readonly audioSeconds: number;
  readonly queries: number;
  readonly webSearches: number | null;
  readonly mapsRequests: number | null;
}

export interface CompletionDetails {
  /** As reported; reasoning that is nested in it is taken out by `textTokens`. */
  readonly text: number;
  readonly audio: number;
  readonly reasoning: number;
  readonly image: number;
  readonly video: number;
}

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly prompt: PromptDetails | null;
  readonly completion: CompletionDetails | null;
  /** `cache_read_input_tokens` and `cache_creation_input_tokens` beside `prompt_tokens`, Anthropic's way. */
  readonly cacheReadBeside: number | null;
  readonly cacheWriteBeside: number | null;
  /** `server_tool_use`. */
  readonly webSearchRequests: number | null;
  readonly browserOpens: number;
  readonly hasServerToolUse: boolean;
  /** `server_side_tool_usage_details.web_search_calls`; null without that block. */
  readonly webSearchCalls: number | null;
  readonly citationTokens: number;
  /** USD that the provider itself states. */
  readonly statedCost: number | null;
  readonly inferenceGeo: string | null;
  readonly speed: string | null;
  readonly serviceTier: string | null;
}

const NO_FIELDS: JsonObject = {};

/** A whole number of at least zero fields; anything else counts as not reported. */
function count(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function objectAt(source: JsonObject, key: string): JsonObject | null {
  const value = source[key];
  if (!isJsonObject(value)) return null;
  for (const _ in value) return value;
  return null;
}

/** Reads any of the known shapes; fields that are missing or of another type count as not reported. */
export function readUsage(source: JsonObject): TokenUsage {
  if (isAnthropicUsage(source)) return readAnthropicUsage(source);
  if ('input_tokens' in source && 'output_tokens' in source) return readResponsesUsage(source);
  if (!('prompt_tokens' in source) && ('total_input_tokens' in source || 'total_output_tokens' in source)) {
    return readInteractionsUsage(source);
  }
  return readChatUsage(source);
}

/** Usage of a call of which only the token counts are known. */
export function plainUsage(promptTokens: number, completionTokens: number): TokenUsage {
  return build(NO_FIELDS, { promptTokens, completionTokens, prompt: null, completion: null });
}

function readChatUsage(source: JsonObject): TokenUsage {
  const completionTokens = count(source['completion_tokens']) ?? 0;
  return build(source, {
    promptTokens: count(source['prompt_tokens']) ?? 0,
    completionTokens,
    prompt: promptDetails(objectAt(source, 'prompt_tokens_details'), source),
    completion: completionDetails(source, completionTokens),
  });
}

interface Counts {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly prompt: PromptDetails | null;
  readonly completion: CompletionDetails | null;
}

function build(source: JsonObject, counts: Counts): TokenUsage {
  const tools = isJsonObject(source['server_tool_use']) ? source['server_tool_use'] : null;
  const sideTools = isJsonObject(source['server_side_tool_usage_details'])
    ? source['server_side_tool_usage_details']
    : null;
  return {
    promptTokens: counts.promptTokens,
    completionTokens: counts.completionTokens,
    totalTokens: count(source['total_tokens']) ?? 0,
    prompt: counts.prompt,
    completion: counts.completion,
    cacheReadBeside: count(source['cache_read_input_tokens']),
    cacheWriteBeside: count(source['cache_creation_input_tokens']),
    webSearchRequests: tools === null ? null : count(tools['web_search_requests']),
    browserOpens: tools === null ? 0 : (count(tools['browser_open_requests']) ?? 0),
    hasServerToolUse: tools !== null,
    webSearchCalls: sideTools === null ? null : (count(sideTools['web_search_calls']) ?? 0),
    citationTokens: count(source['citation_tokens']) ?? 0,
    statedCost: statedCost(source['cost']),
    inferenceGeo: textAt(source, 'inference_geo'),
    speed: textAt(source, 'speed'),
    serviceTier: textAt(source, 'service_tier'),
  };
}

/** A number, or an object with a `total_cost`. */
function statedCost(value: JsonValue | undefined): number | null {
  return isJsonObject(value) ? count(value['total_cost']) : count(value);
}

/** `beside` holds counts that some providers put next to the details; they win. */
function promptDetails(details: JsonObject | null, beside: JsonObject): PromptDetails | null {
  const cachedBeside = count(beside['cache_read_input_tokens']) ?? count(beside['prompt_cache_hit_tokens']);
  const writtenBeside = count(beside['cache_creation_input_tokens']);
  if (details === null && cachedBeside === null && writtenBeside === null) return null;
  const from = details ?? NO_FIELDS;
  const written = from['cache_write_tokens'] ?? from['cache_creation_tokens'] ?? from['cache_creation_input_tokens'];
  return {
    cached: cachedBeside ?? count(from['cached_tokens']) ?? 0,
    cacheWrite: writtenBeside ?? count(written) ?? 0,
    cacheWriteByLife: cacheWriteByLife(from['cache_creation_token_details']),
    text: count(from['text_tokens']) ?? 0,
    audio: count(from['audio_tokens']) ?? 0,
    image: count(from['image_tokens']) ?? 0,
    video: Math.max(0, count(from['video_tokens']) ?? 0),
    characters: count(from['character_count']) ?? 0,
    images: count(from['image_count']) ?? 0,
    videoSeconds: count(from['video_length_seconds']) ?? 0,
    audioSeconds: count(from['audio_length_seconds']) ?? 0,
    queries: Math.max(0, count(from['query_count']) ?? 0),
    webSearches: count(from['web_search_requests']),
    mapsRequests: count(from['google_maps_grounding_requests']),
  };
}

function cacheWriteByLife(value: JsonValue | undefined): PromptDetails['cacheWriteByLife'] {
  if (!isJsonObject(value)) return null;
  return {
    fiveMinutes: count(value['ephemeral_5m_input_tokens']) ?? 0,
    oneHour: count(value['ephemeral_1h_input_tokens']) ?? 0,
  };
}

function completionDetails(source: JsonObject, completionTokens: number): CompletionDetails | null {
  const details = objectAt(source, 'completion_tokens_details');
  const reasoningBeside = count(source['reasoning_tokens']) ?? 0;
  if (details === null && reasoningBeside === 0) return null;
  const from = details ?? NO_FIELDS;
  const image = count(from['image_tokens']) ?? 0;
  const audio = count(from['audio_tokens']) ?? 0;
  const implied = reasoningBeside === 0 ? 0 : Math.max(0, completionTokens - reasoningBeside - image - audio);
  return {
    text: count(from['text_tokens']) ?? implied,
    audio,
    reasoning: count(from['reasoning_tokens']) ?? reasoningBeside,
    image,
    video: Math.max(0, count(from['video_tokens']) ?? 0),
  };
}

/** Only Anthropic counts the cache beside the input; without those keys both readings agree. */
function isAnthropicUsage(source: JsonObject): boolean {
  if ('prompt_tokens' in source || !('input_tokens' in source)) return false;
  return 'cache_read_input_tokens' in source || 'cache_creation_input_tokens' in source;
}

function readAnthropicUsage(source: JsonObject): TokenUsage {
  const rounds = isJsonArray(source['iterations']) ? source['iterations'].filter(isJsonObject) : [];
  const parts = rounds.length > 0 ? rounds : [source];
  const sum = (key: string): number => parts.reduce((total, part) => total + (count(part[key]) ?? 0), 0);
  const cached = sum('cache_read_input_tokens');
  const written = sum('cache_creation_input_tokens');
  const input = sum('input_tokens');
  const prompt = promptDetails(
    { cached_tokens: cached, cache_creation_tokens: written, text_tokens: input },
    NO_FIELDS,
  );
  const byLife = cacheWriteByLife(source['cache_creation']);
  const output = sum('output_tokens');
  const usage = build(source, {
    promptTokens: input + cached + written,
    completionTokens: output,
    prompt: prompt === null ? null : { ...prompt, cacheWriteByLife: byLife },
    completion: { text: output, audio: 0, reasoning: 0, image: 0, video: 0 },
  });
  return {
    ...usage,
    totalTokens: input + cached + written + output,
    cacheReadBeside: cached,
    cacheWriteBeside: written,
  };
}

function readResponsesUsage(source: JsonObject): TokenUsage {
  const input = count(source['input_tokens']) ?? 0;
  const output = count(source['output_tokens']) ?? 0;
  const inputDetails = objectAt(source, 'input_tokens_details') ?? objectAt(source, 'input_token_details');
  const outputDetails = objectAt(source, 'output_tokens_details') ?? objectAt(source, 'output_token_details');
  const completion =
    outputDetails === null ? null : completionDetails({ completion_tokens_details: outputDetails }, output);
  const usage = build(source, {
    promptTokens: input,
    completionTokens: output,
    prompt: promptDetails(inputDetails, NO_FIELDS),
    completion,
  });
  return { ...usage, totalTokens: input + output };
}

const MODALITY_FIELDS: ReadonlyMap<string, string> = new Map([
  ['text', 'text_tokens'],
  ['audio', 'audio_tokens'],
  ['image', 'image_tokens'],
  ['video', 'video_tokens'],
  ['document', 'text_tokens'],
]);

function sumByModality(...lists: readonly (JsonValue | undefined)[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const list of lists) {
    if (!isJsonArray(list)) continue;
    for (const item of list) {
      if (!isJsonObject(item)) continue;
      const field = MODALITY_FIELDS.get((textAt(item, 'modality') ?? '').toLowerCase());
      if (field === undefined) continue;
      sums.set(field, (sums.get(field) ?? 0) + (count(item['tokens']) ?? 0));
    }
  }
  return sums;
}

function readInteractionsUsage(source: JsonObject): TokenUsage {
  const input = sumByModality(source['input_tokens_by_modality'], source['tool_use_tokens_by_modality']);
  const cachedBy = sumByModality(source['cached_tokens_by_modality']);
  const cached = count(source['total_cached_tokens']) ?? 0;
  if (cachedBy.size > 0) {
    for (const [field, tokens] of input) input.set(field, Math.max(0, tokens - (cachedBy.get(field) ?? 0)));
  } else if (cached > 0 && input.has('text_tokens')) {
    input.set('text_tokens', Math.max(0, (input.get('text_tokens') ?? 0) - cached));
  }
  const searches = googleSearches(source['grounding_tool_count']);
  const reasoning = count(source['total_reasoning_tokens']) || count(source['total_thought_tokens']) || 0;
  const promptTokens = (count(source['total_input_tokens']) ?? 0) + (count(source['total_tool_use_tokens']) ?? 0);
  const completionTokens = (count(source['total_output_tokens']) ?? 0) + reasoning;
  const details: JsonObject = {
    ...Object.fromEntries(input),
    ...(cached > 0 ? { cached_tokens: cached } : {}),
    ...(searches > 0 ? { web_search_requests: searches } : {}),
  };
  const output = Object.fromEntries(sumByModality(source['output_tokens_by_modality']));
  const completion = { ...output, ...(reasoning > 0 ? { reasoning_tokens: reasoning } : {}) };
  const usage = build(source, {
    promptTokens,
    completionTokens,
    prompt: Object.keys(details).length === 0 ? null : promptDetails(details, NO_FIELDS),
    completion: completionDetails({ completion_tokens_details: completion }, completionTokens),
  });
  return { ...usage, totalTokens: usage.totalTokens || promptTokens + completionTokens };
}

function googleSearches(value: JsonValue | undefined): number {
  if (!isJsonArray(value)) return 0;
  const searches = value.filter(isJsonObject).filter((item) => item['type'] === 'google_search');
  return searches.reduce((total, item) => total + (count(item['count']) ?? 0), 0);
}

/** Text tokens of an answer without the reasoning that some providers count into them. */
export function textTokens(details: CompletionDetails, completionTokens: number): number {
  const { text, reasoning, audio, image, video } = details;
  const surplus = Math.max(text + reasoning + audio + image + video - completionTokens, 0);
  return text - Math.min(reasoning, text, surplus);
}
