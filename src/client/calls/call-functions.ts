/**
 * LiteLLM's calls as functions: `completion({ model: 'openai/gpt-4o-mini', messages })`. The provider is told by the
 * model's name, its key by the call or LiteLLM's environment variable. What makes calls is loaded at the first of them.
 *
 * Each rejects with a GatewayError when retries and fallbacks have not helped (see `CallFailure`), with `bad_request` for
 * a wrong call, `not_implemented` for a provider that is not spoken to, and with the signal's reason when it is aborted.
 */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  Embeddings,
  Images,
  Moderation,
  Reranking,
  ResponsesAnswer,
  ResponsesEvent,
  TextCompletion,
  Transcription,
} from '../router/answers.ts';
import type { Answered, DirectHiddenParams, Streamed, WithAny } from '../router/contract.ts';
import { type CallFamily, FAMILIES } from '../router/families.ts';
import type {
  CompletionCall,
  EmbeddingsCall,
  ImageGenerationCall,
  ModerationsCall,
  RerankingCall,
  ResponseCall,
  SpeechesCall,
  TextCompletionCall,
  TranscriptionsCall,
} from './contract.ts';

type Whole<Answer> = Answered<Answer, DirectHiddenParams>;
type Stream<Chunk> = Streamed<Chunk, DirectHiddenParams>;

/**
 * A chat: LiteLLM's `completion` and `acompletion`.
 * @returns OpenAI's chat completion; with `stream: true` an async iterable of chunks, once the first one is there
 * @throws GatewayError; behind the first chunk from the loop over the stream
 */
export function completion<Call extends CompletionCall & { readonly stream: true }>(
  call: Call,
): Promise<Stream<ChatCompletionChunk>>;
export function completion<Call extends CompletionCall & { readonly stream?: false | null }>(
  call: Call,
): Promise<Whole<ChatCompletion>>;
export function completion<Call extends CompletionCall>(
  call: Call,
): Promise<Whole<ChatCompletion> | Stream<ChatCompletionChunk>>;
export function completion(call: CompletionCall): Promise<unknown> {
  return ask(FAMILIES.completion, call);
}

/**
 * A completion of `prompt`, over chat where the model needs it: LiteLLM's `text_completion`.
 * @returns OpenAI's text completion; with `stream: true` an async iterable of them
 * @throws GatewayError as `completion`
 */
export function textCompletion<Call extends TextCompletionCall & { readonly stream: true }>(
  call: Call,
): Promise<Stream<TextCompletion>>;
export function textCompletion<Call extends TextCompletionCall & { readonly stream?: false | null }>(
  call: Call,
): Promise<Whole<TextCompletion>>;
export function textCompletion<Call extends TextCompletionCall>(
  call: Call,
): Promise<Whole<TextCompletion> | Stream<TextCompletion>>;
export function textCompletion(call: TextCompletionCall): Promise<unknown> {
  return ask(FAMILIES.textCompletion, call);
}

/** The vectors of `input`, one text or a list. @returns OpenAI's list of embeddings @throws GatewayError */
export function embedding<Call extends EmbeddingsCall>(call: Call): Promise<Whole<Embeddings>> {
  return ask(FAMILIES.embedding, call);
}

/**
 * The Responses API.
 * @returns OpenAI's response; with `stream: true` an async iterable of its events
 * @throws GatewayError as `completion`
 */
export function responses<Event = ResponsesEvent>(
  call: WithAny<ResponseCall & { readonly stream: true }>,
): Promise<Stream<Event>>;
export function responses<Answer extends object = ResponsesAnswer>(call: WithAny<ResponseCall>): Promise<Whole<Answer>>;
export function responses(call: ResponseCall): Promise<unknown> {
  return ask(FAMILIES.responses, call);
}

/** Images for `prompt`, by URL or in base64. @returns OpenAI's list of images @throws GatewayError */
export function imageGeneration<Call extends ImageGenerationCall>(call: Call): Promise<Whole<Images>> {
  return ask(IMAGE_GENERATION, call);
}

/**
 * What is said in `file`: a `File`, a `Blob` or `{ name, data }`.
 * @returns `{ text }` and what the provider adds; text formats (`responseFormat: 'srt'`) come as `{ text }` too
 * @throws GatewayError
 */
export function transcription<Call extends TranscriptionsCall>(call: Call): Promise<Whole<Transcription>> {
  return ask(FAMILIES.transcription, call);
}

/** `input` spoken by `voice`. @returns the whole sound as a web `Response` with its media type @throws GatewayError */
export function speech<Call extends SpeechesCall>(call: Call): Promise<Whole<Response>> {
  return ask(FAMILIES.speech, call);
}

/** Whether `input` is harmful, and how. @returns OpenAI's `{ results: [{ flagged, … }] }` @throws GatewayError */
export function moderation<Call extends ModerationsCall>(call: Call): Promise<Whole<Moderation>> {
  return ask(MODERATION, call);
}

/** `documents` by their relevance to `query`. @returns Cohere's `{ results: [{ index, relevance_score }] }` @throws GatewayError */
export function rerank<Call extends RerankingCall>(call: Call): Promise<Whole<Reranking>> {
  return ask(FAMILIES.rerank, call);
}

/** LiteLLM-compat: these two need no model. */
const IMAGE_GENERATION: CallFamily = { ...FAMILIES.imageGeneration, defaultModel: 'openai/dall-e-2' };
const MODERATION: CallFamily = {
  ...FAMILIES.moderation,
  defaultModel: 'openai/omni-moderation-latest',
  defaultProvider: 'openai',
};

async function ask<Answer>(family: CallFamily, call: object): Promise<Answer> {
  const { processCalls } = await import('./process-calls.ts');
  return (await processCalls.start(family, call)) as Answer;
}
