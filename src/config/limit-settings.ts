/**
 * Limits of callers as written: `default_api_key_rpm_limit` and `…_tpm_limit` of deployments, calls at the same time, how
 * they are counted, and the shares of `litellm_settings.priority_reservation`. Pure. They restrict, so what cannot be read
 * is refused and never left out.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { LimitAlgorithm, TokenKind } from '../rate-limit/contract.ts';
import type { PrioritySettings, PriorityShare } from '../rate-limit/priority-shares.ts';
import type { BudgetSources, RefuseSetting } from './budget-settings.ts';
import type { Environment } from './environment.ts';
import type { Deployment } from './snapshot.ts';

const ALGORITHMS: readonly LimitAlgorithm[] = ['window', 'sliding', 'token_bucket'];
const TOKEN_KINDS: readonly TokenKind[] = ['total', 'input', 'output'];
const DEFAULT_WINDOW_MS = 60_000;
const LONGEST_WINDOW_SECONDS = 30 * 86_400;
const KEY_LIMITS = ['default_api_key_rpm_limit', 'default_api_key_tpm_limit'] as const;

export interface LimitSources extends BudgetSources {
  readonly general: JsonObject;
  readonly environment: Pick<Environment, 'get'>;
}

export interface LimitSettings {
  readonly algorithm: LimitAlgorithm;
  /** From `LITELLM_RATE_LIMIT_WINDOW_SIZE`, which is in seconds. */
  readonly windowMs: number;
  /** Which tokens count against a limit of tokens (`token_rate_limit_type`). */
  readonly tokenKind: TokenKind;
  /** False: tokens are only counted afterwards (`LITELLM_TPM_TOKEN_RESERVATION_ENABLED=false`). */
  readonly reservesTokens: boolean;
  /** Calls of one key at the same time (`general_settings.max_parallel_requests`). */
  readonly parallelPerKey: number | null;
  /** Calls of all keys at the same time (`general_settings.global_max_parallel_requests`). */
  readonly parallel: number | null;
  /** null: the callback `dynamic_rate_limiter_v3` is not configured. */
  readonly priorities: PrioritySettings | null;
}

export function readLimits(sources: LimitSources, refuse: RefuseSetting): LimitSettings {
  const { router, litellm, general, environment, deployments } = sources;
  for (const { id, params } of deployments)
    for (const key of KEY_LIMITS)
      if (params[key] != null && amount(params[key]) === null)
        refuse(`model_list[id=${id}].litellm_params.${key}`, 'expected a whole number', 'Write for instance 60.');
  const parallelAt = (key: string): number | null =>
    general[key] == null
      ? null
      : (amount(general[key]) ??
        refuse(`general_settings.${key}`, 'expected a whole number', 'Write for instance 100.'));
  return {
    algorithm: readAlgorithm(router['rate_limit_algorithm'] ?? 'window', refuse),
    windowMs: readWindow(environment.get('LITELLM_RATE_LIMIT_WINDOW_SIZE'), refuse),
    // LiteLLM-compat: another word means the default.
    tokenKind: TOKEN_KINDS.find((kind) => kind === general['token_rate_limit_type']) ?? 'total',
    reservesTokens: environment.get('LITELLM_TPM_TOKEN_RESERVATION_ENABLED')?.trim().toLowerCase() !== 'false',
    parallelPerKey: parallelAt('max_parallel_requests'),
    parallel: parallelAt('global_max_parallel_requests'),
    priorities: readPriorities(litellm, refuse),
  };
}

function readAlgorithm(written: JsonValue, refuse: RefuseSetting): LimitAlgorithm {
  const algorithm = ALGORITHMS.find((each) => each === written);
  return (
    algorithm ?? refuse('router_settings.rate_limit_algorithm', 'unknown', `Write one of ${ALGORITHMS.join(', ')}.`)
  );
}

function readWindow(text: string | undefined, refuse: RefuseSetting): number {
  if (text === undefined || text.trim() === '') return DEFAULT_WINDOW_MS;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_WINDOW_SECONDS)
    return refuse(
      'LITELLM_RATE_LIMIT_WINDOW_SIZE',
      'expected whole seconds',
      'Write for instance 60, at most 30 days.',
    );
  return seconds * 1000;
}

/** Requests and tokens a minute that each key has for this deployment's group where it has no limit of its own. */
export function defaultKeyLimits({ params }: Deployment): { readonly rpm: number | null; readonly tpm: number | null } {
  return { rpm: amount(params['default_api_key_rpm_limit']), tpm: amount(params['default_api_key_tpm_limit']) };
}

/** Not negative; a fraction is cut off. */
function amount(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.floor(number) : null;
}

export const PRIORITY_CALLBACK = 'dynamic_rate_limiter_v3';

function readPriorities(litellm: JsonObject, refuse: RefuseSetting): PrioritySettings | null {
  const { callbacks } = litellm;
  const isOn = callbacks === PRIORITY_CALLBACK || (isJsonArray(callbacks) && callbacks.includes(PRIORITY_CALLBACK));
  const path = 'litellm_settings.priority_reservation';
  const written = litellm['priority_reservation'] ?? {};
  if (!isJsonObject(written)) return refuse(path, 'expected a mapping', 'Write for instance {prod: 0.9, dev: 0.1}.');
  const reservation = new Map(
    Object.entries(written).map(([priority, value]) => {
      const share = readShare(value);
      if (share === null)
        return refuse(`${path}.${priority}`, 'expected a share', 'Write a number, or {type: rpm, value: 100}.');
      return [priority, share] as const;
    }),
  );
  if (!isOn) return null;
  const settings = litellm['priority_reservation_settings'] ?? {};
  if (!isJsonObject(settings))
    return refuse(`${path}_settings`, 'expected a mapping', 'Leave it out for the defaults.');
  const part = (key: string): number | null => {
    if (settings[key] == null) return null;
    const value = fraction(settings[key]);
    return value ?? refuse(`${path}_settings.${key}`, 'expected a number', 'Write for instance 0.5.');
  };
  const [defaultShare, saturationThreshold] = [part('default_priority'), part('saturation_threshold')];
  return {
    reservation,
    ...(defaultShare === null ? {} : { defaultShare }),
    ...(saturationThreshold === null ? {} : { saturationThreshold }),
  };
}

function readShare(value: JsonValue): PriorityShare | null {
  if (!isJsonObject(value)) return fraction(value);
  const { type = 'percent', value: number } = value;
  const share = fraction(number);
  return share !== null && (type === 'percent' || type === 'rpm' || type === 'tpm') ? { type, value: share } : null;
}

function fraction(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}
