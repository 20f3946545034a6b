/** Mistral's chat: no names but of tools, no empty messages, no members of answers, and a prompt that asks for reasoning. */
import { isJsonArray, isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { ASKS_FOR_REASONING } from '../dialects/compatible-dialects.ts';
import { emptyTextMarker, valueMarker, wordMarker } from './byte-markers.ts';
import { asText } from './content-parts.ts';
import { mapMessages, without } from './message-list.ts';
import type { ChatBody, MessageRule } from './message-rules.ts';

const EMPTY_CONTENT = emptyTextMarker('content');
const OUTPUT_ONLY = ['reasoning_content', 'thinking_blocks'];

export const MISTRAL_MESSAGES: MessageRule = {
  // An empty content is rare, but only the bytes can tell.
  markers: [
    wordMarker('name'),
    wordMarker('reasoning_content'),
    wordMarker('thinking_blocks'),
    valueMarker('content', '['),
    EMPTY_CONTENT,
  ],
  apply: (body) => {
    const holdsMedia =
      isJsonArray(body.messages) && body.messages.some((message) => isJsonObject(message) && hasMedia(message));
    return mapMessages(body, (message) => mistralMessage(message, holdsMedia));
  },
};

function hasMedia(message: JsonObject): boolean {
  const content = message['content'];
  return (
    isJsonArray(content) &&
    content.some((part) => isJsonObject(part) && (part['type'] === 'image_url' || part['type'] === 'file'))
  );
}

/** LiteLLM-compat: once any message shows something, contents stay lists and names stay too. */
function mistralMessage(message: JsonObject, holdsMedia: boolean): JsonObject | null {
  const bare = message['role'] === 'assistant' ? without(message, OUTPUT_ONLY) : message;
  if (holdsMedia) return bare;
  const text = asText(bare);
  const name = text['name'];
  const keepsName = text['role'] === 'tool' && typeof name === 'string' && name.trim() !== '';
  const named = keepsName ? text : without(text, ['name']);
  return isEmpty(named) ? null : withoutNulls(named);
}

function isEmpty(message: JsonObject): boolean {
  const content = message['content'];
  const says = content !== undefined && content !== null && content !== '';
  const calls = message['tool_calls'];
  return (
    !says &&
    !(isJsonArray(calls) && calls.length > 0) &&
    message['function_call'] === undefined &&
    message['role'] !== 'tool'
  );
}

function withoutNulls(message: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
}

/** The prompt of Magistral's model card, which makes the model write its thoughts first. */
const REASONING_PROMPT =
  'A user will ask you to solve a task. You should first draft your thinking process (inner monologue) until you have ' +
  'derived the final answer. Afterwards, write a self-contained summary of your thoughts (i.e. your summary should be ' +
  'succinct but contain all the critical steps you needed to reach the conclusion). You should use Markdown to format ' +
  'your response. Write both your thoughts and summary in the same language as the task posed by the user. NEVER use ' +
  '\\boxed{} in your response.\n\nYour thinking process must follow the template below:\n<think>\nYour thoughts or/and ' +
  'draft, like working through an exercise on scratch paper. Be as casual and as long as you want until you are ' +
  'confident to generate a correct answer.\n</think>\n\nHere, provide a concise summary that reflects your reasoning ' +
  "and presents a clear final answer to the user. Don't mention that this is a summary.\n\nProblem:\n\n";

export const MAGISTRAL_REASONING: MessageRule = {
  markers: [],
  apply(body: ChatBody): ChatBody {
    if (body.params[ASKS_FOR_REASONING] !== true) return body;
    const params = without(body.params, [ASKS_FOR_REASONING]);
    const messages = isJsonArray(body.messages) ? body.messages : [];
    const at = messages.findIndex((message) => isJsonObject(message) && message['role'] === 'system');
    if (at === -1) return { params, messages: [{ role: 'system', content: REASONING_PROMPT }, ...messages] };
    return {
      params,
      messages: messages.map((message, index) =>
        index === at && isJsonObject(message) ? { ...message, content: withPrompt(message['content']) } : message,
      ),
    };
  },
};

function withPrompt(content: JsonObject[string] | undefined): JsonObject[string] {
  if (isJsonArray(content)) return [{ type: 'text', text: `${REASONING_PROMPT}\n\n` }, ...content];
  return `${REASONING_PROMPT}\n\n${typeof content === 'string' ? content : ''}`;
}
