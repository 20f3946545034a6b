/** Tool and answer schemas: what some providers do not understand is taken out or said as a tool. */
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import type { ParamDraft } from './param-dialect.ts';

/** Deep enough for any schema that a person writes; LiteLLM's bound. */
const MAX_DEPTH = 10;

/** A deep copy without the members that `drop` names. */
export function withoutMembers(
  value: JsonValue,
  drop: (key: string, member: JsonValue) => boolean,
  maxDepth = MAX_DEPTH,
): JsonValue {
  if (maxDepth < 0 || typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map((item) => withoutMembers(item, drop, maxDepth - 1));
  const kept: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    if (!drop(key, member)) kept[key] = withoutMembers(member, drop, maxDepth - 1);
  }
  return kept;
}

/** The schema that an answer is asked to have, or null. */
export function answerSchema(format: JsonValue | undefined): JsonValue | null {
  if (!isJsonObject(format)) return null;
  if (format['response_schema'] !== undefined) return format['response_schema'];
  const named = format['json_schema'];
  return isJsonObject(named) ? (named['schema'] ?? null) : null;
}

const SCHEMA_TOOL_NAME = 'json_tool_call';

/** Asks for the answer's schema as the arguments of a tool. */
export function askBySchemaTool(draft: ParamDraft, schema: JsonValue, enforce: boolean): void {
  const tools = draft.out.get('tools');
  const tool = { type: 'function', function: { name: SCHEMA_TOOL_NAME, parameters: schema } };
  draft.out.set('tools', [...(isJsonArray(tools) ? tools : []), tool]);
  if (enforce) draft.out.set('tool_choice', { type: 'function', function: { name: SCHEMA_TOOL_NAME } });
}
