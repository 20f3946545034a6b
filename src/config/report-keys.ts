/** What becomes of each key that stands in the file: one finding per key, for the start lines and for `check`. */
import { asList, asObject } from './find-restrictions.ts';
import type { Findings } from './findings.ts';
import { KNOWN_KEYS, type KnownKey } from './known-keys.ts';
import { RESTRICTIONS, type RestrictionSection } from './restrictions.ts';
import type { JsonObject, JsonValue, Restriction } from './snapshot.ts';

const UNKNOWN = 'unknown to LiteLLM 1.102 and to us, so it does nothing; check the spelling';

const SECTIONS = ['general_settings', 'litellm_settings', 'router_settings'] as const;
const ENTRY_SECTIONS = ['litellm_params', 'model_info'] as const;

function restrictingNote({ scope, masterKeyPasses }: Restriction): string {
  const whom =
    scope === 'all' ? 'every request' : scope === 'llm' ? 'every LLM request' : `every request for ${scope.modelName}`;
  const but = masterKeyPasses ? ' that does not show the master key' : '';
  return `restricts and is not native yet: ${whom}${but} goes to the fallback, or is refused`;
}

/** Restricting keys that restrict nothing with the value they have. */
function idleRestriction(section: RestrictionSection, key: string): KnownKey | undefined {
  const known = RESTRICTIONS.some((row) => row.section === section && row.key === key);
  return known ? { treatment: 'ignored', note: 'restricts nothing with this value' } : undefined;
}

function treatmentOf(section: RestrictionSection, key: string): KnownKey | undefined {
  return KNOWN_KEYS[section].get(key) ?? idleRestriction(section, key);
}

function reportSection(
  section: (typeof SECTIONS)[number] | 'top',
  settings: JsonObject,
  restricted: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const key of Object.keys(settings)) {
    const path = section === 'top' ? key : `${section}.${key}`;
    if (restricted.has(path)) continue;
    const known = treatmentOf(section, key);
    if (known === undefined) findings.warn(path, null, UNKNOWN);
    else findings.key(path, known.treatment, known.note);
  }
}

/** Keys of deployments are told once, at their first place: a list may be long. */
function reportDeployments(list: readonly JsonValue[], restricted: ReadonlySet<string>, findings: Findings): void {
  const told = new Set<string>();
  list.forEach((item, index) => {
    const entry = asObject(item);
    for (const section of ENTRY_SECTIONS) {
      for (const key of Object.keys(asObject(entry[section]))) {
        const path = `model_list[${index}].${section}.${key}`;
        const known = treatmentOf(section, key);
        if (
          known === undefined ||
          known.treatment === 'served' ||
          told.has(`${section}.${key}`) ||
          restricted.has(path)
        )
          continue;
        told.add(`${section}.${key}`);
        findings.key(path, known.treatment, known.note);
      }
    }
  });
}

export function reportKeys(raw: JsonObject, restrictions: readonly Restriction[], findings: Findings): void {
  for (const restriction of restrictions) findings.key(restriction.key, 'fallback', restrictingNote(restriction));
  const restricted = new Set(restrictions.map((restriction) => restriction.key));
  reportSection('top', raw, restricted, findings);
  for (const section of SECTIONS) reportSection(section, asObject(raw[section]), restricted, findings);
  reportDeployments(asList(raw['model_list']), restricted, findings);
}
