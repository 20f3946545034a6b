/**
 * The same question with the beginning of the answer in the assistant's name, for deployments that are declared to go on
 * behind it. The form is the one that OpenAI-compatible APIs with prefill share (Mistral, DeepSeek; LiteLLM translates it
 * for others): a last message `{"role": "assistant", "content": …, "prefix": true}`.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../protocol/json.ts';
import { promptOf } from '../../counting/prompt-of.ts';
import { writtenFields } from '../request-document.ts';
import type { RoutedRequest } from '../route-attempt.ts';

/** slow path: parses the request and writes it anew. */
export function prefilledRequest(routed: RoutedRequest, beginning: string): RoutedRequest {
  const document = JSON.parse(routed.fields.bytes.text()) as JsonObject;
  const messages = document['messages'];
  const given = isJsonArray(messages) ? messages : [];
  const fields = writtenFields({ ...document, messages: withBeginning(given, beginning) });
  const prompt = routed.prompt === null ? null : () => promptOf(fields, routed.target.model);
  return { ...routed, fields, prompt };
}

/** A beginning that the client gave itself grows; two messages of the assistant in a row would be two answers. */
function withBeginning(messages: readonly JsonValue[], beginning: string): readonly JsonValue[] {
  const last = messages.at(-1);
  const own = isJsonObject(last) && last['role'] === 'assistant' && typeof last['content'] === 'string' ? last : null;
  if (own === null) return [...messages, { role: 'assistant', content: beginning, prefix: true }];
  return [...messages.slice(0, -1), { ...own, content: `${own['content'] as string}${beginning}`, prefix: true }];
}
