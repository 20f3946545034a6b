/**
 * Canned answers of the responses API. LiteLLM-compat: creation time and usage are always these. LiteLLM answers 500 to a
 * stream; here it is streamed in OpenAI's order of events.
 */
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { textPieces, type MockContext, type MockReply } from './mock-context.ts';
import { contentText } from './mock-chat.ts';

const CREATED_AT = 1_741_476_542;

export function mockResponses(response: JsonValue, context: MockContext): MockReply {
  const text = contentText(response);
  const usage = {
    input_tokens: 36,
    input_tokens_details: { audio_tokens: null, cached_tokens: 0, text_tokens: null },
    output_tokens: 87,
    output_tokens_details: { audio_tokens: null, reasoning_tokens: null, text_tokens: null },
    total_tokens: 123,
    cost: null,
  };
  const part = { annotations: [], text, type: 'output_text', logprobs: null };
  const item = {
    id: `msg_${hexId(context)}`,
    content: [part],
    role: 'assistant',
    status: 'completed',
    type: 'message',
    phase: null,
  };
  const body = responseBody(context, item, usage);
  if (!context.stream) return { kind: 'json', body, usage };
  return { kind: 'stream', events: [...responseEvents(body, item, text)], usage };
}

function responseBody(context: MockContext, item: JsonObject, usage: JsonObject): JsonObject {
  return {
    id: `resp_${hexId(context)}`,
    created_at: CREATED_AT,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: context.model,
    object: 'response',
    output: [item],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    max_output_tokens: null,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    status: 'completed',
    text: { format: { type: 'text' } },
    truncation: 'disabled',
    usage,
    user: null,
    store: true,
  };
}

function* responseEvents(body: JsonObject, item: JsonObject, text: string): Generator<string> {
  let sequence = 0;
  const event = (type: string, fields: JsonObject): string => {
    const line = `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`;
    sequence += 1;
    return line;
  };
  const started = { ...body, status: 'in_progress', output: [], usage: null };
  const place = { item_id: item['id'] ?? '', output_index: 0, content_index: 0 };
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  yield event('response.created', { response: started });
  yield event('response.in_progress', { response: started });
  yield event('response.output_item.added', {
    output_index: 0,
    item: { ...item, status: 'in_progress', content: [] },
  });
  yield event('response.content_part.added', { ...place, part: { ...part, text: '' } });
  for (const delta of textPieces(text)) yield event('response.output_text.delta', { ...place, delta, logprobs: [] });
  yield event('response.output_text.done', { ...place, text, logprobs: [] });
  yield event('response.content_part.done', { ...place, part });
  yield event('response.output_item.done', { output_index: 0, item });
  yield event('response.completed', { response: body });
}

function hexId(context: MockContext): string {
  return context.newId().replaceAll('-', '');
}
