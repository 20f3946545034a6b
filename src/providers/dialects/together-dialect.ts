/** Together: what a model can do comes from the price map; reasoning is an effort or a switch, by model. */
import type { JsonValue } from '../../protocol/json.ts';
import { unsupportedParams } from '../unsupported-params.ts';
import { gptParams } from './openai-dialect.ts';
import type { DialectModel, ParamDialect, ParamDraft } from './param-dialect.ts';

const ADJUSTABLE: ReadonlySet<string> = new Set(['openai/gpt-oss-120b', 'openai/gpt-oss-20b']);
const HYBRID: ReadonlySet<string> = new Set([
  'MiniMaxAI/MiniMax-M3',
  'Qwen/Qwen3.5-9B',
  'Qwen/Qwen3.6-Plus',
  'deepseek-ai/DeepSeek-V4-Pro',
  'moonshotai/Kimi-K3',
  'nvidia/nemotron-3-ultra-550b-a55b',
  'zai-org/GLM-5.2',
]);
const HIGH_OR_MAX = 'deepseek-ai/DeepSeek-V4-Pro';
const EFFORTS: ReadonlyMap<string, string> = new Map([
  ['minimal', 'low'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);
const HIGH_OR_MAX_EFFORTS: ReadonlyMap<string, string> = new Map([
  ['minimal', 'high'],
  ['low', 'high'],
  ['medium', 'high'],
  ['xhigh', 'max'],
]);
const TOOL_PARAMS = ['tools', 'tool_choice', 'function_call'];

function reasons(at: DialectModel): boolean {
  if (ADJUSTABLE.has(at.model) || HYBRID.has(at.model) || at.model.startsWith(HIGH_OR_MAX)) return true;
  return at.facts.supports(at.model, at.provider, 'supports_reasoning');
}

/** Only an explicit no of the map counts. */
function denies(at: DialectModel, capability: string): boolean {
  if (at.facts.supports(at.model, at.provider, capability)) return false;
  return at.facts.field(at.model, at.provider, capability) === false;
}

export const TOGETHER_DIALECT: ParamDialect = {
  supported: (at) => (reasons(at) ? [...gptParams(at.model), 'reasoning_effort'] : gptParams(at.model)),
  touched: [...TOOL_PARAMS, 'response_format', 'reasoning_effort'],
  map(draft) {
    refuse(draft, TOOL_PARAMS, 'supports_function_calling');
    refuse(draft, ['response_format'], 'supports_response_schema');
    mapEffort(draft);
  },
};

function refuse(draft: ParamDraft, names: readonly string[], capability: string): void {
  const given = names.filter((name) => draft.out.has(name));
  if (given.length === 0 || !denies(draft, capability)) return;
  for (const name of given) draft.out.delete(name);
  if (draft.dropParams) return;
  throw unsupportedParams(
    `together_ai does not support parameters: ${given.join(', ')}, for model=${draft.model}. To drop it from the call, ` +
      'set `litellm.drop_params = True`.',
  );
}

function mapEffort(draft: ParamDraft): void {
  const effort = draft.out.get('reasoning_effort');
  if (typeof effort !== 'string') return;
  draft.out.delete('reasoning_effort');
  draft.given.delete('reasoning_effort');
  const said = sayEffort(draft, effort);
  if (said !== null) draft.out.set(said.name, said.value);
}

function sayEffort(at: DialectModel, effort: string): { readonly name: string; readonly value: JsonValue } | null {
  if (effort === 'default') return null;
  const asEffort = (value: string): { name: string; value: JsonValue } => ({ name: 'reasoning_effort', value });
  if (ADJUSTABLE.has(at.model)) return asEffort(effort === 'none' ? 'low' : (EFFORTS.get(effort) ?? effort));
  if (effort === 'none') return { name: 'reasoning', value: { enabled: false } };
  if (at.facts.field(at.model, at.provider, `supports_${effort}_reasoning_effort`) === true) return asEffort(effort);
  const table = at.model.startsWith(HIGH_OR_MAX) ? HIGH_OR_MAX_EFFORTS : EFFORTS;
  return asEffort(table.get(effort) ?? effort);
}
