/**
 * Whether an event of a streamed answer answers something, or only says that an answer begins: a role, empty texts and
 * lists, the events with which the Responses API opens its parts. Pure. What is not known counts as content, so that
 * nothing is kept from a client for being new.
 * Cost: one walk over the values that are given, which the caller bounds; it stops at the first content.
 */
import { isJsonArray, isJsonObject, type JsonValue } from './json.ts';

/** Members of a choice that answer nothing by themselves: places, roles, numbers about a text, and verdicts on the prompt. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'index',
  'role',
  'seed',
  'token_id',
  'content_filter_results',
  'content_filter_result',
  'content_filter_offsets',
]);
/** What lies deeper is not looked at, and counts as content. */
const DEEPEST = 8;

/**
 * A chunk of a chat or of a text completion.
 * @param choices the chunk's member; undefined: it has none
 * @param tellsUsage the chunk has an object of that name, which without choices is the end of an answer
 */
export function chunkHasContent(choices: JsonValue | undefined, tellsUsage: boolean): boolean {
  if (choices == null || (isJsonArray(choices) && choices.length === 0)) return tellsUsage;
  return !isJsonArray(choices) || hasContent(choices, DEEPEST);
}

const OPENING: ReadonlySet<JsonValue> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'keepalive',
  'ping',
]);

/**
 * An event of the Responses API.
 * @param member reads a member of the event; asked only where the type alone does not decide
 */
export function responseEventHasContent(
  type: JsonValue | undefined,
  member: (name: 'item' | 'part' | 'delta') => JsonValue | undefined,
): boolean {
  if (typeof type !== 'string' || OPENING.has(type)) return false;
  switch (type) {
    case 'response.output_item.added':
      return itemHasContent(member('item'));
    case 'response.content_part.added':
    case 'response.reasoning_summary_part.added':
      return partHasContent(member('part'));
    default:
      return !type.endsWith('.delta') || hasContent(member('delta'), DEEPEST);
  }
}

/** A message or a chain of thought opens empty; a tool call is content with its name. */
function itemHasContent(item: JsonValue | undefined): boolean {
  if (!isJsonObject(item)) return true;
  if (item['type'] !== 'message' && item['type'] !== 'reasoning') return true;
  return hasContent(item['content'], DEEPEST) || hasContent(item['summary'], DEEPEST);
}

function partHasContent(part: JsonValue | undefined): boolean {
  if (!isJsonObject(part)) return true;
  const { type: _type, ...rest } = part;
  return hasContent(rest, DEEPEST);
}

function hasContent(value: JsonValue | undefined, depth: number): boolean {
  if (value == null || value === '' || value === false) return false;
  if (typeof value !== 'object') return true;
  if (depth === 0) return true;
  if (isJsonArray(value)) return value.some((each) => hasContent(each, depth - 1));
  return Object.entries(value).some(([name, each]) => !SAYS_NOTHING.has(name) && hasContent(each, depth - 1));
}
