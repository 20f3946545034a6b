import { AFFINITY_KINDS } from '../../config/router-settings/router-setting-rules.ts';
import { isJsonArray, type JsonObject, type JsonValue } from '../../protocol/json.ts';

/**
 * What keeps requests at one deployment while it is a candidate: the session that they name, the user, or the beginning
 * of their prompt, which the provider's cache holds.
 */
export type AffinityKind = (typeof AFFINITY_KINDS)[number];

/** LiteLLM's names in `optional_pre_call_checks`; ours is `router_settings.affinity`. */
const CHECKS: ReadonlyMap<JsonValue, AffinityKind> = new Map<JsonValue, AffinityKind>([
  ['session_affinity', 'session'],
  ['deployment_affinity', 'user'],
  ['prompt_caching', 'prompt'],
]);

export function affinityOf(router: JsonObject): AffinityKind | null {
  const own = AFFINITY_KINDS.find((kind) => kind === router['affinity']);
  if (own !== undefined) return own;
  const checks = router['optional_pre_call_checks'];
  if (!isJsonArray(checks)) return null;
  for (const check of checks) {
    const kind = CHECKS.get(check);
    if (kind !== undefined) return kind;
  }
  return null;
}
