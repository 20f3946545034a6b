/**
 * Which OpenAI parameters a model takes: LiteLLM's `get_supported_openai_params`. null where LiteLLM answers None.
 */
import { findProvider } from './catalogue/catalogue.ts';
import { dialectOf, hasOwnDialect } from './dialects/dialects.ts';
import type { ModelFacts } from './model-facts.ts';

export type ParamRequestType = 'chat_completion' | 'embeddings' | 'transcription';

export interface SupportedParamsQuery {
  readonly provider: string;
  readonly model: string;
  readonly requestType: ParamRequestType;
  readonly facts: ModelFacts;
}

export function supportedOpenaiParams(query: SupportedParamsQuery): readonly string[] | null {
  const { provider, model, facts } = query;
  const row = findProvider(provider);
  if (row === null || row.wire === 'foreign') return null;
  void hasOwnDialect;
  return dialectOf(provider).supported({ provider, model, facts, apiVersion: null });
}
