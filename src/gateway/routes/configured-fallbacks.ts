/** Which models stand in for another one according to the configuration, for the routes that show it. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

export const FALLBACK_TYPES = ['general', 'context_window', 'content_policy'] as const;
export type FallbackType = (typeof FALLBACK_TYPES)[number];

const SETTING: Readonly<Record<FallbackType, string>> = {
  general: 'fallbacks',
  context_window: 'context_window_fallbacks',
  content_policy: 'content_policy_fallbacks',
};

export function isFallbackType(text: string): text is FallbackType {
  return (FALLBACK_TYPES as readonly string[]).includes(text);
}

/** The list as configured for the model, else for its name without provider, else for `"*"`; else empty. */
export function fallbacksOf(model: string, type: FallbackType, snapshot: ConfigSnapshot): readonly JsonValue[] {
  let stripped: readonly JsonValue[] | null = null;
  let generic: readonly JsonValue[] | null = null;
  let named: readonly JsonValue[] | null = null;
  for (const item of configured(type, snapshot)) {
    if (typeof item === 'string') named = [item];
    if (!isJsonObject(item)) continue;
    const [key, value] = Object.entries(item)[0] ?? [];
    if (key === undefined) continue;
    const list = isJsonArray(value) ? value : value === undefined ? [] : [value];
    if (key === model) return list;
    if (model.slice(model.indexOf('/') + 1) === key) stripped = list;
    else if (key === '*') generic = list;
  }
  return named ?? stripped ?? generic ?? [];
}

/** First model of the `"*"` entry of the general fallbacks, for names that no group has. */
export function defaultFallbackModel(snapshot: ConfigSnapshot): string | null {
  for (const item of configured('general', snapshot)) {
    if (!isJsonObject(item) || !Object.hasOwn(item, '*')) continue;
    const list = item['*'];
    const first = isJsonArray(list) ? list[0] : list;
    if (typeof first === 'string') return first;
    if (isJsonObject(first) && typeof first['model'] === 'string') return first['model'];
  }
  return null;
}

function configured(type: FallbackType, { router, litellm }: ConfigSnapshot): readonly JsonValue[] {
  const named = list(router.raw, SETTING[type]) ?? list(litellm.raw, SETTING[type]) ?? [];
  if (type !== 'general') return named;
  const forAll = list(router.raw, 'default_fallbacks') ?? list(litellm.raw, 'default_fallbacks') ?? [];
  return forAll.length === 0 ? named : [...named, { '*': forAll }];
}

function list(settings: JsonObject, key: string): readonly JsonValue[] | null {
  const value = Object.hasOwn(settings, key) ? settings[key] : undefined;
  return isJsonArray(value) ? value : null;
}
