/**
 * The last guard before a log line or an error line leaves the process: known secrets of the running configuration are
 * blanked wherever they stand, and so is whatever looks like one (API keys, bearer tokens, passwords in addresses).
 * Cost: one pass of two regular expressions per line, compiled anew only when the set of secrets changes.
 * Gives up: known values shorter than six characters, which would blank ordinary words.
 */
import type { ConfigSnapshot, JsonValue } from '../config/snapshot.ts';

const MASK = '[secret]';
const MINIMUM_LENGTH = 6;
const SECRET_NAME = /(^|[_-])(key|keys|secret|token|password|passwd|credential|credentials|authorization|salt)$/i;
const PATTERNS =
  /\b(?:sk|pk|rk|gsk|xai|hf|ghp|github_pat)[-_][\w-]{4,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{20,}|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*|(?<=\bbearer\s+)[\w.~+/-]{4,}=*|(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;

export interface SecretScrubber {
  /** The text with every secret blanked. */
  scrub(text: string): string;
  /** Replaces the known secrets. */
  know(secrets: Iterable<string>): void;
}

export function createSecretScrubber(): SecretScrubber {
  let known: RegExp | null = null;
  return {
    scrub(text) {
      const blanked = known === null ? text : text.replace(known, MASK);
      return blanked.replace(PATTERNS, MASK);
    },
    know(secrets) {
      const forms = new Set<string>();
      for (const secret of secrets) {
        if (secret.length < MINIMUM_LENGTH) continue;
        forms.add(secret);
        forms.add(JSON.stringify(secret).slice(1, -1));
        forms.add(encodeURIComponent(secret.toWellFormed()));
      }
      // The longest first, so that a secret that begins with another one goes as a whole.
      const alternatives = [...forms]
        .toSorted((a, b) => b.length - a.length)
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
      known = alternatives.length === 0 ? null : new RegExp(alternatives.join('|'), 'g');
    },
  };
}

/** Every value of the configuration and the environment whose name says that it is a secret. */
export function secretsOf(snapshot: ConfigSnapshot): Set<string> {
  const found = new Set<string>();
  if (snapshot.general.masterKey !== null) found.add(snapshot.general.masterKey);
  for (const [name, value] of snapshot.environment) if (SECRET_NAME.test(name)) found.add(value);
  for (const deployment of snapshot.deployments) collect(deployment.params, false, found);
  collect(snapshot.raw, false, found);
  return found;
}

function collect(value: JsonValue, secret: boolean, found: Set<string>): void {
  if (typeof value === 'string') {
    if (secret) found.add(value);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const entry of value as readonly JsonValue[]) collect(entry, secret, found);
    return;
  }
  for (const [name, entry] of Object.entries(value as Record<string, JsonValue>)) {
    collect(entry, secret || SECRET_NAME.test(name), found);
  }
}
