/**
 * Text completions of chat models: the prompt becomes user messages, the reply's messages become texts. Both ways are
 * pure functions; the stream's converter keeps no state.
 * slow path: request and reply are parsed and written anew.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { ParamPolicy, UpstreamTarget } from './contract.ts';

/** A chat target that takes and answers text completions. */
export function textOverChat(target: UpstreamTarget): UpstreamTarget {
  const chat = target.params;
  const params: ParamPolicy = {
    alwaysSlow: true,
    verdict: () => 'slow',
    rewrite: (body, context) => chat.rewrite(promptToMessages(body), context),
  };
  return { ...target, params, convertReply: chatReplyToText, convertEvent: () => chatEventToText };
}

/** One user message per text; token lists cannot be said in chat and go as they are, for the provider to refuse. */
function promptToMessages(body: JsonObject): JsonObject {
  const { prompt, ...rest } = body;
  if (prompt === undefined) return rest;
  const prompts: readonly JsonValue[] = isJsonArray(prompt) ? prompt : [prompt];
  return { ...rest, messages: prompts.map((content) => ({ role: 'user', content })) };
}

function chatReplyToText(reply: JsonObject): JsonObject {
  const { id, created, model, usage } = reply;
  const choices = isJsonArray(reply['choices']) ? reply['choices'] : [];
  return {
    ...(id === undefined ? {} : { id }),
    object: 'text_completion',
    ...(created === undefined ? {} : { created }),
    ...(model === undefined ? {} : { model }),
    choices: choices.filter(isJsonObject).map((choice) => textChoice(choice, choice['message'])),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** An event without choices carries the usage and stays; errors pass untouched. */
function chatEventToText(event: JsonObject): JsonObject | null {
  if (event['error'] !== undefined) return event;
  const { id, created, model, usage } = event;
  const choices = isJsonArray(event['choices']) ? event['choices'] : [];
  return {
    ...(id === undefined ? {} : { id }),
    object: 'text_completion',
    ...(created === undefined ? {} : { created }),
    ...(model === undefined ? {} : { model }),
    choices: choices.filter(isJsonObject).map((choice) => textChoice(choice, choice['delta'])),
    ...(usage === undefined || usage === null ? {} : { usage }),
  };
}

function textChoice(choice: JsonObject, message: JsonValue | undefined): JsonObject {
  const content = isJsonObject(message) ? message['content'] : undefined;
  return {
    finish_reason: choice['finish_reason'] ?? null,
    index: choice['index'] ?? 0,
    logprobs: choice['logprobs'] ?? null,
    text: typeof content === 'string' ? content : '',
  };
}
