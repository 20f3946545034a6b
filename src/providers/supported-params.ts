/**
 * Which OpenAI parameters a model takes, by kind of request: LiteLLM's `get_supported_openai_params`. null where LiteLLM
 * answers None. A list is not a promise: a provider may be known here and not be served natively.
 */
import { findProvider } from './catalogue/catalogue.ts';
import { dialectOf } from './dialects/dialects.ts';
import { gptParams, openaiDialectOf } from './dialects/openai-dialect.ts';
import {
  CHAT_LIST_FOR_EMBEDDINGS,
  CHAT_LIST_FOR_TRANSCRIPTIONS,
  EMBEDDING_PARAMS,
  FOREIGN_PARAMS,
  GPT_LIKE,
  TRANSCRIPTION_PARAMS,
} from './foreign-params.ts';
import { isGpt5Model } from './dialects/gpt5-dialect.ts';
import type { DialectModel } from './dialects/param-dialect.ts';
import type { ModelFacts } from './model-facts.ts';

export type ParamRequestType = 'chat_completion' | 'embeddings' | 'transcription';

export interface SupportedParamsQuery {
  readonly provider: string;
  readonly model: string;
  readonly requestType: ParamRequestType;
  readonly facts: ModelFacts;
}

/** Providers that LiteLLM knows no chat parameters of, though they take OpenAI's. */
const UNLISTED: ReadonlySet<string> = new Set(
  'jina_ai xinference aiml lemonade veniceai abliteration llamagate gmi sarvam aihubmix crusoe empiriolabs'.split(' '),
);

const SPECIAL: Readonly<
  Record<
    Exclude<ParamRequestType, 'chat_completion'>,
    { readonly lists: ReadonlyMap<string, string>; readonly asChat: ReadonlySet<string> }
  >
> = {
  embeddings: { lists: EMBEDDING_PARAMS, asChat: CHAT_LIST_FOR_EMBEDDINGS },
  transcription: { lists: TRANSCRIPTION_PARAMS, asChat: CHAT_LIST_FOR_TRANSCRIPTIONS },
};

export function supportedOpenaiParams(query: SupportedParamsQuery): readonly string[] | null {
  if (query.requestType === 'chat_completion') return chatParams(query);
  const { lists, asChat } = SPECIAL[query.requestType];
  const list = lists.get(query.provider);
  if (list !== undefined) return list === '' ? [] : list.split(' ');
  return asChat.has(query.provider) ? chatParams(query) : null;
}

/** Providers behind a sign-in: OpenAI's models, plain or gpt-5. */
const SIGN_IN: ReadonlySet<string> = new Set(['github_copilot', 'chatgpt']);

function signInParams(at: DialectModel): readonly string[] {
  return isGpt5Model(at.model) ? openaiDialectOf(at.model).supported(at) : gptParams(at.model);
}

function chatParams({ provider, model, facts }: SupportedParamsQuery): readonly string[] | null {
  const foreign = FOREIGN_PARAMS.get(provider);
  if (foreign !== undefined) return foreign.split(' ');
  const at = { provider, model, facts, apiVersion: null };
  if (SIGN_IN.has(provider)) return signInParams(at);
  if (GPT_LIKE.has(provider)) return gptParams(model);
  const row = findProvider(provider);
  if (row === null || UNLISTED.has(provider) || row.wire === 'foreign') return null;
  return dialectOf(provider).supported(at);
}
