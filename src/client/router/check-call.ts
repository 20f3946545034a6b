/**
 * What a call says of a router's settings, held to the rules of the settings themselves: a fallback list of another shape
 * would be none. Pure.
 */
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import type { ReadCall } from './read-call.ts';
import { checkedSetting } from './read-settings.ts';

const CHECKED = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks', 'model_group_retry_policy'];

/** @throws GatewayError `bad_request` */
export function checkRouterCall({ family, body }: Pick<ReadCall, 'family' | 'body'>): void {
  for (const name of CHECKED) {
    const value = body[name] ?? null;
    if (value === null) continue;
    // A call's own list may be names, or parameters with a model, instead of entries of groups.
    const rule = name === 'fallbacks' && isTargetList(value) ? 'default_fallbacks' : name;
    checkedSetting(rule, value, name, family.method);
  }
}

function isTargetList(value: JsonValue): boolean {
  if (!isJsonArray(value)) return false;
  const [first] = value;
  return typeof first === 'string' || (isJsonObject(first) && first['model'] !== undefined);
}
