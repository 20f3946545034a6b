/**
 * LiteLLM-compat: what its callers find in every chat although providers say it in other words: a finish reason of
 * OpenAI's, and a model's thoughts under `reasoning_content`. An answer that says both already is handed on as it is.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

/** OpenAI's words, and those of others that mean the same. */
const WORDS: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length max_tokens MAX_TOKENS compaction',
  tool_calls: 'tool_calls tool_use',
  function_call: 'function_call',
  content_filter: `content_filter refusal ERROR_TOXIC SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII
    IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT sensitive guardrail_intervened content_filtered`,
};
const FINISH_REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([reason, words]) => words.split(/\s+/).map((word) => [word, reason] as const)),
);

/** Thoughts that stand before the answer in its text. */
const THOUGHTS = /^<(?:think|thinking|budget:thinking)>([\s\S]*?)<\/(?:think|thinking|budget:thinking)>([\s\S]*)$/;

export function unifiedAnswer(answer: JsonObject): JsonObject {
  const { choices } = answer;
  if (!isJsonArray(choices)) return answer;
  const unified = choices.map((choice) => (isJsonObject(choice) ? unifiedChoice(choice) : choice));
  return unified.every((choice, index) => choice === choices[index]) ? answer : { ...answer, choices: unified };
}

function unifiedChoice(choice: JsonObject): JsonObject {
  const { message } = choice;
  if (!isJsonObject(message)) return choice;
  const reason = finishReason(choice['finish_reason'], message);
  const said = unifiedMessage(message);
  if (reason === choice['finish_reason'] && said === message) return choice;
  return { ...choice, finish_reason: reason, message: said };
}

/** What nobody knows, and nothing, is the ordinary end. */
function finishReason(given: JsonValue | undefined, { tool_calls: calls }: JsonObject): string {
  const reason = typeof given === 'string' ? (FINISH_REASONS.get(given) ?? 'stop') : 'stop';
  return reason === 'stop' && isJsonArray(calls) && calls.length > 0 ? 'tool_calls' : reason;
}

function unifiedMessage(message: JsonObject): JsonObject {
  if ('reasoning_content' in message) return message;
  const { reasoning, content } = message;
  if (typeof reasoning === 'string') return { ...message, reasoning_content: reasoning };
  // Most texts do not begin so.
  if (typeof content !== 'string' || !content.startsWith('<')) return message;
  const thoughts = THOUGHTS.exec(content);
  return thoughts === null ? message : { ...message, reasoning_content: thoughts[1] ?? '', content: thoughts[2] ?? '' };
}
