/** What an answer says that it used, for the router's counts. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

export interface UsedTokens {
  readonly totalTokens: number;
  readonly completionTokens: number;
}

/** Usage as chats, embeddings and the Responses API tell it. */
export function usedTokens(usage: JsonValue | undefined): UsedTokens {
  if (!isJsonObject(usage)) return { totalTokens: 0, completionTokens: 0 };
  const completionTokens = count(usage, 'completion_tokens') || count(usage, 'output_tokens');
  const promptTokens = count(usage, 'prompt_tokens') || count(usage, 'input_tokens');
  return { totalTokens: count(usage, 'total_tokens') || promptTokens + completionTokens, completionTokens };
}

function count(usage: JsonObject, name: string): number {
  const value = usage[name];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
