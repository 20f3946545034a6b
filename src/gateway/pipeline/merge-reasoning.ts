/**
 * `merge_reasoning_content_in_choices`: a stream's reasoning becomes part of the content, in `<think>` tags, for clients
 * that know no other place for it. Only streams, as LiteLLM does it. slow path: each event is written anew.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

type Phase = 'before' | 'thinking' | 'answering';

/** One converter per stream: the tags open and close once per choice. */
export function reasoningMerger(): (event: JsonObject) => JsonObject {
  const phases = new Map<JsonValue, Phase>();
  return (event) => {
    const choices = event['choices'];
    if (!isJsonArray(choices)) return event;
    return { ...event, choices: choices.map((choice) => mergeChoice(choice, phases)) };
  };
}

function mergeChoice(choice: JsonValue, phases: Map<JsonValue, Phase>): JsonValue {
  if (!isJsonObject(choice) || !isJsonObject(choice['delta'])) return choice;
  const index = choice['index'] ?? 0;
  const { reasoning_content: reasoning, ...delta } = choice['delta'];
  const phase = phases.get(index) ?? 'before';
  if (typeof reasoning === 'string' && reasoning !== '') {
    phases.set(index, 'thinking');
    const opened = phase === 'before' ? `${textOf(delta['content'])}<think>` : '';
    return { ...choice, delta: { ...delta, content: opened + reasoning } };
  }
  const content = textOf(delta['content']);
  if (phase !== 'thinking' || content === '') return { ...choice, delta };
  phases.set(index, 'answering');
  return { ...choice, delta: { ...delta, content: `</think>${content}` } };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
