/**
 * An event stream as one value: how it was cut into events is chance. Pieces of chat and text completions are put
 * together by choice; of other events the types in their order, and the last state of the response, are kept.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../protocol/json.ts';

interface Merged {
  readonly choices: Map<number, Record<string, JsonValue>>;
  readonly types: string[];
  model: JsonValue;
  usage: JsonValue;
  response: JsonValue;
  error: JsonValue;
  done: boolean;
}

export function mergedEvents(text: string): JsonValue {
  const merged: Merged = {
    choices: new Map(),
    types: [],
    model: null,
    usage: null,
    response: null,
    error: null,
    done: false,
  };
  for (const data of dataOf(text)) take(merged, data);
  const { choices, types, ...rest } = merged;
  const inOrder = [...choices].sort(([one], [other]) => one - other).map(([, choice]) => choice);
  return { ...rest, type: types.join(' '), choices: inOrder };
}

function* dataOf(text: string): Generator<string> {
  for (const block of text.split(/\r?\n\r?\n/)) {
    const lines = block.split(/\r?\n/).filter((line) => line.startsWith('data:'));
    if (lines.length > 0) yield lines.map((line) => line.slice('data:'.length).trimStart()).join('\n');
  }
}

function take(merged: Merged, data: string): void {
  if (data === '[DONE]') {
    merged.done = true;
    return;
  }
  const event = parsed(data);
  if (event === null) {
    merged.error = 'an event that is no JSON';
    return;
  }
  const { model, usage, choices, type, response, error } = event;
  if (model !== undefined) merged.model = model;
  if (isJsonObject(usage)) merged.usage = usage;
  if (isJsonObject(error)) merged.error = { type: error['type'] ?? null, code: error['code'] ?? null };
  if (isJsonObject(response)) merged.response = response;
  if (typeof type === 'string' && merged.types.at(-1) !== type) merged.types.push(type);
  if (isJsonArray(choices)) for (const choice of choices) if (isJsonObject(choice)) takeChoice(merged, choice);
}

function takeChoice({ choices }: Merged, choice: JsonObject): void {
  const { index = 0, delta, text, finish_reason: finish = null } = choice;
  const key = typeof index === 'number' ? index : 0;
  const known = choices.get(key) ?? {};
  choices.set(key, known);
  if (finish !== null) known['finish_reason'] = finish;
  append(known, isJsonObject(delta) ? delta : {});
  append(known, text === undefined ? {} : { text });
}

/** Texts and lists grow, everything else is replaced. */
function append(into: Record<string, JsonValue>, piece: JsonObject): void {
  for (const [key, value] of Object.entries(piece)) {
    const known = into[key];
    if (key === 'role') into[key] = value;
    else if (key === 'tool_calls' && isJsonArray(value)) into[key] = withToolCalls(known, value);
    else if (typeof known === 'string' && typeof value === 'string') into[key] = known + value;
    else if (value !== null) into[key] = value;
  }
}

function withToolCalls(known: JsonValue | undefined, pieces: readonly JsonValue[]): JsonValue {
  const calls: Record<string, JsonValue>[] = isJsonArray(known) ? (known as Record<string, JsonValue>[]) : [];
  for (const piece of pieces) {
    if (!isJsonObject(piece)) continue;
    const at = typeof piece['index'] === 'number' ? piece['index'] : calls.length;
    const { name, arguments: text } = isJsonObject(piece['function']) ? piece['function'] : {};
    const call = calls[at] ?? {};
    calls[at] = { name: joined(call['name'], name), arguments: joined(call['arguments'], text) };
  }
  return calls;
}

function joined(known: JsonValue | undefined, piece: JsonValue | undefined): string {
  return (typeof known === 'string' ? known : '') + (typeof piece === 'string' ? piece : '');
}

function parsed(data: string): JsonObject | null {
  try {
    const value = JSON.parse(data) as JsonValue;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
