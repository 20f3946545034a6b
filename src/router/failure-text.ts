/**
 * What LiteLLM appends to the message of an error that no retry and no fallback could help: the model group, its
 * fallbacks, what became of them. Parameters of fallback entries that could be secrets are masked.
 */
import { shownName } from '../errors/shown-name.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../protocol/json.ts';
import { pythonRepr } from '../protocol/python-text.ts';
import type { FallbackChain, FallbackTarget, RoutingFailure } from './contract.ts';

/** Longest text of a failed fallback inside another error. */
const LONGEST_DETAIL = 2000;
const SECRET_KEY = /key|token|secret|password|credential|authorization/i;
const HARMLESS_KEY = /^max_|_tokens$|_cost/i;

/** A failure on its way up through the fallbacks, with the text that it has gathered. */
export interface Raised {
  readonly failure: RoutingFailure;
  message: string;
  /** Set when the group's retries were used up. */
  retried: { readonly retries: number; readonly maxRetries: number } | null;
}

/** The router's own refusals are plain exceptions in LiteLLM, whose text does not change. */
const FIXED_TEXT: ReadonlySet<RoutingFailure['reason']> = new Set(['no-deployments', 'rate-limit', 'tags', 'budget']);

export function raise(failure: RoutingFailure, retried: Raised['retried'] = null): Raised {
  const keeps = FIXED_TEXT.has(failure.reason);
  return { failure, message: failure.error.message, retried: keeps ? null : retried };
}

/** The message as a client sees it. */
export function raisedText({ message, retried }: Raised): string {
  if (retried === null) return message;
  return `${message} LiteLLM Retried: ${retried.retries} times, LiteLLM Max Retries: ${retried.maxRetries}`;
}

export function append(raised: Raised, text: string): void {
  if (!FIXED_TEXT.has(raised.failure.reason)) raised.message += text;
}

/** @param detail text of the failed fallback; empty: none was tried */
export function triedText(group: string, targets: readonly FallbackTarget[] | null, detail: string): string {
  const available = `. Received Model Group=${shownName(group)}\nAvailable Model Group Fallbacks=${shown(targets)}`;
  return detail === '' ? available : `${available}\nError doing the fallback: ${cut(detail)}`;
}

export function noChainText(groups: readonly string[], chain: FallbackChain): string {
  return `No fallback model group found for lookup_groups=${groups.map(shownName).join(' -> ')}. Fallbacks=${shown(chain.source)}`;
}

/** Why the dedicated fallbacks of an error were not used. */
export function noDedicatedChainText(
  kind: 'context_window' | 'content_policy',
  group: string,
  generic: FallbackChain | null,
): string {
  const configured = kind === 'context_window' ? 'context_window_fallbacks' : 'content_policy_fallback';
  return (
    `\nmodel=${shownName(group)}. ${configured}=None. fallbacks=${shown(generic?.source ?? null)}.\n\n` +
    `Set '${kind}_fallback' - https://docs.litellm.ai/docs/routing#fallbacks`
  );
}

/** As Python prints it, secrets masked. */
export function shown(value: readonly JsonValue[] | null): string {
  return pythonRepr(value === null ? null : masked(value));
}

function masked(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(masked);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      SECRET_KEY.test(key) && !HARMLESS_KEY.test(key) && typeof member === 'string' ? '****' : masked(member),
    ]),
  );
}

function cut(detail: string): string {
  if (detail.length <= LONGEST_DETAIL) return detail;
  return `${detail.slice(0, LONGEST_DETAIL)}... [truncated ${detail.length - LONGEST_DETAIL} characters]`;
}
