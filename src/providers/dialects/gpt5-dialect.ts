/**
 * The gpt-5 and gpt-6 families: they reason, so sampling parameters are taken only while the effort is `none`. What a
 * model's effort may be, and what it is when nothing is said, are facts of the price map.
 */
import type { JsonValue } from '../../protocol/json.ts';
import { pythonRepr } from '../../protocol/python-text.ts';
import { unsupportedParams } from '../unsupported-params.ts';
import type { DialectModel, ParamDialect, ParamDraft } from './param-dialect.ts';

const SEARCH_PARAMS = [
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'web_search_options',
  'service_tier',
  'safety_identifier',
  'response_format',
  'user',
  'store',
  'verbosity',
  'max_retries',
  'extra_headers',
];
const LACKS: ReadonlySet<string> = new Set([
  'presence_penalty',
  'frequency_penalty',
  'stop',
  'logit_bias',
  'modalities',
  'prediction',
  'audio',
  'web_search_options',
]);
/** In the order in which LiteLLM's texts name them. */
const SAMPLING = ['logprobs', 'top_logprobs', 'top_p'] as const;

export function isGpt5Model(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return (model.includes('gpt-5') || model.includes('gpt-6')) && !name.startsWith('gpt-5-chat');
}

function isSearchModel(model: string): boolean {
  return model.includes('gpt-5') && model.includes('search');
}

/** @param baseParams parameters of the chat family that it varies */
export function gpt5Dialect(baseParams: (model: string) => readonly string[]): ParamDialect {
  return {
    supported: (at) => gpt5Params(at, baseParams(at.model)),
    touched: ['max_tokens', 'temperature', 'reasoning_effort', ...SAMPLING],
    map: mapGpt5,
  };
}

function gpt5Params(at: DialectModel, base: readonly string[]): readonly string[] {
  if (isSearchModel(at.model)) return SEARCH_PARAMS;
  const lacks = new Set(LACKS);
  if (!at.facts.supports(at.model, null, 'supports_tool_choice')) lacks.add('tool_choice');
  if (!supportsEffort(at, 'none')) for (const name of SAMPLING) lacks.add(name);
  return [...base, 'reasoning_effort', 'verbosity'].filter((name) => !lacks.has(name));
}

export function supportsEffort(at: DialectModel, effort: string): boolean {
  return at.facts.supports(at.model, null, `supports_${effort}_reasoning_effort`);
}

/** `high` of `"high"` and of `{"effort": "high", …}`. */
export function effortOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const effort = (value as Readonly<Record<string, JsonValue>>)['effort'];
  return typeof effort === 'string' ? effort : null;
}

/** Whether the request runs without reasoning: said so, or the model's declared default. */
function effortIsNone(draft: ParamDraft, effort: string | null): boolean {
  if (effort !== null) return effort === 'none';
  return draft.facts.field(draft.model, null, 'default_reasoning_effort') === 'none';
}

export function mapGpt5(draft: ParamDraft): void {
  moveMaxTokens(draft);
  if (isSearchModel(draft.model)) return;
  const effort = effortOf(draft.given.get('reasoning_effort'));
  if (effort !== null && typeof draft.given.get('reasoning_effort') === 'object')
    draft.out.set('reasoning_effort', effort);
  checkEffort(draft, effort);
  checkSampling(draft, effort);
  checkTemperature(draft, effort);
}

function moveMaxTokens(draft: ParamDraft): void {
  const limit = draft.given.get('max_tokens');
  if (limit === undefined) return;
  draft.given.delete('max_tokens');
  draft.out.delete('max_tokens');
  if (!draft.given.has('max_completion_tokens')) draft.out.set('max_completion_tokens', limit);
}

/** `xhigh` must be declared; `minimal` and `low` must not be denied. */
function checkEffort(draft: ParamDraft, effort: string | null): void {
  const denied =
    effort === 'xhigh'
      ? !supportsEffort(draft, effort)
      : (effort === 'minimal' || effort === 'low') &&
        draft.facts.field(draft.model, null, `supports_${effort}_reasoning_effort`) === false;
  if (!denied) return;
  draft.given.delete('reasoning_effort');
  draft.out.delete('reasoning_effort');
  if (draft.dropParams) return;
  throw unsupportedParams(`reasoning_effort=${String(effort)} is not supported for this model.`);
}

function checkSampling(draft: ParamDraft, effort: string | null): void {
  if (!supportsEffort(draft, 'none') || effortIsNone(draft, effort)) return;
  if (!SAMPLING.some((name) => draft.given.has(name))) return;
  for (const name of SAMPLING) {
    draft.out.delete(name);
    draft.given.delete(name);
  }
  if (draft.dropParams) return;
  throw unsupportedParams(
    `${draft.model} only supports logprobs, top_p, top_logprobs when reasoning_effort resolves to 'none', either set ` +
      "explicitly on the request or declared as the model's default_reasoning_effort. Current " +
      `reasoning_effort=${pythonRepr(effort)}. To drop unsupported params set \`litellm.drop_params = True\``,
  );
}

function checkTemperature(draft: ParamDraft, effort: string | null): void {
  const temperature = draft.given.get('temperature');
  draft.given.delete('temperature');
  if (temperature === undefined || temperature === 1) return;
  if (supportsEffort(draft, 'none') && effortIsNone(draft, effort)) return;
  draft.out.delete('temperature');
  if (draft.dropParams) return;
  throw unsupportedParams(
    `${draft.model} doesn't support temperature=${pythonRepr(temperature)} while reasoning is active. Only temperature=1 ` +
      "is supported unless reasoning_effort resolves to 'none', either set explicitly on the request or declared as " +
      "the model's default_reasoning_effort. To drop unsupported params set `litellm.drop_params = True`",
  );
}
