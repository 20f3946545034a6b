import type { Place } from './yaml/py-value.ts';
import type { ConfigFinding, KeyTreatment } from './snapshot.ts';

/** Collects what is worth saying about a file while it is loaded. */
export class Findings {
  readonly #list: ConfigFinding[] = [];
  readonly #seen = new Set<string>();

  warn(key: string, place: Place | null, note: string): void {
    this.#add({ kind: 'warning', key, treatment: 'ignored', note: `${note}${lineText(place)}` });
  }

  key(key: string, treatment: KeyTreatment, note: string): void {
    this.#add({ kind: 'key', key, treatment, note });
  }

  /** One finding per kind and key: a warning met on two walks over the tree is said once. */
  #add(finding: ConfigFinding): void {
    const identity = `${finding.kind} ${finding.key} ${finding.kind === 'warning' ? finding.note : ''}`;
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    this.#list.push(Object.freeze(finding));
  }

  all(): readonly ConfigFinding[] {
    return Object.freeze([...this.#list]);
  }
}

function lineText(place: Place | null): string {
  if (place === null) return '';
  return place.file === null ? ` (line ${place.line})` : ` (${place.file}:${place.line})`;
}
