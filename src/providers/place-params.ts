/**
 * Decides what becomes of the parameters of one chat request: which are refused, dropped, renamed or kept, and what is
 * sent beside OpenAI's parameters. LiteLLM's `get_optional_params`.
 * slow path: one map per request; only requests and deployments that need it come here.
 */
import type { JsonValue } from '../protocol/json.ts';
import type { DialectModel, ParamDialect, ParamDraft } from './dialects/param-dialect.ts';
import { OPENAI_CHAT_PARAMS, UNCHECKED_PARAMS } from './openai-param-names.ts';
import { unsupportedByProvider } from './unsupported-params.ts';

export interface PlaceOptions {
  readonly dropParams: boolean;
  readonly allowed: readonly string[];
  /** Dropped whatever the provider takes; names with `.` or `[` are paths and not looked at here. */
  readonly dropped: readonly string[];
  /** Model name for the text of a refusal. */
  readonly shownModel: string;
}

export interface PlacedParams {
  readonly params: ReadonlyMap<string, JsonValue>;
  /** The provider's own parameters, as the client named them. */
  readonly extra: ReadonlyMap<string, JsonValue>;
}

/** @throws GatewayError `unsupported_params`, `bad_request` */
export function placeParams(
  dialect: ParamDialect,
  at: DialectModel,
  entries: Iterable<readonly [string, JsonValue]>,
  options: PlaceOptions,
): PlacedParams {
  const { given, extra } = sortParams(entries, options.dropped);
  const supported = new Set(dialect.supported(at));
  refuseUnsupported(given, supported, at.provider, options);
  const out = new Map([...given].filter(([name]) => supported.has(name)));
  const draft: ParamDraft = { ...at, given, out, extra, dropParams: options.dropParams };
  dialect.map?.(draft);
  for (const name of options.allowed) {
    const value = given.get(name);
    if (value !== undefined && !out.has(name)) out.set(name, value);
  }
  return { params: out, extra };
}

interface SortedParams {
  readonly given: Map<string, JsonValue>;
  readonly extra: Map<string, JsonValue>;
}

/** OpenAI's parameters apart from all others; null counts as not given. */
function sortParams(entries: Iterable<readonly [string, JsonValue]>, dropped: readonly string[]): SortedParams {
  const given = new Map<string, JsonValue>();
  const extra = new Map<string, JsonValue>();
  const leaveOut = new Set(dropped);
  for (const [name, value] of entries) {
    if (value === null || leaveOut.has(name)) continue;
    (OPENAI_CHAT_PARAMS.has(name) ? given : extra).set(name, value);
  }
  return { given: inCallOrder(given), extra };
}

/** LiteLLM-compat: texts name parameters in the order of OpenAI's call. */
function inCallOrder(given: ReadonlyMap<string, JsonValue>): Map<string, JsonValue> {
  const ordered = new Map<string, JsonValue>();
  for (const name of OPENAI_CHAT_PARAMS) {
    const value = given.get(name);
    if (value !== undefined) ordered.set(name, value);
  }
  return ordered;
}

function refuseUnsupported(
  given: Map<string, JsonValue>,
  supported: ReadonlySet<string>,
  provider: string,
  options: PlaceOptions,
): void {
  const allowed = new Set(options.allowed);
  const unsupported: string[] = [];
  for (const [name, value] of given) {
    if (supported.has(name) || allowed.has(name) || UNCHECKED_PARAMS.has(name)) continue;
    // LiteLLM-compat: frameworks send `n: 1` to everybody.
    if (name === 'n' && value === 1) continue;
    unsupported.push(name);
  }
  if (unsupported.length === 0) return;
  if (!options.dropParams) throw unsupportedByProvider(provider, unsupported, options.shownModel);
  for (const name of unsupported) given.delete(name);
}
