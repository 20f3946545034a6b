/**
 * LiteLLM's default `model_info.id`: sha256, as hex, over the group name followed by each parameter's name and
 * Python text, in the file's order.
 *
 * What is hashed is the mapping after environment references, before anything else: no coercion (`rpm: '12'` stays
 * text), no defaults, nothing left out (an unset variable is `None`), an organisation list still a list.
 */
import { createHash } from 'node:crypto';
import { pyJson, pyString } from './yaml/py-text.ts';
import type { PyDict, PyValue } from './yaml/py-value.ts';

/** LiteLLM-compat: mappings are hashed as JSON, everything else, lists too, as `str()`. */
function hashedText(value: PyValue): string {
  return value.kind === 'dict' ? pyJson(value) : pyString(value);
}

export function deploymentId(modelName: string, params: PyDict): string {
  const hash = createHash('sha256').update(modelName);
  for (const { key, value } of params.entries) hash.update(hashedText(key)).update(hashedText(value));
  return hash.digest('hex');
}
