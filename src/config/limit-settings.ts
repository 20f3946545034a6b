/**
 * Limits of callers as written: `default_api_key_rpm_limit` and `…_tpm_limit` of deployments,
 * `router_settings.rate_limit_algorithm`, and the shares of `litellm_settings.priority_reservation`. Pure. They restrict,
 * so what cannot be read is refused and never left out.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { LimitAlgorithm } from '../rate-limit/contract.ts';
import type { PrioritySettings, PriorityShare } from '../rate-limit/priority-shares.ts';
import type { BudgetSources, RefuseSetting } from './budget-settings.ts';
import type { Deployment } from './snapshot.ts';

const ALGORITHMS: readonly LimitAlgorithm[] = ['window', 'sliding', 'token_bucket'];
const KEY_LIMITS = ['default_api_key_rpm_limit', 'default_api_key_tpm_limit'] as const;

export interface LimitSettings {
  readonly algorithm: LimitAlgorithm;
  /** null: the callback `dynamic_rate_limiter_v3` is not configured. */
  readonly priorities: PrioritySettings | null;
}

export function readLimits({ router, litellm, deployments }: BudgetSources, refuse: RefuseSetting): LimitSettings {
  for (const { id, params } of deployments)
    for (const key of KEY_LIMITS)
      if (params[key] != null && amount(params[key]) === null)
        refuse(`model_list[id=${id}].litellm_params.${key}`, 'expected a whole number', 'Write for instance 60.');
  const written = router['rate_limit_algorithm'] ?? 'window';
  const algorithm = ALGORITHMS.find((each) => each === written);
  if (algorithm === undefined)
    return refuse('router_settings.rate_limit_algorithm', 'unknown', `Write one of ${ALGORITHMS.join(', ')}.`);
  return { algorithm, priorities: readPriorities(litellm, refuse) };
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
