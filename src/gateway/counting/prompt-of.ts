/** What of a request is counted as its prompt: the chat's messages, or the text of the older API as one. */
import { isJsonArray, type JsonValue } from '../../protocol/json.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import { fieldValue, findField, type RequestFields } from '../pipeline/request-fields.ts';

/** Null where the request has none. Parses the messages: call it when the count is wanted, and not before. */
export function promptOf(fields: RequestFields, model: string): CountRequest | null {
  const messages = memberOf(fields, 'messages');
  if (isJsonArray(messages)) return { model, messages };
  const prompt = memberOf(fields, 'prompt');
  if (typeof prompt === 'string') return { model, messages: [{ role: 'user', content: prompt }] };
  return isJsonArray(prompt) ? { model, text: prompt } : null;
}

function memberOf(fields: RequestFields, name: string): JsonValue | undefined {
  const field = findField(fields.scan, name);
  return field === undefined ? undefined : fieldValue(fields, field);
}
