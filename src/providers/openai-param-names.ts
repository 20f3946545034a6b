/**
 * OpenAI's chat parameters: the names that a provider must support before they are sent to it. Any other name in a
 * request is the provider's own and passes through.
 */
const NAMES = [
  'functions',
  'function_call',
  'temperature',
  'top_p',
  'n',
  'stream',
  'stream_options',
  'stop',
  'max_tokens',
  'max_completion_tokens',
  'modalities',
  'prediction',
  'audio',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'user',
  'response_format',
  'seed',
  'tools',
  'tool_choice',
  'max_retries',
  'logprobs',
  'top_logprobs',
  'extra_headers',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
  'thinking',
  'web_search_options',
  'include_server_side_tool_invocations',
  'service_tier',
  'safety_identifier',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
  'metadata',
  'context_management',
] as const;

export const OPENAI_CHAT_PARAMS: ReadonlySet<string> = new Set(NAMES);

/** Never refused: a provider that does not take them does not get them. */
export const UNCHECKED_PARAMS: ReadonlySet<string> = new Set(['max_retries', 'stream', 'stream_options', 'user']);
