/**
 * Whether a request is answered by a mock, and by which. Canned answers come from the deployment; a client's own only
 * where its key allows them. LiteLLM-compat: which families know which switch differs, as recorded.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import { isTruthy, ownMember, secondsToMs } from './mock-params.ts';

export type MockFamily = RouteFamily | 'messages';

export interface MockRequest {
  readonly family: MockFamily;
  /** Parsed `mock_*` members of the request, after `refuseMockParams`. */
  readonly mocks: JsonObject;
  /** `litellm_params` of the deployment. */
  readonly params: JsonObject;
  /** The client's key carries `allow_client_mock_response`. */
  readonly clientResponses: boolean;
  /** The time limit in force; what a mock timeout waits for. */
  readonly timeoutSeconds: number;
}

export interface MockPlan {
  readonly family: MockFamily;
  /** Milliseconds before the answer. */
  readonly waitMs: number;
  /** After the wait, the answer is a timeout. */
  readonly timesOut: boolean;
  /** `timeout` of the deployment as Python prints it, for the message of a timeout. */
  readonly deploymentTimeout: string;
  readonly response: JsonValue;
  readonly toolCalls: readonly JsonObject[];
}

const DEFAULT_RESPONSE = 'This is a mock request';
const MOCK_PARAMS = ['mock_response', 'mock_tool_calls', 'mock_timeout'] as const;

/** True when a deployment is mocked at all; asked once per deployment, not per request. */
export function hasMock(params: JsonObject): boolean {
  return MOCK_PARAMS.some((name) => ownMember(params, name) !== undefined);
}

export function mockPlan(request: MockRequest): MockPlan | null {
  switch (request.family) {
    case 'chat':
    case 'completions':
      return chatPlan(request);
    case 'embeddings':
    case 'images.generations': {
      const response = mockParam(request, 'mock_response');
      return response === undefined || response === null ? null : plainPlan(request, response);
    }
    case 'responses':
    case 'messages': {
      const response = mockParam(request, 'mock_response');
      return typeof response === 'string' && response !== '' ? plainPlan(request, response) : null;
    }
    case 'moderations':
    case 'images.edits':
    case 'audio.transcriptions':
    case 'audio.speech':
    case 'rerank':
      return null;
  }
}

function chatPlan(request: MockRequest): MockPlan | null {
  const response = mockParam(request, 'mock_response');
  const toolCalls = mockParam(request, 'mock_tool_calls');
  const timeout = mockParam(request, 'mock_timeout');
  if (!isTruthy(response) && !isTruthy(toolCalls) && !isTruthy(timeout)) return null;
  const timesOut = timeout === true;
  const delayMs = secondsToMs(mockParam(request, 'mock_delay'));
  return {
    ...plainPlan(request, response ?? DEFAULT_RESPONSE),
    timesOut,
    waitMs: timesOut ? request.timeoutSeconds * 1000 : delayMs,
    toolCalls: Array.isArray(toolCalls) ? (toolCalls as readonly JsonValue[]).filter(isJsonObject) : [],
  };
}

function plainPlan({ family, params }: MockRequest, response: JsonValue): MockPlan {
  return { family, waitMs: 0, timesOut: false, deploymentTimeout: pythonNumber(params), response, toolCalls: [] };
}

/** The request's member wins over the deployment's. */
function mockParam({ mocks, params, clientResponses }: MockRequest, name: string): JsonValue | undefined {
  const isCannedAnswer = name === 'mock_response' || name === 'mock_tool_calls';
  const fromClient = isCannedAnswer && !clientResponses ? undefined : ownMember(mocks, name);
  return fromClient ?? ownMember(params, name);
}

function pythonNumber(params: JsonObject): string {
  const timeout = ownMember(params, 'timeout');
  if (typeof timeout === 'number') return Number.isInteger(timeout) ? `${timeout}.0` : String(timeout);
  return typeof timeout === 'string' ? timeout : 'None';
}
