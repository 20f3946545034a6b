/**
 * Chunks of a completion stream, chat or text, as far as recovery understands them: the text of a single choice. Tool
 * calls, reasoning, log probabilities, audio, refusals and further choices are more than text, and are not taken up.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../protocol/json.ts';

/** @returns the text that the chunk adds, maybe none; null: it adds something else */
export function plainTextOf(chunk: JsonObject): string | null {
  const choices = chunk['choices'];
  if (!isJsonArray(choices) || choices.length === 0) return '';
  const [choice] = choices;
  if (choices.length > 1 || !isJsonObject(choice)) return null;
  if ((choice['index'] ?? 0) !== 0 || !isEmpty(choice['logprobs'])) return null;
  const { delta, text } = choice;
  const own = textOf(text);
  const added = isJsonObject(delta) ? deltaText(delta) : '';
  return own === null || added === null ? null : own + added;
}

export function hasFinishReason({ choices }: JsonObject): boolean {
  return (isJsonArray(choices) ? choices : []).some(
    (choice) => isJsonObject(choice) && choice['finish_reason'] != null,
  );
}

/** How much of an answer the chunk is: characters of its text, or of the JSON of anything else. */
export function lengthOf(chunk: JsonObject): number {
  return plainTextOf(chunk)?.length ?? JSON.stringify(chunk['choices']).length;
}

/** The same chunk with another text. */
export function withText(chunk: JsonObject, text: string): JsonObject {
  const choices = chunk['choices'];
  const choice = isJsonArray(choices) ? choices[0] : undefined;
  if (!isJsonObject(choice)) return chunk;
  const { delta } = choice;
  const changed = isJsonObject(delta) && 'content' in delta ? { delta: { ...delta, content: text } } : { text };
  if ('text' in changed && !('text' in choice)) return chunk;
  return { ...chunk, choices: [{ ...choice, ...changed }] };
}

/** The same chunk without the role, which a client has already; null: nothing is left of it. */
export function withoutRole(chunk: JsonObject): JsonObject | null {
  const choices = chunk['choices'];
  const choice = isJsonArray(choices) ? choices[0] : undefined;
  if (!isJsonObject(choice) || !isJsonObject(choice['delta']) || !('role' in choice['delta'])) return chunk;
  const { role: _role, ...delta } = choice['delta'];
  if (Object.values(delta).every(isEmpty) && !hasFinishReason(chunk)) return null;
  return { ...chunk, choices: [{ ...choice, delta }, ...(choices as readonly JsonValue[]).slice(1)] };
}

function deltaText(delta: JsonObject): string | null {
  for (const [name, value] of Object.entries(delta))
    if (name !== 'role' && name !== 'content' && !isEmpty(value)) return null;
  return textOf(delta['content']);
}

function textOf(value: JsonValue | undefined): string | null {
  return isEmpty(value) ? '' : typeof value === 'string' ? value : null;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value == null || value === '' || (isJsonArray(value) && value.length === 0);
}
