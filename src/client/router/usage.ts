/** What an answer says that it used, for the router's counts. */
import { readUsage } from '../../pricing/usage.ts';
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';

export interface UsedTokens {
  readonly totalTokens: number;
  readonly completionTokens: number;
}

/** Usage in any shape that has a price; what is no usage counts nothing. */
export function usedTokens(usage: JsonValue | undefined): UsedTokens {
  if (!isJsonObject(usage)) return { totalTokens: 0, completionTokens: 0 };
  const { promptTokens, completionTokens, totalTokens } = readUsage(usage);
  return {
    totalTokens: Math.max(0, totalTokens || promptTokens + completionTokens),
    completionTokens: Math.max(0, completionTokens),
  };
}
