/**
 * The `fallback_generalizations` block of a price map: regular expressions over model names that say something about
 * models the map does not list yet. A rule whose only fact is `litellm_provider` decides the provider of a bare name
 * (first match); every other rule adds capabilities (all matches, later ones win).
 *
 * Cost: O(rules) per question; asked only after every exact look-up has missed. A rule that cannot be read is left out.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';

interface ProviderRule {
  readonly pattern: RegExp;
  readonly provider: string;
}

interface CapabilityRule {
  readonly pattern: RegExp;
  readonly facts: JsonObject;
}

export interface GeneralizationRules {
  /** Provider of a bare model name, by the first rule that matches. */
  providerOf(model: string): string | null;
  /** Facts of all matching rules together; null when none matches. */
  factsOf(model: string): JsonObject | null;
}

const PROVIDER = 'litellm_provider';

export function compileGeneralizations(block: JsonValue | undefined): GeneralizationRules {
  const rules = isJsonObject(block) && isJsonArray(block['rules']) ? block['rules'].filter(isJsonObject) : [];
  const named = new Map<string, JsonObject>();
  for (const rule of rules) {
    if (typeof rule['name'] === 'string' && isJsonObject(rule['model_info']))
      named.set(rule['name'], rule['model_info']);
  }
  const providers: ProviderRule[] = [];
  const capabilities: CapabilityRule[] = [];
  for (const rule of rules) addRule(rule, named, providers, capabilities);
  return {
    providerOf: (model) => providers.find((rule) => rule.pattern.test(model))?.provider ?? null,
    factsOf: (model) => {
      const matching = capabilities.filter((rule) => rule.pattern.test(model));
      return matching.length === 0
        ? null
        : matching.reduce<JsonObject>((facts, rule) => ({ ...facts, ...rule.facts }), {});
    },
  };
}

function addRule(
  rule: JsonObject,
  named: ReadonlyMap<string, JsonObject>,
  providers: ProviderRule[],
  capabilities: CapabilityRule[],
): void {
  const own = rule['model_info'];
  const pattern = typeof rule['pattern'] === 'string' ? compilePattern(rule['pattern']) : null;
  if (pattern === null || !isJsonObject(own)) return;
  // Older maps let a rule inherit from another one and mix both kinds.
  const parent = typeof rule['extends'] === 'string' ? named.get(rule['extends']) : undefined;
  const facts = parent === undefined ? own : { ...parent, ...own };
  const provider = facts[PROVIDER];
  if (provider === undefined) {
    capabilities.push({ pattern, facts });
    return;
  }
  if (typeof provider !== 'string') return;
  providers.push({ pattern, provider });
  if (Object.keys(facts).length > 1) capabilities.push({ pattern, facts });
}

function compilePattern(source: string): RegExp | null {
  try {
    return new RegExp(source, 'i');
  } catch {
    return null;
  }
}
