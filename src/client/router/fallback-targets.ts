/** Fallback lists of a program in LiteLLM's spelling: `{ model, apiKey }` of a target becomes `{ model, api_key }`. */
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { isParamName, respelled } from './read-deployments.ts';

/** @param list of the configuration (`{group: targets}`) or of a request (targets) */
export function respelledTargets(list: JsonValue): JsonValue {
  if (!isJsonArray(list)) return list;
  return list.map((entry) => {
    if (!isJsonObject(entry)) return entry;
    if (typeof entry['model'] === 'string') return respelled(entry, isParamName);
    return Object.fromEntries(
      Object.entries(entry).map(([group, targets]) => [
        group,
        isJsonArray(targets)
          ? targets.map((target) => (isJsonObject(target) ? respelled(target, isParamName) : target))
          : targets,
      ]),
    );
  });
}
