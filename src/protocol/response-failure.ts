import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** The error of an event of the Responses API that says that the answer has failed: `error` or `response.failed`; null: another event. */
export function responseFailure(event: JsonObject): JsonValue | null {
  const { type, response } = event;
  if (type === 'error') return event;
  if (type !== 'response.failed') return null;
  return (isJsonObject(response) ? response['error'] : null) ?? { message: 'the response failed' };
}
