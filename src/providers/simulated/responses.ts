/** The responses API, plain and streamed, in OpenAI's shapes. Source: OpenAI API reference, "Responses". */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { answerText, limitText } from './answer-text.ts';
import { contentText, countTokens, integerField, objectField, ownField, stringField } from './request-body.ts';
import { responseEvents } from './responses-stream.ts';
import { seededId } from './seeded-random.ts';
import {
  errorObject,
  invalidRequest,
  jsonReply,
  streamReply,
  type SimulatedReply,
  type SimulatedRequest,
} from './simulated-reply.ts';
import { structuredText } from './structured-output.ts';
import { chooseCalls, readTools } from './tool-calls.ts';

const MOST_TOKENS = 1_000_000;

export interface ResponseAnswer {
  /** The finished response object; a stream builds its earlier stages from it. */
  readonly response: JsonObject;
  readonly output: readonly JsonObject[];
  readonly incomplete: boolean;
}

export function responsesReply(request: SimulatedRequest): SimulatedReply {
  const { body } = request;
  if (ownField(body, 'input') === undefined && ownField(body, 'prompt') === undefined) {
    return invalidRequest("Missing required parameter: 'input'.");
  }
  const answer = composeResponse(request);
  if (ownField(body, 'stream') === true) {
    const failure = {
      ...errorObject('The simulated provider failed in the middle of its answer', 'server_error', 'server_error'),
    };
    const errorEvent = `event: error\ndata: ${JSON.stringify({ ...failure, type: 'error', sequence_number: 0 })}\n\n`;
    return { ...streamReply(responseEvents(answer)), errorEvent };
  }
  return jsonReply(answer.response, countTokens(JSON.stringify(answer.output)));
}

function composeResponse(request: SimulatedRequest): ResponseAnswer {
  const { body, behaviour, seed } = request;
  const items = inputItems(ownField(body, 'input'));
  const last = items.at(-1);
  const lastUserText = last !== undefined && stringField(last, 'role') === 'user' ? contentText(last['content']) : null;
  const question =
    last === undefined ? '' : (lastUserText ?? stringField(last, 'output') ?? contentText(last['content']));
  const calls = chooseCalls({ body, tools: readTools(body), lastUserText });
  const limits = { maxTokens: integerField(body, 'max_output_tokens', 1, MOST_TOKENS), stop: [] };
  const structured = structuredText(
    objectField(objectField(body, 'text') ?? {}, 'format'),
    question.slice(0, 60).toWellFormed(),
  );
  const answer =
    structured === null
      ? answerText({ question, seed, tokens: behaviour.tokens, ...limits })
      : limitText(structured, limits);
  const incomplete = calls.length === 0 && answer.finishReason === 'length';
  const output =
    calls.length > 0
      ? calls.map((call, index) => callItem(seed + index, call))
      : [messageItem(seed, answer.text, incomplete)];
  const inputText = [stringField(body, 'instructions') ?? '', ...items.map((item) => contentText(item['content']))]
    .join('\n')
    .trim();
  const outputTokens =
    calls.length > 0
      ? calls.reduce((sum, call) => sum + countTokens(call.name + call.arguments), 0)
      : countTokens(answer.text);
  return {
    response: responseObject(request, output, incomplete, usage(countTokens(inputText), outputTokens)),
    output,
    incomplete,
  };
}

function inputItems(input: JsonValue | undefined): JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return Array.isArray(input) ? (input as readonly JsonValue[]).filter(isJsonObject) : [];
}

function callItem(seed: number, call: { readonly name: string; readonly arguments: string }): JsonObject {
  return {
    id: `fc_${seededId(seed + 11, 48)}`,
    type: 'function_call',
    status: 'completed',
    arguments: call.arguments,
    call_id: `call_${seededId(seed + 12)}`,
    name: call.name,
  };
}

function messageItem(seed: number, text: string, incomplete: boolean): JsonObject {
  return {
    id: `msg_${seededId(seed + 13, 48)}`,
    type: 'message',
    status: incomplete ? 'incomplete' : 'completed',
    content: [{ type: 'output_text', annotations: [], logprobs: [], text }],
    role: 'assistant',
  };
}

function usage(inputTokens: number, outputTokens: number): JsonObject {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

function responseObject(
  { body, model, seed, nowSeconds }: SimulatedRequest,
  output: readonly JsonObject[],
  incomplete: boolean,
  used: JsonObject,
): JsonObject {
  const given = (name: string, otherwise: JsonValue): JsonValue => ownField(body, name) ?? otherwise;
  return {
    id: `resp_${seededId(seed, 48)}`,
    object: 'response',
    created_at: nowSeconds,
    status: incomplete ? 'incomplete' : 'completed',
    background: false,
    error: null,
    incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null,
    instructions: given('instructions', null),
    max_output_tokens: given('max_output_tokens', null),
    max_tool_calls: given('max_tool_calls', null),
    model,
    output,
    parallel_tool_calls: given('parallel_tool_calls', true),
    previous_response_id: given('previous_response_id', null),
    prompt_cache_key: given('prompt_cache_key', null),
    reasoning: given('reasoning', { effort: null, summary: null }),
    safety_identifier: given('safety_identifier', null),
    service_tier: 'default',
    store: given('store', true),
    temperature: given('temperature', 1),
    text: given('text', { format: { type: 'text' }, verbosity: 'medium' }),
    tool_choice: given('tool_choice', 'auto'),
    tools: given('tools', []),
    top_logprobs: given('top_logprobs', 0),
    top_p: given('top_p', 1),
    truncation: given('truncation', 'disabled'),
    usage: used,
    user: given('user', null),
    metadata: given('metadata', {}),
  };
}
