/**
 * Tokens of a message's content when it is a list of parts, by LiteLLM's rules for OpenAI's and Anthropic's parts.
 *
 * Promises: linear in the parts; a list that nests without end is refused. Parts that LiteLLM knows of but refuses
 * (`input_audio`, `video_url`, `redacted_thinking`) count 0, as there is no text in them; parts that nobody knows are
 * refused, or the whole list counts `defaultTokenCount` where that is set.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { pythonRepr, pythonStr } from '../../protocol/python-text.ts';
import type { CountScope } from './count-scope.ts';
import { imageUrlTokens, plainImageTokens } from './image-tokens.ts';

export function countParts(parts: readonly JsonValue[], scope: CountScope, depth = 0): number {
  try {
    let tokens = 0;
    for (const part of parts) {
      scope.takePart(depth);
      tokens += typeof part === 'string' ? scope.texts.count(part) : countPart(part, scope, depth);
    }
    return tokens;
  } catch (error) {
    // LiteLLM-compat: the default stands for the whole list, not only for the part that failed.
    if (scope.defaultTokens === null || scope.isExhausted || !(error instanceof GatewayError)) throw error;
    scope.guessed = true;
    return scope.defaultTokens;
  }
}

function countPart(part: JsonValue, scope: CountScope, depth: number): number {
  if (!isJsonObject(part)) throw refused('a content part is neither a text nor an object');
  const type = part['type'];
  switch (type) {
    case 'text':
      return countStr(part['text'], scope);
    case 'thinking':
      return countStr(part['thinking'], scope);
    case 'image_url':
      return imageUrlTokens(part['image_url'], scope);
    case 'image':
      sourceOf(part, 'image');
      return plainImageTokens(scope);
    case 'document':
      return countDocument(part, scope, depth);
    case 'file':
      return countFile(part['file'], scope);
    case 'tool_use':
      return (
        countField(part['name'], scope, depth) +
        countField(part['input'], scope, depth) +
        countField(part['caller'], scope, depth)
      );
    case 'tool_result':
      if (part['tool_use_id'] === undefined) throw refused('a `tool_result` part has no `tool_use_id`');
      return countField(part['content'], scope, depth);
    case 'tool_reference':
      return isFalsy(part['tool_name']) ? 0 : countStr(part['tool_name'], scope);
    default:
      return countOther(part, type, scope);
  }
}

/** Parts without a rule in LiteLLM. */
function countOther(part: JsonObject, type: JsonValue | undefined, scope: CountScope): number {
  if (type === undefined) throw refused('a content part has no `type`');
  // LiteLLM refuses them all; a set default keeps standing in.
  if (typeof type === 'string' && scope.defaultTokens === null) {
    if (TEXTLESS_PARTS.has(type)) {
      scope.guessed = true;
      return 0;
    }
    const field = scope.mode === 'exact' ? TEXT_FIELDS.get(type) : undefined;
    if (field !== undefined) return countStr(part[field], scope);
  }
  const name = typeof type === 'string' ? `"${type.slice(0, 64)}"` : 'that is no text';
  throw refused(`a content part has the unknown type ${name}`);
}

const TEXTLESS_PARTS: ReadonlySet<string> = new Set([
  'input_audio',
  'audio_url',
  'video_url',
  'input_video',
  'redacted_thinking',
]);

/** Parts of providers' own that are nothing but a text, and the field that holds it. */
const TEXT_FIELDS: ReadonlyMap<string, string> = new Map([
  ['refusal', 'refusal'],
  ['input_text', 'text'],
  ['output_text', 'text'],
  ['guarded_text', 'text'],
]);

function countDocument(part: JsonObject, scope: CountScope, depth: number): number {
  const source = sourceOf(part, 'document');
  const tokens = countOptional(part['title'], scope) + countOptional(part['context'], scope);
  if (source['type'] === 'text') return tokens + countRequired(source['data'], scope);
  if (source['type'] !== 'content') return tokens + plainImageTokens(scope);
  const content = source['content'];
  return tokens + (isJsonArray(content) ? countParts(content, scope, depth + 1) : countRequired(content, scope));
}

function countFile(file: JsonValue | undefined, scope: CountScope): number {
  if (!isJsonObject(file)) return 0;
  const { filename, file_data: data } = file;
  const tokens = typeof filename === 'string' ? scope.texts.count(filename) : 0;
  return typeof data === 'string' && data !== '' ? tokens + plainImageTokens(scope) : tokens;
}

/** A field of Anthropic's tool parts: texts, lists of parts, and objects as Python writes them. */
function countField(value: JsonValue | undefined, scope: CountScope, depth: number): number {
  if (typeof value === 'string') return scope.texts.count(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (isJsonArray(value)) return countParts(value, scope, depth + 1);
  return scope.texts.count(pythonRepr(value));
}

/** LiteLLM-compat: `str(…)` of what is there, so that `null` counts as "None"; nothing for a missing field. */
function countStr(value: JsonValue | undefined, scope: CountScope): number {
  if (typeof value === 'string') return scope.texts.count(value);
  return value === undefined ? 0 : scope.texts.count(pythonStr(value));
}

function countOptional(value: JsonValue | undefined, scope: CountScope): number {
  return isFalsy(value) ? 0 : countRequired(value, scope);
}

function countRequired(value: JsonValue | undefined, scope: CountScope): number {
  if (typeof value !== 'string') throw refused('a document holds something that is not a text where one belongs');
  return scope.texts.count(value);
}

function sourceOf(part: JsonObject, type: string): JsonObject {
  const source = part['source'];
  if (!isJsonObject(source) || source['type'] === undefined)
    throw refused(`the \`source\` of a part of type "${type}" is missing or has no \`type\``);
  return source;
}

/** What Python takes for false. */
export function isFalsy(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  if (isJsonArray(value)) return value.length === 0;
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

const refused = (what: string): GatewayError =>
  new GatewayError('bad_request', `Tokens cannot be counted: ${what}. Correct the part, or set a default token count.`);
