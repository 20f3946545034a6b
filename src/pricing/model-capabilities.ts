/**
 * LiteLLM's `supports_*` functions as one: whether a model has a capability of the price map, never an error.
 */
import { findModel, resolveForQuestion, type ModelContext, type ModelQuery } from './model-info.ts';
import { numberAt, textAt } from './price-entry.ts';
import { providerNaming } from './provider-names.ts';

/** Names of the `supports_*` questions that differ from the field that answers them. */
const ANSWERED_BY: ReadonlyMap<string, string> = new Map([
  // LiteLLM-compat: its `supports_audio_output` reads the field for audio input.
  ['supports_audio_output', 'supports_audio_input'],
]);

/**
 * `capability` is LiteLLM's function name, e.g. `supports_vision`; `supports_native_streaming` is true unless denied.
 */
export function modelSupports(query: ModelQuery, capability: string, context: ModelContext): boolean {
  // LiteLLM-compat: this one question needs the provider's sign-in, so names of such providers answer no.
  const resolved =
    capability === 'supports_response_schema'
      ? context.resolveProvider(query.model, query.customLlmProvider ?? null)
      : resolveForQuestion(query, context);
  if (resolved === null) return false;
  const { model, provider } = resolved;
  if (capability === 'supports_response_schema' && providerNaming(provider).alwaysResponseSchema === true) return true;
  const field = ANSWERED_BY.get(capability) ?? capability;
  const found = findModel({ model, customLlmProvider: provider }, context);
  if (found === null) return false;
  const value = found.entry[field];
  if (capability === 'supports_native_streaming') return value !== false;
  return value === true || (value == null && impliedCapability(model, provider, field, context));
}

/** A provider's entry that is silent is completed by the bare model's entry, then by what the provider's models share. */
function impliedCapability(model: string, provider: string, field: string, context: ModelContext): boolean {
  const key = context.prices.resolveKey(model);
  if (key !== null && context.prices.get(key)?.[field] === true) return true;
  return providerNaming(provider).capabilities?.(model, context.prices)[field] === true;
}

/** What request translation asks about a model; null: the map does not list the model. */
export interface ModelFacts {
  readonly key: string;
  readonly mode: string | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly supportsFunctionCalling: boolean;
  readonly supportsParallelFunctionCalling: boolean;
  readonly supportsToolChoice: boolean;
  readonly supportsResponseSchema: boolean;
  readonly supportsNativeStructuredOutput: boolean;
  readonly supportsSystemMessages: boolean;
  readonly supportsVision: boolean;
  readonly supportsPdfInput: boolean;
  readonly supportsAudioInput: boolean;
  readonly supportsWebSearch: boolean;
  readonly supportsUrlContext: boolean;
  readonly supportsReasoning: boolean;
  readonly supportsAdaptiveThinking: boolean;
  readonly supportsPromptCaching: boolean;
  readonly supportsAssistantPrefill: boolean;
  readonly supportsNativeStreaming: boolean;
  /** Any other field of the entry, as it stands there; undefined when absent. */
  readonly field: (name: string) => unknown;
}

export function modelFacts(model: string, provider: string | null, context: ModelContext): ModelFacts | null {
  const query: ModelQuery = { model, customLlmProvider: provider };
  const resolved = resolveForQuestion(query, context);
  const found =
    resolved === null ? null : findModel({ model: resolved.model, customLlmProvider: resolved.provider }, context);
  if (found === null) return null;
  const has = (capability: string): boolean => modelSupports(query, capability, context);
  return {
    key: found.key,
    mode: textAt(found.entry, 'mode'),
    maxInputTokens: numberAt(found.entry, 'max_input_tokens'),
    maxOutputTokens: numberAt(found.entry, 'max_output_tokens'),
    supportsFunctionCalling: has('supports_function_calling'),
    supportsParallelFunctionCalling: has('supports_parallel_function_calling'),
    supportsToolChoice: has('supports_tool_choice'),
    supportsResponseSchema: has('supports_response_schema'),
    supportsNativeStructuredOutput: has('supports_native_structured_output'),
    supportsSystemMessages: has('supports_system_messages'),
    supportsVision: has('supports_vision'),
    supportsPdfInput: has('supports_pdf_input'),
    supportsAudioInput: has('supports_audio_input'),
    supportsWebSearch: has('supports_web_search'),
    supportsUrlContext: has('supports_url_context'),
    supportsReasoning: has('supports_reasoning'),
    supportsAdaptiveThinking: has('supports_adaptive_thinking'),
    supportsPromptCaching: has('supports_prompt_caching'),
    supportsAssistantPrefill: has('supports_assistant_prefill'),
    supportsNativeStreaming: has('supports_native_streaming'),
    field: (name) => found.entry[name],
  };
}
