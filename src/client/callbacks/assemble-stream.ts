/** What loggers get of a stream that ended well: the whole answer, as if it had not been streamed. */
import { isJsonArray, isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import { processLibrary } from '../process-library.ts';
import { buildAnswer } from '../stream-chunks/build-answer.ts';

export interface StreamedCall {
  readonly body: JsonObject;
  /** What the provider told at the end, where the reader did not ask for it; null: nothing. */
  readonly usage: JsonObject | null;
  readonly nowMs: number;
}

export function assembleStream(
  family: RouteFamily,
  chunks: readonly JsonObject[],
  { body, usage, nowMs }: StreamedCall,
): JsonObject | null {
  // The last event of the Responses API holds the whole response.
  if (family === 'responses') {
    const response = chunks.findLast((event) => isJsonObject(event['response']))?.['response'];
    return isJsonObject(response) ? response : null;
  }
  const { messages } = body;
  const countTokens = (request: Parameters<typeof processLibrary.tokens.tokenCounter>[0]): number =>
    processLibrary.tokens.tokenCounter(request);
  const all = usage === null ? chunks : [...chunks, { choices: [], usage }];
  return buildAnswer(all, isJsonArray(messages) ? messages.filter(isJsonObject) : null, { countTokens, nowMs });
}
