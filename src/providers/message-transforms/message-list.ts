/** Small total functions over messages: every shape that is not expected comes out as it went in. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { ChatBody } from './message-rules.ts';

/** Changes each message that is an object; null leaves a message out. */
export function mapMessages(body: ChatBody, change: (message: JsonObject) => JsonObject | null): ChatBody {
  if (!isJsonArray(body.messages)) return body;
  const messages = body.messages.flatMap((message) => {
    const changed = isJsonObject(message) ? change(message) : message;
    return changed === null ? [] : [changed];
  });
  return { ...body, messages };
}

/** Changes each part of a message whose content is a list. */
export function mapParts(message: JsonObject, change: (part: JsonObject) => JsonValue): JsonObject {
  const content = message['content'];
  if (!isJsonArray(content)) return message;
  return { ...message, content: content.map((part) => (isJsonObject(part) ? change(part) : part)) };
}

/** A copy without the named keys. */
export function without(record: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
