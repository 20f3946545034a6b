/** OpenAI-compatible providers that need more than a list: other values, other places, other shapes. */
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { pythonRepr } from '../../protocol/python-text.ts';
import { unsupportedParams } from '../unsupported-params.ts';
import { answerSchema, askBySchemaTool, withoutMembers } from './json-schema.ts';
import { gptParams } from './openai-dialect.ts';
import { renameParam, type DialectModel, type ParamDialect, type ParamDraft } from './param-dialect.ts';

const reasons = (at: DialectModel): boolean => at.facts.supports(at.model, at.provider, 'supports_reasoning');

const GROQ_SEARCHING = new Set([
  'groq/compound',
  'groq/compound-mini',
  'compound',
  'compound-mini',
  'compound-beta',
  'compound-beta-mini',
]);

export const GROQ_DIALECT: ParamDialect = {
  supported(at) {
    const searches = GROQ_SEARCHING.has(at.model) || at.facts.supports(at.model, at.provider, 'supports_web_search');
    const names = gptParams(at.model).filter(
      (name) => name !== 'max_retries' && (searches || name !== 'web_search_options'),
    );
    return reasons(at) ? [...names, 'reasoning_effort'] : names;
  },
  touched: ['response_format', 'web_search_options', 'max_completion_tokens'],
  map(draft) {
    renameParam(draft, 'max_completion_tokens', 'max_tokens');
    mapGroqSchema(draft);
    mapGroqSearch(draft);
  },
};

/** Models without structured answers get the schema as a tool, which excludes the caller's own tools. */
function mapGroqSchema(draft: ParamDraft): void {
  const schema = answerSchema(draft.given.get('response_format'));
  if (schema === null || draft.facts.supports(draft.model, 'groq', 'supports_response_schema')) return;
  if (draft.given.has('tools'))
    throw new GatewayError(
      'bad_request',
      `litellm.BadRequestError: Groq model '${draft.model}' does not support native structured outputs. LiteLLM uses a ` +
        'tool-calling workaround for structured outputs on this model, which is incompatible with user-provided tools. ' +
        'Either use a model that supports native structured outputs (e.g., gpt-oss-120b, llama-4, kimi-k2), or remove ' +
        'the tools parameter. See: https://console.groq.com/docs/structured-outputs#supported-models',
    );
  draft.out.delete('response_format');
  draft.given.delete('response_format');
  askBySchemaTool(draft, schema, true);
}

function mapGroqSearch(draft: ParamDraft): void {
  if (!draft.given.delete('web_search_options') || !draft.out.delete('web_search_options')) return;
  if (GROQ_SEARCHING.has(draft.model)) return;
  const tools = draft.out.get('tools');
  const list = isJsonArray(tools) ? tools : [];
  if (!list.some((tool) => isJsonObject(tool) && tool['type'] === 'browser_search'))
    draft.out.set('tools', [...list, { type: 'browser_search' }]);
}

const XAI_NAMES = (
  'logit_bias logprobs max_tokens n parallel_tool_calls presence_penalty response_format seed stream stream_options ' +
  'temperature tool_choice tools top_logprobs top_p user web_search_options'
).split(' ');

export const XAI_DIALECT: ParamDialect = {
  supported(at) {
    const { model } = at;
    const names = [...XAI_NAMES];
    if (!/grok-3-mini|grok-4|grok-code-fast/.test(model)) names.push('stop');
    if (!/grok-4|grok-code-fast/.test(model)) names.push('frequency_penalty');
    return reasons(at) ? [...names, 'reasoning_effort'] : names;
  },
  touched: ['max_completion_tokens', 'tools'],
  map(draft) {
    renameParam(draft, 'max_completion_tokens', 'max_tokens');
    const tools = draft.out.get('tools');
    if (tools !== undefined)
      draft.out.set(
        'tools',
        withoutMembers(tools, (key) => key === 'strict'),
      );
  },
};

export const DEEPSEEK_DIALECT: ParamDialect = {
  supported: ({ model }) => [...gptParams(model), 'thinking', 'reasoning_effort'],
  touched: ['thinking', 'reasoning_effort'],
  map(draft) {
    const thinking = draft.given.get('thinking');
    const effort = draft.given.get('reasoning_effort');
    draft.out.delete('thinking');
    draft.out.delete('reasoning_effort');
    draft.given.delete('thinking');
    draft.given.delete('reasoning_effort');
    const type = isJsonObject(thinking) ? thinking['type'] : undefined;
    if (type === 'enabled' || type === 'disabled') draft.out.set('thinking', { type });
    else if (effort !== undefined) draft.out.set('thinking', { type: effort === 'none' ? 'disabled' : 'enabled' });
  },
};

