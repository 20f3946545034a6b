/**
 * What a provider needs changed in the messages of a chat request. Rules are named, a provider lists the names; most
 * requests hold nothing that a rule looks for, which is found out by looking for byte patterns without parsing.
 */
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { DialectModel } from '../dialects/param-dialect.ts';
import { containsMarker, searchablePieces, type Marker } from './byte-markers.ts';
import { rulesFor } from './provider-rules.ts';

export interface ChatBody {
  readonly messages: JsonValue;
  readonly params: JsonObject;
}

export interface MessageRule {
  /** What a body must hold for the rule to have anything to do; null: it looks at every body. */
  readonly markers: readonly Marker[] | null;
  /** What a body must also hold, whichever marker is found; looked for first, so that plain texts and pictures stay fast. */
  readonly requires?: Marker;
  apply(body: ChatBody, at: DialectModel): ChatBody;
}

export interface MessageRules {
  /** Some rule changes every body. */
  readonly always: boolean;
  /** Whether the bytes of `messages` hold anything that a rule changes; may say yes for nothing. */
  needsRewrite(bytes: readonly Buffer[]): boolean;
  rewrite(body: ChatBody): ChatBody;
}

export function messageRulesOf(at: DialectModel, apiBase: string): MessageRules {
  const rules = rulesFor(at, apiBase);
  const searches = searchesOf(rules);
  return {
    always: rules.some((rule) => rule.markers === null),
    needsRewrite: (bytes) => {
      if (searches.length === 0) return false;
      const pieces = searchablePieces(bytes);
      return searches.some((search) => finds(search, pieces));
    },
    rewrite: (body) => rules.reduce((current, rule) => rule.apply(current, at), body),
  };
}

/** Rules with the same requirement share its search. */
interface Search {
  readonly requires: Marker | null;
  readonly markers: readonly Marker[];
}

function searchesOf(rules: readonly MessageRule[]): readonly Search[] {
  const byRequirement = new Map<Marker | null, Marker[]>();
  for (const { requires = null, markers } of rules) {
    if (markers === null || markers.length === 0) continue;
    byRequirement.set(requires, [...(byRequirement.get(requires) ?? []), ...markers]);
  }
  return [...byRequirement].map(([requires, markers]) => ({ requires, markers }));
}

function finds({ requires, markers }: Search, pieces: readonly Buffer[]): boolean {
  if (requires !== null && !containsMarker(pieces, requires)) return false;
  return markers.some((marker) => containsMarker(pieces, marker));
}
