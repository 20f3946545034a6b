import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { processLibrary } from '../process-library.ts';
import type { ChatCompletion, ChatCompletionChunk, TextCompletion } from '../router/answers.ts';
import { buildAnswer } from './build-answer.ts';

export interface StreamChunkOptions {
  /** Of the request, to count the prompt where no chunk tells it. */
  readonly messages?: readonly object[] | null | undefined;
}

/**
 * The whole answer from the chunks of a stream: text, tool calls, reasoning, finish reasons, usage (counted where no chunk
 * tells it). LiteLLM's `stream_chunk_builder`.
 * @param chunks of a chat or a text completion, in their order
 * @returns null: there are no chunks
 * @throws GatewayError `bad_request` for what is no list of chunks
 */
export function streamChunkBuilder(
  chunks: readonly ChatCompletionChunk[],
  options?: StreamChunkOptions,
): ChatCompletion | null;
export function streamChunkBuilder(
  chunks: readonly TextCompletion[],
  options?: StreamChunkOptions,
): TextCompletion | null;
export function streamChunkBuilder(
  chunks: readonly object[],
  options?: StreamChunkOptions,
): ChatCompletion | TextCompletion | null;
export function streamChunkBuilder(chunks: readonly object[], { messages }: StreamChunkOptions = {}): object | null {
  if (!Array.isArray(chunks)) {
    const text = `streamChunkBuilder takes a list of chunks; got ${kindOfValue(chunks)}.`;
    throw new GatewayError('bad_request', text, { param: 'chunks' });
  }
  return buildAnswer(chunks, messages ?? null, {
    countTokens: (request) => processLibrary.tokens.tokenCounter(request),
    nowMs: Date.now(),
  });
}
