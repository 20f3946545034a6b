/**
 * The events of a streamed response, in OpenAI's order: created, in_progress, then each item from added to done, then
 * completed (or incomplete). Every event is numbered from 0.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { pieces } from './answer-text.ts';
import { listField, stringField } from './request-body.ts';
import type { ResponseAnswer } from './responses.ts';

type Emit = (type: string, fields: JsonObject) => string;

export function* responseEvents({ response, output, incomplete }: ResponseAnswer): Generator<string> {
  let sequence = 0;
  const emit: Emit = (type, fields) => {
    const event = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
  };
  const started = { ...response, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  yield emit('response.created', { response: started });
  yield emit('response.in_progress', { response: started });
  for (const [index, item] of output.entries()) {
    if (item['type'] === 'function_call') yield* callEvents(emit, item, index);
    else yield* messageEvents(emit, item, index);
  }
  yield emit(incomplete ? 'response.incomplete' : 'response.completed', { response });
}

function* messageEvents(emit: Emit, item: JsonObject, outputIndex: number): Generator<string> {
  const part: JsonValue = listField(item, 'content')?.[0] ?? null;
  const text = isJsonObject(part) ? (stringField(part, 'text') ?? '') : '';
  const place = { item_id: item['id'] ?? '', output_index: outputIndex, content_index: 0 };
  const opened = { ...item, status: 'in_progress', content: [] };
  yield emit('response.output_item.added', { output_index: outputIndex, item: opened });
  yield emit('response.content_part.added', {
    ...place,
    part: { type: 'output_text', annotations: [], logprobs: [], text: '' },
  });
  for (const delta of pieces(text)) yield emit('response.output_text.delta', { ...place, delta, logprobs: [] });
  yield emit('response.output_text.done', { ...place, text, logprobs: [] });
  yield emit('response.content_part.done', { ...place, part });
  yield emit('response.output_item.done', { output_index: outputIndex, item });
}

function* callEvents(emit: Emit, item: JsonObject, outputIndex: number): Generator<string> {
  const text = stringField(item, 'arguments') ?? '';
  const place = { item_id: item['id'] ?? '', output_index: outputIndex };
  const opened = { ...item, status: 'in_progress', arguments: '' };
  yield emit('response.output_item.added', { output_index: outputIndex, item: opened });
  for (const delta of pieces(text)) yield emit('response.function_call_arguments.delta', { ...place, delta });
  yield emit('response.function_call_arguments.done', { ...place, arguments: text, name: item['name'] ?? '' });
  yield emit('response.output_item.done', { output_index: outputIndex, item });
}
