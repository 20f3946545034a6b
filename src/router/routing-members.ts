/**
 * What the members of a request's body say to routing, however the body is held: bytes and a scan in the gateway, an
 * object in a program. Pure. Each function looks up only the members that it names, each once, so that a lookup may parse.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { MockFailures, RoutingOverrides } from './contract.ts';
import { OVERRIDE_MEMBERS, readOverrides } from './read-settings.ts';

/** The value of a top-level member; undefined where the body has none of that name. */
export type MemberLookup = (name: string) => JsonValue | undefined;

/** @param beneath settings that each member of its own replaces @returns null when neither says anything */
export function overridesAsked(member: MemberLookup, beneath: JsonObject | null = null): RoutingOverrides | null {
  const layer: Record<string, JsonValue> = { ...beneath };
  for (const name of OVERRIDE_MEMBERS) {
    const value = member(name);
    if (value !== undefined && value !== null) layer[name] = value;
  }
  return Object.keys(layer).length === 0 ? null : readOverrides([layer]);
}

/** `tags` of the body and of what it says about itself, each once. */
export function tagsAsked(member: MemberLookup): Set<string> {
  const tags = new Set<string>();
  for (const list of [
    member('tags'),
    memberOf(member('metadata'), 'tags'),
    memberOf(member('litellm_metadata'), 'tags'),
  ])
    if (isJsonArray(list)) for (const tag of list) if (typeof tag === 'string') tags.add(tag);
  return tags;
}

/** Of what may be an object; undefined where it is none. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

/** The options of a web search, or a tool whose type begins with `web_search`. */
export function asksForWebSearch(member: MemberLookup): boolean {
  if (member('web_search_options') != null) return true;
  const tools = member('tools');
  if (!isJsonArray(tools)) return false;
  return tools.some((tool) => {
    const type = memberOf(tool, 'type');
    return typeof type === 'string' && type.startsWith('web_search');
  });
}

/** @param isOn how a switch is read @returns null when none is on */
export function mocksAsked(member: MemberLookup, isOn: (value: JsonValue | undefined) => boolean): MockFailures | null {
  const failures: MockFailures = {
    fallbacks: isOn(member('mock_testing_fallbacks')),
    contextWindow: isOn(member('mock_testing_context_fallbacks')),
    contentPolicy: isOn(member('mock_testing_content_policy_fallbacks')),
    // LiteLLM-compat: of this one only the literal true counts.
    rateLimit: member('mock_testing_rate_limit_error') === true,
  };
  return Object.values(failures).includes(true) ? failures : null;
}
