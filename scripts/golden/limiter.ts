import type { GatewayError } from '../../src/errors/gateway-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import type { CallerLimits } from '../../src/rate-limit/caller-limits.ts';
import type { LimitedUsage, TokenKind } from '../../src/rate-limit/contract.ts';
import { describeLimits } from '../../src/rate-limit/descriptors.ts';
import { RateLimiter, type Admission, type Hold, type Scope } from '../../src/rate-limit/rate-limiter.ts';
import { limitHeaders, refusalError } from '../../src/rate-limit/rejection.ts';
import { sizeOfCall, type EstimatedCall } from '../../src/rate-limit/token-estimate.ts';
import { difference } from './difference.ts';
import type { GoldenRunner } from './runner.ts';

const NO_OBJECT: JsonObject = {};
const KINDS: ReadonlyMap<string, EstimatedCall> = new Map([
  ['acompletion', 'chat'],
  ['atext_completion', 'text'],
  ['aembedding', 'embedding'],
  ['aresponses', 'responses'],
]);
/** The recorder names a call of another kind where it made one. */
const CHAT = 'acompletion';

export const runner: GoldenRunner = {
  sets: /^limiter$/,
  run(row) {
    const setup = objectAt(row, 'setup');
    const zero = numberAt(setup, 'clock_zero') ?? 0;
    const clock = { now: zero * 1000 };
    const settings = objectAt(setup, 'settings');
    const limiter = new RateLimiter({
      now: () => clock.now,
      windowMs: (numberAt(setup, 'window_seconds') ?? 60) * 1000,
      capacity: 64,
      leases: 64,
      tokenKind: tokenKind(settings['token_rate_limit_type']),
      reservesTokens: objectAt(setup, 'env')['LITELLM_TPM_TOKEN_RESERVATION_ENABLED'] !== 'false',
    });
    const calls = new Map<string, Call>();
    const got = arrayAt(row, 'events').map((event) => {
      clock.now = Math.round((zero + (numberAt(event, 't') ?? 0)) * 1000);
      return answer(limiter, event, calls);
    });
    return difference(arrayAt(row, 'expected'), got);
  },
};

interface Call {
  readonly scopes: readonly Scope[];
  readonly hold: Hold | null;
}

function answer(limiter: RateLimiter, event: JsonObject, calls: Map<string, Call>): JsonObject {
  const id = textAt(event, 'id') ?? '';
  const op = textAt(event, 'op') ?? '';
  if (op === 'request') return request(limiter, event, calls);
  const call = calls.get(id);
  const usage = usageOf(objectAt(event, 'usage'));
  if (call?.hold != null) {
    if (op === 'success') limiter.settle(call.hold, usage);
    else limiter.fail(call.hold);
  } else if (op === 'success') limiter.charge(call?.scopes ?? [], usage);
  return { id, op };
}

function request(limiter: RateLimiter, event: JsonObject, calls: Map<string, Call>): JsonObject {
  const id = textAt(event, 'id') ?? '';
  const data = objectAt(event, 'data');
  const scopes = limiter.prepare(describeLimits(callerOf(objectAt(event, 'key')), { model: textAt(data, 'model') }));
  const kind = KINDS.get(textAt(event, 'call_type') ?? CHAT) ?? 'other';
  const decision = limiter.admit(scopes, { size: () => sizeOfCall(data, kind) });
  calls.set(id, { scopes, hold: decision.admitted ? decision.hold : null });
  return decision.admitted ? admitted(id, decision) : refused(id, refusalError(decision));
}

function admitted(id: string, admission: Admission): JsonObject {
  const cap = admission.outputCap;
  return {
    id,
    allowed: true,
    headers: Object.fromEntries(pairs(limitHeaders(admission.statuses)).map(([name, value]) => [name, Number(value)])),
    ...(cap === null ? {} : { injected: { [cap.path[0] ?? '']: cap.value } }),
    ...(admission.reservedTokens === 0 ? {} : { reserved: admission.reservedTokens }),
  };
}

function refused(id: string, error: GatewayError): JsonObject {
  return {
    id,
    allowed: false,
    status: error.status,
    detail: error.message,
    headers: {
      'retry-after': String(error.options.retryAfterSeconds),
      ...Object.fromEntries(pairs(error.options.headers ?? [])),
    },
    // The class of LiteLLM's hook; on the wire both are the same.
    error_class: error.code === 'rate_limit' ? 'ProxyRateLimitError' : error.name,
  };
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : []));
}

function callerOf(key: JsonObject): CallerLimits {
  const named = (id: string, prefix: string) => {
    const name = textAt(key, id);
    return name === null ? null : { id: name, ...limits(key, prefix) };
  };
  const apiKey = named('api_key', '');
  const [user, team] = [named('user_id', 'user_'), named('team_id', 'team_')];
  const endUser = named('end_user_id', 'end_user_');
  return {
    ...(apiKey === null ? {} : { apiKey: { ...apiKey, parallel: numberAt(key, 'max_parallel_requests') } }),
    ...(user === null ? {} : { user }),
    ...(team === null ? {} : { team }),
    ...(endUser === null ? {} : { endUser }),
    teamMember: limits(key, 'team_member_'),
    keyMetadata: objectAt(key, 'metadata'),
  };
}

const limits = (key: JsonObject, prefix: string) => ({
  requests: numberAt(key, `${prefix}rpm_limit`),
  tokens: numberAt(key, `${prefix}tpm_limit`),
});

function usageOf(usage: JsonObject): LimitedUsage {
  return {
    promptTokens: numberAt(usage, 'prompt_tokens') ?? 0,
    completionTokens: numberAt(usage, 'completion_tokens') ?? 0,
    totalTokens: numberAt(usage, 'total_tokens') ?? 0,
    cachedTokens: numberAt(objectAt(usage, 'prompt_tokens_details'), 'cached_tokens') ?? 0,
  };
}

function tokenKind(value: JsonValue | undefined): TokenKind {
  return value === 'input' || value === 'output' ? value : 'total';
}

function objectAt(source: JsonObject, key: string): JsonObject {
  const value = source[key];
  return isJsonObject(value) ? value : NO_OBJECT;
}

function arrayAt(source: JsonObject, key: string): readonly JsonObject[] {
  const value = source[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textAt(source: JsonObject, key: string): string | null {
  const value = source[key];
  return typeof value === 'string' ? value : null;
}

function numberAt(source: JsonObject, key: string): number | null {
  const value = source[key];
  return typeof value === 'number' ? value : null;
}