export const OPENROUTER_DIALECT: ParamDialect = {
  supported(at) {
    const names = gptParams(at.model);
    const thinks = reasons(at) || at.facts.supports(at.model, null, 'supports_reasoning');
    return thinks ? [...names, 'reasoning_effort', 'thinking'] : names;
  },
  touched: ['reasoning_effort'],
  map(draft) {
    if (draft.out.get('reasoning_effort') === 'max') draft.out.set('reasoning_effort', 'xhigh');
  },
};

export const MISTRAL_DIALECT: ParamDialect = {
  supported(at) {
    const names = (
      'stream temperature top_p max_tokens max_completion_tokens tools tool_choice seed stop response_format ' +
      'parallel_tool_calls'
    ).split(' ');
    return at.model.toLowerCase().includes('magistral') ? [...names, 'thinking', 'reasoning_effort'] : names;
  },
  touched: ['max_completion_tokens', 'tools', 'tool_choice', 'seed', 'reasoning_effort', 'thinking'],
  map: mapMistral,
};

function mapMistral(draft: ParamDraft): void {
  renameParam(draft, 'max_completion_tokens', 'max_tokens');
  renameParam(draft, 'seed', 'random_seed');
  const tools = draft.out.get('tools');
  if (tools !== undefined) draft.out.set('tools', withoutMembers(tools, isForeignToMistral));
  const choice = draft.out.get('tool_choice');
  // LiteLLM-compat: a named tool cannot be asked for and is left out.
  if (typeof choice !== 'string') draft.out.delete('tool_choice');
  else if (choice !== 'auto' && choice !== 'none') draft.out.set('tool_choice', 'any');
  if (draft.out.delete('reasoning_effort') || draft.out.has('thinking')) draft.out.set(ASKS_FOR_REASONING, true);
  draft.out.delete('thinking');
  draft.given.delete('thinking');
  draft.given.delete('reasoning_effort');
}

/** A mark for the message rule that adds the reasoning prompt; never sent. */
export const ASKS_FOR_REASONING = '_add_reasoning_prompt';

function isForeignToMistral(key: string): boolean {
  return key === '$id' || key === '$schema';
}

const DEEPINFRA_NAMES = (
  'stream frequency_penalty function_call functions logit_bias max_tokens max_completion_tokens n presence_penalty stop ' +
  'temperature top_p response_format tools tool_choice'
).split(' ');

export const DEEPINFRA_DIALECT: ParamDialect = {
  supported: (at) => (reasons(at) ? [...DEEPINFRA_NAMES, 'reasoning_effort'] : DEEPINFRA_NAMES),
  touched: ['max_completion_tokens', 'tool_choice', 'temperature'],
  map(draft) {
    renameParam(draft, 'max_completion_tokens', 'max_tokens');
    if (draft.out.get('temperature') === 0 && draft.model === 'mistralai/Mistral-7B-Instruct-v0.1')
      draft.out.set('temperature', 0.0001);
    const choice = draft.out.get('tool_choice');
    // LiteLLM-compat: even the supported values are left out.
    draft.out.delete('tool_choice');
    draft.given.delete('tool_choice');
    if (choice === undefined || choice === 'auto' || choice === 'none' || draft.dropParams) return;
    throw unsupportedParams(
      `Deepinfra doesn't support tool_choice=${typeof choice === 'string' ? choice : pythonRepr(choice)}. To drop ` +
        'unsupported openai params from the call, set `litellm.drop_params = True`',
    );
  },
};

const FIREWORKS_NAMES = (
  'stream max_completion_tokens max_tokens temperature top_p top_k frequency_penalty presence_penalty n stop ' +
  'response_format user logprobs prompt_truncate_len context_length_exceeded_behavior seed top_logprobs min_p typical_p ' +
  'repetition_penalty mirostat_target mirostat_lr logit_bias echo echo_last ignore_eos prompt_cache_key ' +
  'prompt_cache_isolation_key raw_output perf_metrics_in_response return_token_ids safe_tokenization service_tier ' +
  'speculation prediction stream_options sampling_mask'
).split(' ');

export const FIREWORKS_DIALECT: ParamDialect = {
  supported(at) {
    const has = (capability: string): boolean => at.facts.supports(at.model, at.provider, capability);
    return [
      ...FIREWORKS_NAMES,
      ...(has('supports_function_calling') ? ['tools', 'parallel_tool_calls'] : []),
      ...(has('supports_tool_choice') ? ['tool_choice'] : []),
      ...(has('supports_reasoning') ? ['reasoning_effort', 'reasoning_history', 'thinking'] : []),
    ];
  },
  touched: ['max_completion_tokens', 'tool_choice', 'response_format', 'reasoning_effort', 'thinking'],
  map: mapFireworks,
};

