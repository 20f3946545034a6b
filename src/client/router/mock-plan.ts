/** Whether a mock answers in a provider's place, and how: `mock_*` of a call, else of the deployment. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { RouteFamily } from '../../providers/contract.ts';

export interface MockPlan {
  readonly response: JsonValue;
  readonly toolCalls: readonly JsonObject[];
  /** Before the answer. */
  readonly waitSeconds: number;
  /** Nothing comes: the wait is the time limit. */
  readonly timesOut: boolean;
}

const DEFAULT_RESPONSE = 'This is a mock request';

/** @returns null: a provider is asked. LiteLLM-compat: only chats know more than a canned answer */
export function mockPlan(family: RouteFamily, body: JsonObject, params: JsonObject): MockPlan | null {
  const member = (name: string): JsonValue => body[name] ?? params[name] ?? null;
  const response = member('mock_response');
  if (family !== 'chat' && family !== 'completions')
    return response === null ? null : { response, toolCalls: [], waitSeconds: 0, timesOut: false };
  const calls = member('mock_tool_calls');
  const toolCalls = isJsonArray(calls) ? calls.filter(isJsonObject) : [];
  const timesOut = member('mock_timeout') === true;
  if (response === null && toolCalls.length === 0 && !timesOut) return null;
  const delay = member('mock_delay');
  return {
    response: response ?? DEFAULT_RESPONSE,
    toolCalls,
    waitSeconds: typeof delay === 'number' && delay > 0 ? delay : 0,
    timesOut,
  };
}
