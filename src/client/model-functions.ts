/**
 * LiteLLM's functions about models, as functions: one library for the process, opened at the first question. For
 * another environment or prices of one's own, `createModelLibrary` makes a library of its own.
 */
import type { JsonObject } from '../protocol/json.ts';
import type { CompletionCostQuestion, CostPerTokenQuestion, TokenCost } from './cost-questions.ts';
import { processLibrary as library } from './process-library.ts';

/**
 * What a call has cost, in USD: LiteLLM's `completion_cost`. Usage, model and service tier are read from
 * `completionResponse`; without it `prompt`, `messages` and `completion` are counted.
 * @throws GatewayError `not_found`: the model has no price; `bad_request`: no model, or nobody is known to serve it
 */
export function completionCost(question: CompletionCostQuestion): number {
  return library.completionCost(question);
}

/**
 * The two sides of a call's cost from its counts: LiteLLM's `cost_per_token`.
 * @throws GatewayError `not_found`: the model has no price; `bad_request`: nobody is known to serve it
 */
export function costPerToken(question: CostPerTokenQuestion): TokenCost {
  return library.costPerToken(question);
}

/**
 * What the price table says of a model, under LiteLLM's names of fields (`max_input_tokens`, `input_cost_per_token` in
 * USD, `supports_vision`, …), null where it says nothing: LiteLLM's `get_model_info`.
 * @throws GatewayError `not_found` for an unknown model
 */
export function getModelInfo(model: string, customLlmProvider?: string): JsonObject {
  return library.getModelInfo(asked(model, customLlmProvider));
}

/**
 * The most tokens that an answer of the model may have: LiteLLM's `get_max_tokens`; null when the table does not say.
 * @throws GatewayError `not_found` for an unknown model
 */
export function getMaxTokens(model: string): number | null {
  return library.getMaxTokens(model);
}

/**
 * Adds models to the table of this process, or overrides what it says of them: LiteLLM's `register_model`.
 * @param models by name, facts and prices under LiteLLM's names, e.g. `{'my-model': {input_cost_per_token: 1e-6}}`
 * @throws GatewayError `bad_request` when a value is no object
 */
export function registerModel(models: object): void {
  library.registerModel(models);
}

/** Whether the model takes tools: LiteLLM's `supports_function_calling`. Unknown models: false; so for all below. */
export function supportsFunctionCalling(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_function_calling');
}

/** Whether it calls several tools in one turn: `supports_parallel_function_calling`. */
export function supportsParallelFunctionCalling(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_parallel_function_calling');
}

/** Whether it takes `tool_choice`: `supports_tool_choice`. */
export function supportsToolChoice(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_tool_choice');
}

/** Whether it takes pictures: `supports_vision`. */
export function supportsVision(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_vision');
}

/** Whether it takes a JSON schema for its answer: `supports_response_schema`. */
export function supportsResponseSchema(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_response_schema');
}

/** Whether it takes system messages: `supports_system_messages`. */
export function supportsSystemMessages(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_system_messages');
}

/** Whether it keeps prompts that were marked: `supports_prompt_caching`. */
export function supportsPromptCaching(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_prompt_caching');
}

/** Whether it reasons before it answers: `supports_reasoning`. */
export function supportsReasoning(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_reasoning');
}

/** Whether it takes sound: `supports_audio_input`. */
export function supportsAudioInput(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_audio_input');
}

/** `supports_audio_output`. LiteLLM-compat: its function reads the field for audio input. */
export function supportsAudioOutput(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_audio_output');
}

/** Whether it takes PDF files: `supports_pdf_input`. */
export function supportsPdfInput(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_pdf_input');
}

/** Whether it searches the web itself: `supports_web_search`. */
export function supportsWebSearch(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_web_search');
}

/** Whether it reads addresses in the prompt itself: `supports_url_context`. */
export function supportsUrlContext(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_url_context');
}

/** Whether it operates a computer: `supports_computer_use`. */
export function supportsComputerUse(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_computer_use');
}

/** Whether it streams by itself; true unless the table denies it: `supports_native_streaming`. */
export function supportsNativeStreaming(model: string, customLlmProvider?: string): boolean {
  return library.supports(asked(model, customLlmProvider), 'supports_native_streaming');
}

function asked(model: string, customLlmProvider: string | undefined) {
  return customLlmProvider === undefined ? { model } : { model, customLlmProvider };
}
