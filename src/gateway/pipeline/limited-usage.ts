/** What an answer has used, as limits count it. */
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { LimitedUsage } from '../../rate-limit/contract.ts';
import type { AttemptUsage } from './pipeline.ts';

/** Usage as chat, Responses and embeddings tell it. */
export function limitedUsage(usage: JsonObject | null): LimitedUsage | null {
  if (usage === null) return null;
  const count = (...names: readonly string[]): number => {
    for (const name of names) {
      const value = usage[name];
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    }
    return 0;
  };
  const promptTokens = count('prompt_tokens', 'input_tokens');
  const completionTokens = count('completion_tokens', 'output_tokens');
  const details = usage['prompt_tokens_details'] ?? usage['input_tokens_details'];
  const cached = isJsonObject(details) ? details['cached_tokens'] : null;
  return {
    promptTokens,
    completionTokens,
    totalTokens: count('total_tokens') || promptTokens + completionTokens,
    ...(typeof cached === 'number' && cached > 0 ? { cachedTokens: cached } : {}),
  };
}

/** The answer's own with that of the attempts that were paid for in vain. */
export function usedTogether(own: LimitedUsage | null, broken: readonly AttemptUsage[]): LimitedUsage | null {
  let sum = own;
  for (const { usage } of broken) {
    const more = limitedUsage(usage);
    if (sum === null || more === null) sum ??= more;
    else
      sum = {
        ...sum,
        promptTokens: sum.promptTokens + more.promptTokens,
        completionTokens: sum.completionTokens + more.completionTokens,
        totalTokens: sum.totalTokens + more.totalTokens,
      };
  }
  return sum;
}
