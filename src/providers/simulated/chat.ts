/** Chat completions, plain and streamed, in OpenAI's shapes. Source: OpenAI API reference, "Chat". */
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { answerText, limitText, pieces, type AnswerText } from './answer-text.ts';
import {
  contentText,
  countTokens,
  integerField,
  listField,
  objectField,
  ownField,
  stringField,
} from './request-body.ts';
import { seededId } from './seeded-random.ts';
import {
  dataEvent,
  invalidRequest,
  jsonReply,
  streamReply,
  type SimulatedReply,
  type SimulatedRequest,
} from './simulated-reply.ts';
import { structuredText } from './structured-output.ts';
import { chooseCalls, readTools, type SimulatedCall } from './tool-calls.ts';

const MOST_CHOICES = 128;
const MOST_TOKENS = 1_000_000;

interface ChatAnswer {
  readonly id: string;
  readonly request: SimulatedRequest;
  readonly choices: readonly ChatChoice[];
  readonly usage: JsonObject;
}

interface ChatChoice {
  readonly text: string;
  readonly calls: readonly SimulatedCall[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
}

export function chatReply(request: SimulatedRequest): SimulatedReply {
  const { body } = request;
  const messages = listField(body, 'messages');
  if (messages === null) return invalidRequest("Missing required parameter: 'messages'.");
  const answer = composeAnswer(request, messages.filter(isJsonObject));
  if (ownField(body, 'stream') === true) return streamReply(streamEvents(answer));
  return jsonReply(plainBody(answer), answer.choices[0] === undefined ? 0 : steps(answer.choices[0]));
}

function composeAnswer(request: SimulatedRequest, messages: readonly JsonObject[]): ChatAnswer {
  const { body, seed } = request;
  const last = messages.at(-1);
  const lastUserText = last !== undefined && stringField(last, 'role') === 'user' ? contentText(last['content']) : null;
  const question = last === undefined ? '' : contentText(last['content']);
  const calls = chooseCalls({ body, tools: readTools(body), lastUserText });
  const count = integerField(body, 'n', 1, MOST_CHOICES) ?? 1;
  const choices = Array.from({ length: count }, (_, index) => oneChoice(request, question, calls, index));
  const promptTokens = countTokens(messages.map((message) => contentText(message['content'])).join('\n'));
  const completionTokens = choices.reduce((sum, choice) => sum + choiceTokens(choice), 0);
  return { id: `chatcmpl-${seededId(seed)}`, request, choices, usage: chatUsage(promptTokens, completionTokens) };
}

function oneChoice(
  { body, behaviour, seed }: SimulatedRequest,
  question: string,
  calls: readonly SimulatedCall[],
  index: number,
): ChatChoice {
  if (calls.length > 0) return { text: '', calls, finishReason: 'tool_calls' };
  const limits = {
    maxTokens:
      integerField(body, 'max_completion_tokens', 1, MOST_TOKENS) ?? integerField(body, 'max_tokens', 1, MOST_TOKENS),
    stop: stopWords(body),
  };
  const structured = structuredText(objectField(body, 'response_format'), question.slice(0, 60).toWellFormed());
  const answer: AnswerText =
    structured === null
      ? answerText({ question, seed: seed + index, tokens: behaviour.tokens, ...limits })
      : limitText(structured, limits);
  return { text: answer.text, calls: [], finishReason: answer.finishReason };
}

export function stopWords(body: JsonObject): string[] {
  const stop = ownField(body, 'stop');
  if (typeof stop === 'string') return [stop];
  return (listField(body, 'stop') ?? []).filter((word) => typeof word === 'string');
}

function choiceTokens({ text, calls }: ChatChoice): number {
  return countTokens(text) + calls.reduce((sum, call) => sum + countTokens(call.name + call.arguments), 0);
}

function steps(choice: ChatChoice): number {
  return choiceTokens(choice);
}

export function chatUsage(promptTokens: number, completionTokens: number): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function plainBody(answer: ChatAnswer): JsonObject {
  const choices = answer.choices.map((choice, index) => ({
    index,
    message: {
      role: 'assistant',
      content: choice.calls.length > 0 ? null : choice.text,
      ...(choice.calls.length > 0 ? { tool_calls: toolCalls(answer, choice, index) } : {}),
      refusal: null,
      annotations: [],
    },
    logprobs: null,
    finish_reason: choice.finishReason,
  }));
  return { ...envelope(answer, 'chat.completion'), choices, usage: answer.usage, service_tier: 'default' };
}

function toolCalls(answer: ChatAnswer, choice: ChatChoice, choiceIndex: number): JsonObject[] {
  return choice.calls.map((call, index) => ({
    id: callId(answer, choiceIndex, index),
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
}

function callId({ request }: ChatAnswer, choiceIndex: number, index: number): string {
  return `call_${seededId(request.seed + choiceIndex * 1_000 + index + 1)}`;
}

function envelope({ id, request }: ChatAnswer, object: string): JsonObject {
  return { id, object, created: request.nowSeconds, model: request.model, system_fingerprint: 'fp_simulated' };
}

function* streamEvents(answer: ChatAnswer): Generator<string> {
  const includeUsage = objectField(answer.request.body, 'stream_options')?.['include_usage'] === true;
  const head = { ...envelope(answer, 'chat.completion.chunk'), service_tier: 'default' };
  const chunk = (choices: readonly JsonObject[], usage: JsonObject | null): string =>
    dataEvent({ ...head, choices, ...(includeUsage ? { usage } : {}) });
  const delta = (index: number, value: JsonObject, finishReason: string | null): string =>
    chunk([{ index, delta: value, logprobs: null, finish_reason: finishReason }], null);

  for (const [index, choice] of answer.choices.entries()) {
    const content = choice.calls.length > 0 ? null : '';
    yield delta(index, { role: 'assistant', content, refusal: null }, null);
    for (const piece of pieces(choice.text)) yield delta(index, { content: piece }, null);
    for (const value of toolCallDeltas(answer, choice, index)) yield delta(index, value, null);
    yield delta(index, {}, choice.finishReason);
  }
  if (includeUsage) yield chunk([], answer.usage);
  yield 'data: [DONE]\n\n';
}

function* toolCallDeltas(answer: ChatAnswer, choice: ChatChoice, choiceIndex: number): Generator<JsonObject> {
  for (const [index, call] of choice.calls.entries()) {
    const id = callId(answer, choiceIndex, index);
    yield { tool_calls: [{ index, id, type: 'function', function: { name: call.name, arguments: '' } }] };
    for (const piece of pieces(call.arguments)) {
      yield { tool_calls: [{ index, function: { arguments: piece } }] };
    }
  }
}
