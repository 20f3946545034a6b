/**
 * The `acceleration:` block: what the components' own reader takes (`src/rollout`), and what only a gateway with a
 * LiteLLM behind it asks.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { RolloutSettings } from '../rollout/contract.ts';
import { readSettings } from '../rollout/read-settings.ts';
import { RolloutSettingsError } from '../rollout/settings-error.ts';
import type { RefuseSetting } from './budget-settings.ts';
import type { Environment } from './environment.ts';

export interface AccelerationSettings {
  readonly rollout: RolloutSettings;
  /** Settings without which calls may be served natively, though LiteLLM would heed them: `litellm_settings.cache`. */
  readonly nativeWithout: ReadonlySet<string>;
  /** A comparison may ask a provider a second time for what it is paid for. */
  readonly shadowPaidCalls: boolean;
}

/** Variables that begin as those of components do. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(['FAST_LITELLM_FALLBACK', 'FAST_LITELLM_PRICES']);

/** @throws RolloutSettingsError that names the place and the remedy */
export function readAcceleration(raw: JsonObject, environment: Environment): AccelerationSettings {
  const block = Object.hasOwn(raw, 'acceleration') ? raw['acceleration'] : undefined;
  if (block === undefined || !isJsonObject(block))
    return { rollout: rolloutSettings(block, environment), nativeWithout: new Set(), shadowPaidCalls: false };
  const { native_without: without, shadow_paid_calls: paid, ...components } = block;
  return {
    rollout: rolloutSettings(components, environment),
    nativeWithout: nameList(without),
    shadowPaidCalls: flag(paid),
  };
}

function rolloutSettings(block: JsonValue | undefined, environment: Environment): RolloutSettings {
  return readSettings({ block, environment, reserved: OTHER_VARIABLES });
}

function nameList(value: JsonValue | undefined): ReadonlySet<string> {
  if (value === undefined || value === null) return new Set();
  if (isJsonArray(value) && value.every((name) => typeof name === 'string')) return new Set(value as string[]);
  throw new RolloutSettingsError(
    'acceleration.native_without',
    'not a list of settings',
    'Write them as `fast-litellm check` does, e.g. [litellm_settings.success_callback].',
  );
}

function flag(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new RolloutSettingsError('acceleration.shadow_paid_calls', 'neither true nor false', 'Write true or false.');
}

/** Refuses a block that cannot be used, so that it is told at the start and at a reload, not at a request. */
export function checkAcceleration(raw: JsonObject, environment: Environment, refuse: RefuseSetting): void {
  try {
    readAcceleration(raw, environment);
  } catch (error) {
    if (!(error instanceof RolloutSettingsError)) throw error;
    refuse(error.key, error.problem, error.remedy);
  }
}
