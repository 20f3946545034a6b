/**
 * What a provider needs changed in the messages of a chat request. Rules are named, a provider lists the names; most
 * requests hold nothing that a rule looks for, which is found out by looking for byte patterns without parsing.
 */
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { DialectModel } from '../dialects/param-dialect.ts';
import { containsMarker, type Marker } from './byte-markers.ts';
import { rulesFor } from './provider-rules.ts';

export interface ChatBody {
  readonly messages: JsonValue;
  readonly params: JsonObject;
}

export interface MessageRule {
  /** What a body must hold for the rule to have anything to do; null: it looks at every body. */
  readonly markers: readonly Marker[] | null;
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
  const markers = rules.flatMap((rule) => rule.markers ?? []);
  return {
    always: rules.some((rule) => rule.markers === null),
    needsRewrite: (bytes) => markers.some((marker) => containsMarker(bytes, marker)),
    rewrite: (body) => rules.reduce((current, rule) => rule.apply(current, at), body),
  };
}
