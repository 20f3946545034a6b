/**
 * What is counted of a JSON body, by what asks for the count: the checks of its route, then the messages, tools or text.
 * The thread of the event loop and the one for large bodies (`body-thread.ts`) both read bodies with it.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import { documentFailure } from '../pipeline/request-document.ts';
import { findInvalidFields, parseFieldRules } from '../routes/field-rules.ts';
import { invalid } from '../routes/query.ts';
import { refusal } from '../routes/read-large-json.ts';

/** `/utils/token_counter`, `/v1/messages/count_tokens`, or the check of context windows. */
export type BodyKind = 'token-counter' | 'count-tokens' | 'window-check';

export interface CountedBody {
  /** As the body names it. */
  readonly model: string;
  readonly prompt: CountRequest;
}

/** @throws GatewayError with the answer of the route; `bad_request` where there is nothing to count */
export function countedBody(kind: BodyKind, body: JsonValue | undefined): CountedBody {
  if (kind === 'token-counter') return forTokenCounter(body);
  const document = (body ?? {}) as JsonObject;
  if (kind === 'count-tokens') return forCountTokens(document);
  const prompt = windowPrompt(document);
  if (prompt === null) throw new GatewayError('bad_request', 'The request has nothing to count.');
  return { model: '', prompt };
}

/** The value of a body's text; undefined for none. @throws GatewayError as the route says it */
export function parseBody(kind: BodyKind, text: string): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (kind !== 'token-counter') throw documentFailure(error);
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid([{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} }]);
  }
}

const COUNTER_FIELDS = parseFieldRules('model!:string prompt:string? messages:array? contents:array? tools:array?');
const LISTED_PROMPTS = ['prompt', 'messages', 'contents'];
const LISTS_OF_OBJECTS = ['messages', 'contents', 'tools'];
/** Members that make a body large; no other check reads them. */
const PROMPT_MEMBERS: ReadonlySet<string> = new Set([...LISTED_PROMPTS, 'tools', 'system']);

/** The document without its prompt, as JSON text. */
export function headOf(body: JsonValue | undefined): string {
  const members = isJsonObject(body) ? Object.entries(body) : [];
  return JSON.stringify(Object.fromEntries(members.filter(([name]) => !PROMPT_MEMBERS.has(name))));
}

function forTokenCounter(body: JsonValue | undefined): CountedBody {
  const findings = findInvalidFields(body, COUNTER_FIELDS);
  if (findings.length > 0 || !isJsonObject(body)) throw invalid(findings);
  refuseWrongItems(body);
  if (LISTED_PROMPTS.every((name) => body[name] == null)) {
    throw refusal('prompt or messages or contents must be provided');
  }
  return { model: body['model'] as string, prompt: promptIn(body) };
}

function forCountTokens(body: JsonObject): CountedBody {
  const { model } = body;
  if (typeof model !== 'string' || model === '') throw refusal({ error: 'model parameter is required' });
  // A `content` or a `system` without a rule, such as a number, counts nothing, as in LiteLLM.
  for (const name of ['messages', 'tools']) refuseWrongList(body, name);
  if (listAt(body, 'messages').length === 0) throw refusal({ error: 'messages parameter is required' });
  const { messages = null, tools = null, system = null } = body;
  return { model, prompt: promptIn({ messages, tools, system }) };
}

function refuseWrongItems(body: JsonObject): void {
  const found = LISTS_OF_OBJECTS.flatMap((name) =>
    listAt(body, name).flatMap((input, index) =>
      isJsonObject(input)
        ? []
        : [{ type: 'dict_type', loc: ['body', name, index], msg: 'Input should be a valid dictionary', input }],
    ),
  );
  if (found.length > 0) throw invalid(found);
}

/** LiteLLM answers 500. */
function refuseWrongList(body: JsonObject, name: string): void {
  const value = body[name] ?? null;
  if (value === null || (isJsonArray(value) && value.every(isJsonObject))) return;
  throw refusal({ error: `${name} parameter must be a list of objects` });
}

function listAt(body: JsonObject, name: string): readonly JsonValue[] {
  const value = body[name];
  return isJsonArray(value) ? value : [];
}

function promptIn(body: JsonObject): CountRequest {
  const { prompt } = body;
  if (typeof prompt === 'string') return { text: prompt };
  const messages = isJsonArray(body['messages']) ? body['messages'] : contentsAsMessages(listAt(body, 'contents'));
  const system = systemMessage(body['system']);
  return {
    messages: system === null ? messages : [system, ...messages],
    tools: isJsonArray(body['tools']) ? body['tools'] : null,
  };
}

/** Anthropic's `system` stands beside the messages. */
function systemMessage(system: JsonValue | undefined): JsonObject | null {
  const given = typeof system === 'string' || isJsonArray(system) ? system : '';
  return given.length === 0 ? null : { role: 'system', content: given };
}

/** Google's form of a prompt; LiteLLM answers 500 to it. */
function contentsAsMessages(contents: readonly JsonValue[]): JsonObject[] {
  return contents.filter(isJsonObject).map(({ role = 'user', parts }) => ({
    role,
    content: (isJsonArray(parts) ? parts : [])
      .filter(isJsonObject)
      .flatMap(({ text }) => (typeof text === 'string' ? [{ type: 'text', text }] : [])),
  }));
}

/** The members that a context window is checked with. */
export const WINDOW_MEMBERS = ['messages', 'tools', 'input', 'instructions'] as const;

/** Messages with their tools, or a response's input as messages. */
export function windowPrompt({ messages, tools, input, instructions }: JsonObject): CountRequest | null {
  const listed = isJsonArray(tools) && tools.length > 0 ? tools : null;
  if (isJsonArray(messages)) return { messages, tools: listed };
  const inputs = inputMessages(input);
  if (inputs === null) return null;
  const system = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
  return { messages: [...system, ...inputs], tools: listed };
}

function inputMessages(input: JsonValue | undefined): readonly JsonValue[] | null {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!isJsonArray(input) || !input.some(isJsonObject)) return null;
  return input
    .filter(isJsonObject)
    .map(({ role = 'user', content = null }) => ({ role, content: chatContent(content) }));
}

/** A response's parts are called `input_text`; a chat's `text`. */
function chatContent(content: JsonValue): JsonValue {
  if (!isJsonArray(content)) return content;
  return content.filter(isJsonObject).flatMap(({ text }) => (typeof text === 'string' ? [{ type: 'text', text }] : []));
}