function mapFireworks(draft: ParamDraft): void {
  if (draft.given.has('thinking') && draft.given.has('reasoning_effort'))
    throw new GatewayError(
      'bad_request',
      'litellm.BadRequestError: Fireworks AI chat completions does not support specifying both `thinking` and ' +
        '`reasoning_effort` in the same request.',
    );
  renameParam(draft, 'max_completion_tokens', 'max_tokens');
  if (draft.out.get('tool_choice') === 'required') draft.out.set('tool_choice', 'any');
  mapFireworksEffort(draft);
  // LiteLLM-compat: tools and an asked-for shape of the answer exclude each other; the tools win.
  if (!draft.given.has('tools') || !draft.given.delete('response_format')) return;
  draft.out.delete('response_format');
}

function mapFireworksEffort(draft: ParamDraft): void {
  const effort = draft.given.get('reasoning_effort');
  if (effort === true) draft.out.set('reasoning_effort', 'medium');
  if (effort === false) draft.out.set('reasoning_effort', 'none');
  if (effort === 'auto') draft.out.delete('reasoning_effort');
}

export const MOONSHOT_DIALECT: ParamDialect = {
  supported(at) {
    const lacks = at.model.includes('kimi-thinking-preview') ? ['functions', 'tools', 'tool_choice'] : ['functions'];
    const names = gptParams(at.model).filter((name) => !lacks.includes(name));
    return reasons(at) ? [...names, 'reasoning_effort'] : names;
  },
  touched: ['max_completion_tokens', 'reasoning_effort', 'temperature'],
  map(draft) {
    renameParam(draft, 'max_completion_tokens', 'max_tokens');
    const effort = draft.out.get('reasoning_effort');
    if (isJsonObject(effort)) {
      if (typeof effort['effort'] === 'string') draft.out.set('reasoning_effort', effort['effort']);
      else draft.out.delete('reasoning_effort');
    }
    clampMoonshotTemperature(draft);
  },
};

/** At most 1; several answers need at least 0.3. */
function clampMoonshotTemperature(draft: ParamDraft): void {
  const temperature = draft.out.get('temperature');
  if (typeof temperature !== 'number') return;
  const n = draft.out.get('n');
  if (temperature > 1) draft.out.set('temperature', 1);
  else if (temperature < 0.3 && typeof n === 'number' && n > 1) draft.out.set('temperature', 0.3);
}

const HIGH_BUDGET = 4096;
const MEDIUM_BUDGET = 2048;
const LOW_BUDGET = 1024;

export const HOSTED_VLLM_DIALECT: ParamDialect = {
  supported: ({ model }) => [...gptParams(model), 'reasoning_effort', 'thinking'],
  touched: ['tools', 'thinking'],
  map(draft) {
    const tools = draft.out.get('tools');
    if (tools !== undefined)
      draft.out.set(
        'tools',
        withoutMembers(tools, (key, value) => key === 'strict' || (key === 'additionalProperties' && value === false)),
      );
    const thinking = draft.given.get('thinking');
    draft.out.delete('thinking');
    draft.given.delete('thinking');
    if (!isJsonObject(thinking) || thinking['type'] !== 'enabled' || draft.given.has('reasoning_effort')) return;
    draft.out.set('reasoning_effort', effortOfBudget(thinking['budget_tokens']));
  },
};

function effortOfBudget(budget: JsonValue | undefined): string {
  const tokens = typeof budget === 'number' ? budget : 0;
  if (tokens >= HIGH_BUDGET) return 'high';
  if (tokens >= MEDIUM_BUDGET) return 'medium';
  return tokens >= LOW_BUDGET ? 'low' : 'minimal';
}

const FEATHERLESS_NAMES = (
  'stream frequency_penalty function_call functions logit_bias max_tokens max_completion_tokens n presence_penalty stop ' +
  'temperature top_p'
).split(' ');

export const FEATHERLESS_DIALECT: ParamDialect = {
  supported: () => FEATHERLESS_NAMES,
  touched: ['max_completion_tokens'],
  map: (draft) => renameParam(draft, 'max_completion_tokens', 'max_tokens'),
};

const VOLCENGINE_NAMES = (
  'frequency_penalty logit_bias logprobs top_logprobs max_completion_tokens max_tokens n presence_penalty seed stop ' +
  'stream stream_options temperature top_p tools tool_choice function_call functions max_retries extra_headers thinking'
).split(' ');

export const VOLCENGINE_DIALECT: ParamDialect = {
  supported: () => VOLCENGINE_NAMES,
  touched: ['max_completion_tokens', 'thinking'],
  map(draft) {
    renameParam(draft, 'max_completion_tokens', 'max_tokens');
    const thinking = draft.out.get('thinking');
    const type = isJsonObject(thinking) ? thinking['type'] : undefined;
    if (type !== 'enabled' && type !== 'disabled' && type !== 'auto') draft.out.delete('thinking');
  },
};

export const META_LLAMA_DIALECT: ParamDialect = {
  supported: ({ model }) => gptParams(model),
  touched: ['response_format'],
  map(draft) {
    const format = draft.out.get('response_format');
    if (isJsonObject(format) && format['type'] !== 'json_schema') draft.out.delete('response_format');
  },
};
