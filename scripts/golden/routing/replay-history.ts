/** Events before the picks of a golden row: cooldowns, calls that ended, and what the request is like. */
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { isJsonArray, type JsonObject } from '../../../src/protocol/json.ts';
import type { RoutedCall } from '../../../src/router/routed-call.ts';
import { routingRequest } from '../../../src/router/routing-request.ts';
import type { RouterCore } from '../../../src/router/router-core.ts';
import { type Clock, type History } from './setup.ts';

/** The recorder's prompts, which the rows do not state. */
const PROMPT_TOKENS = 10;
const PICK_TOKENS = 8;

export function replayHistory(core: RouterCore, clock: Clock, events: readonly JsonObject[]): History {
  const open = new Map<string, RoutedCall[]>();
  let history: History = { model: null, promptTokens: PICK_TOKENS, request: {} };
  for (const event of events) {
    if (typeof event['cooldown'] === 'string') coolDown(core, event['cooldown'], event['seconds'] as number);
    else if (typeof event['event'] === 'string') startOrEnd(core, open, event);
    else if (typeof event['id'] === 'string') completed(core, event);
    else history = { ...history, ...described(event) };
  }
  clock.nowMs += 1;
  return history;
}

function coolDown(core: RouterCore, id: string, seconds: number): void {
  const facts = core.facts.byId(id);
  if (facts === undefined) throw new Error(`no deployment ${id}`);
  core.cooldowns.coolDown(facts, seconds, { status: 429, rule: 'manual' });
}

function started(core: RouterCore, id: string): RoutedCall {
  const call = core.route(routingRequest(id));
  const decision = call.next();
  if (decision.kind !== 'attempt') throw new Error(`no attempt at ${id}`);
  return call;
}

function startOrEnd(core: RouterCore, open: Map<string, RoutedCall[]>, event: JsonObject): void {
  const id = event['id'] as string;
  const calls = open.get(id) ?? [];
  open.set(id, calls);
  if (event['event'] === 'start') {
    calls.push(started(core, id));
    return;
  }
  const call = calls.pop();
  if (event['event'] === 'failure') call?.failed(failureOf(new GatewayError('bad_request', 'failed')), 1);
  else call?.succeeded({ seconds: 1, firstTokenSeconds: null, totalTokens: 0, completionTokens: 0 });
}

function completed(core: RouterCore, event: JsonObject): void {
  const call = started(core, event['id'] as string);
  const seconds = event['seconds'] as number;
  if (event['timeout'] === true) {
    call.failed(failureOf(new GatewayError('timeout', 'timed out')), seconds);
    return;
  }
  const completionTokens = event['completion_tokens'] as number;
  call.succeeded({
    seconds,
    firstTokenSeconds: event['stream'] === true ? (event['ttft'] as number) : null,
    totalTokens: PROMPT_TOKENS + completionTokens,
    completionTokens,
  });
}

function failureOf(error: GatewayError) {
  return { error, retryAfter: null, silentTimeout: false, clientTimeout: false, callerCredential: false };
}

function described(event: JsonObject): Partial<History> {
  if (typeof event['model'] === 'string') return { model: event['model'] };
  const repeated = event['content_repeat'];
  if (isJsonArray(repeated)) return { promptTokens: repeated[1] as number };
  if (typeof event['allowed_model_region'] === 'string') return { request: { region: event['allowed_model_region'] } };
  const metadata = event['metadata'] as JsonObject | undefined;
  if (metadata !== undefined) return { request: { tags: metadata['tags'] as readonly string[] } };
  const pick = event['pick'] as JsonObject | undefined;
  if (pick !== undefined) return { request: { stream: pick['stream'] === true } };
  throw new Error(`unknown event ${JSON.stringify(event)}`);
}
