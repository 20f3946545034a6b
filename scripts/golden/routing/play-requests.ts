/** Whole requests of a golden row over providers that answer by script. */
import type { JsonObject, JsonValue } from '../../../src/protocol/json.ts';
import { mapProviderFailure, mapProviderUnreachable } from '../../../src/providers/map-failure.ts';
import { type AttemptOutcome, callWithRetries, type CallResult } from '../../../src/router/call-with-retries.ts';
import type { Attempt, AttemptFailure, RoutingRequest } from '../../../src/router/contract.ts';
import { readOverrides } from '../../../src/router/read-settings.ts';
import { contentFilteredError } from '../../../src/router/router-failures.ts';
import type { RoutedCall } from '../../../src/router/routed-call.ts';
import { routingRequest } from '../../../src/router/routing-request.ts';
import type { RouterCore } from '../../../src/router/router-core.ts';
import { WrongTurn } from './choices.ts';
import { buildCore, className } from './setup.ts';

export interface Step {
  readonly calls: readonly string[];
  readonly sleeps: readonly number[];
  readonly result: Readonly<Record<string, unknown>>;
  readonly cooled: Readonly<Record<string, unknown>>;
}

/** @param wanted the calls of each request; another call is a wrong turn. null: any */
export async function playRequests(
  row: JsonObject,
  random: () => number,
  wanted: readonly (readonly string[])[] | null,
): Promise<readonly Step[]> {
  const { core } = await buildCore(row, { random });
  const events = row['events'] as JsonObject;
  const upstream = events['upstream'] as Readonly<Record<string, readonly JsonValue[]>>;
  const answered = new Map<string, number>();
  const answerOf = (id: string): JsonValue => {
    const answers = upstream[id] ?? [200];
    const count = answered.get(id) ?? 0;
    answered.set(id, count + 1);
    return answers[Math.min(count, answers.length - 1)] ?? 200;
  };
  const steps: Step[] = [];
  for (const request of events['requests'] as readonly JsonObject[])
    steps.push(await playRequest(core, request, { answerOf, wanted: wanted?.[steps.length] ?? null }));
  return steps;
}

interface Script {
  readonly answerOf: (id: string) => JsonValue;
  readonly wanted: readonly string[] | null;
}

async function playRequest(core: RouterCore, request: JsonObject, { answerOf, wanted }: Script): Promise<Step> {
  const call = core.route(readRequest(request));
  const calls: string[] = [];
  const sleeps: number[] = [];
  const result = await callWithRetries<string>(call, {
    attempt({ deployment, model }: Attempt) {
      if (wanted !== null && wanted[calls.length] !== deployment.id) throw new WrongTurn();
      calls.push(deployment.id);
      return Promise.resolve(outcomeOf(answerOf(deployment.id), { id: deployment.id, model, call }));
    },
    sleep(seconds) {
      sleeps.push(seconds);
      return Promise.resolve();
    },
  });
  if (wanted !== null && wanted.length !== calls.length) throw new WrongTurn();
  return { calls, sleeps, result: described(result), cooled: cooledOf(core) };
}

function readRequest(request: JsonObject): RoutingRequest {
  return routingRequest(request['model'] as string, {
    overrides: readOverrides([request]),
    mocks: {
      fallbacks: request['mock_testing_fallbacks'] === true,
      contextWindow: request['mock_testing_context_fallbacks'] === true,
      contentPolicy: request['mock_testing_content_policy_fallbacks'] === true,
      rateLimit: request['mock_testing_rate_limit_error'] === true,
    },
  });
}

interface Called {
  readonly id: string;
  readonly model: string;
  readonly call: RoutedCall;
}

function outcomeOf(answer: JsonValue, { id, model, call }: Called): AttemptOutcome<string> {
  if (answer === 'filter' && call.contentFilterFails) return failed(contentFilteredError(), null);
  if (answer === 200 || answer === 'filter')
    return {
      ok: true,
      value: answer === 'filter' ? 'up' : id,
      success: { seconds: 0.1, firstTokenSeconds: null, totalTokens: 15, completionTokens: 5 },
    };
  if (answer === 'connect' || answer === 'timeout') return unreachable(answer, model);
  const written = typeof answer === 'object' ? (answer as JsonObject) : { status: answer, headers: {} };
  const retryAfter = (written['headers'] as JsonObject)['retry-after'];
  const status = written['status'] as number | 'cw' | 'cp';
  const code = status === 'cw' || status === 'cp' ? 400 : status;
  return failed(
    mapProviderFailure({ provider: 'openai', model, status: code, body: bodyOf(status), headers: [] }),
    typeof retryAfter === 'string' ? retryAfter : null,
  );
}

function unreachable(kind: 'connect' | 'timeout', model: string): AttemptOutcome<string> {
  if (kind === 'connect')
    return failed(
      mapProviderUnreachable({ provider: 'openai', model, kind: 'connection', message: 'Connection error.' }),
      null,
    );
  const timeout = { timeoutSeconds: 6000, elapsedSeconds: 0 };
  const error = mapProviderUnreachable({ provider: 'openai', model, kind: 'timeout', message: '', ...timeout });
  return failed(error, null, true);
}

function failed(
  error: AttemptFailure['error'],
  retryAfter: string | null,
  silentTimeout = false,
): AttemptOutcome<string> {
  return {
    ok: false,
    failure: { error, retryAfter, silentTimeout, clientTimeout: false, callerCredential: false },
    seconds: 0.1,
  };
}

function bodyOf(status: number | 'cw' | 'cp'): string {
  const text = (message: string, code: string | null = null): string =>
    JSON.stringify({ error: { message, type: 'error', param: null, code } });
  switch (status) {
    case 'cw':
      return text("This model's maximum context length is 10 tokens.", 'context_length_exceeded');
    case 'cp':
      return text('Your request was rejected as a result of the safety system.', 'content_policy_violation');
    case 401:
      return text('Unauthorized');
    case 429:
      return text('Rate limit reached');
    case 500:
      return text('server exploded');
    default:
      return text(`upstream ${status}`);
  }
}

function described(result: CallResult<string>): Record<string, unknown> {
  if (result.ok) {
    const { retries, maxRetries, fallbacks } = result.outcome;
    return {
      served_by: result.value,
      status: 200,
      'x-litellm-attempted-fallbacks': fallbacks,
      'x-litellm-attempted-retries': retries,
      ...(maxRetries === null ? {} : { 'x-litellm-max-retries': maxRetries }),
    };
  }
  const { failure, error, maxRetries, retries } = result.outcome;
  return {
    error: className(failure),
    message: error.message,
    status: failure.reason === 'no-deployments' ? null : error.status,
    ...(maxRetries === null ? {} : { max_retries: maxRetries, num_retries: retries }),
  };
}

function cooledOf({ state, facts, now }: RouterCore): Record<string, unknown> {
  const cooled: Record<string, unknown> = {};
  for (const { id, slot } of facts.rows) {
    if (!state.isCooled(slot, now())) continue;
    const seconds = (state.cooledUntil(slot) - state.cooledSince(slot)) / 1000;
    cooled[id] = { seconds, status: String(state.cooledStatus(slot)) };
  }
  return cooled;
}
