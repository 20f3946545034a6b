/** Doors to many models of others: another LiteLLM, and Azure AI's catalogue. */
import { gpt5Dialect, isGpt5Model, mapGpt5 } from './gpt5-dialect.ts';
import { gptParams } from './openai-dialect.ts';
import type { ParamDialect } from './param-dialect.ts';

/** LiteLLM-compat: the list repeats itself. */
const OPENAI_CALL_ARGUMENTS = (
  'functions function_call temperature temperature top_p n stream stream_options stop max_completion_tokens modalities ' +
  'prediction audio max_tokens presence_penalty frequency_penalty logit_bias user request_timeout api_base api_version ' +
  'api_key deployment_id organization base_url default_headers timeout response_format seed tools tool_choice max_retries ' +
  'parallel_tool_calls logprobs top_logprobs reasoning_effort extra_headers thinking web_search_options ' +
  'include_server_side_tool_invocations service_tier prompt_cache_key prompt_cache_retention safety_identifier verbosity ' +
  'store'
).split(' ');

export const LITELLM_PROXY_DIALECT: ParamDialect = {
  supported: ({ model }) => [...gptParams(model), ...OPENAI_CALL_ARGUMENTS],
  touched: [],
};

const GPT5 = gpt5Dialect(gptParams);

export const AZURE_AI_DIALECT: ParamDialect = {
  supported(at) {
    const names = isGpt5Model(at.model) ? GPT5.supported(at) : openaiLike(at.model);
    const lacks = new Set<string>();
    if (!at.facts.supports(`azure_ai/${at.model}`, null, 'supports_tool_choice')) lacks.add('tool_choice');
    if (/grok-3-mini|grok-4|grok-code-fast/.test(at.model)) lacks.add('stop');
    return names.filter((name) => !lacks.has(name));
  },
  touched: ['max_tokens', 'temperature', 'reasoning_effort', 'top_p', 'logprobs', 'top_logprobs'],
  touchedFor(at) {
    return isGpt5Model(at.model) ? this.touched : [];
  },
  map: (draft) => (isGpt5Model(draft.model) ? mapGpt5(draft) : undefined),
};

function openaiLike(model: string): readonly string[] {
  return gptParams(model);
}
