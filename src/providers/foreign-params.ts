/**
 * Parameters of providers with a wire format of their own, where the list does not depend on the model. For
 * `/utils/supported_openai_params`; nothing is sent by these lists yet.
 */
export const GPT_LIKE: ReadonlySet<string> = new Set([
  'huggingface',
  'sagemaker_chat',
  'cloudflare',
  'ragflow',
  'custom',
  'aiohttp_openai',
  'bedrock_mantle',
] as const);

/** Names separated by blanks. */
export const FOREIGN_PARAMS: ReadonlyMap<string, string> = new Map([
  ['infinity', 'encoding_format modality dimensions'],
  ['voyage', 'encoding_format dimensions'],
  [
    'cohere',
    'stream temperature max_tokens max_completion_tokens top_p frequency_penalty presence_penalty stop n tools tool_choice seed extra_headers',
  ],
  [
    'cohere_chat',
    'stream temperature max_tokens max_completion_tokens top_p frequency_penalty presence_penalty stop n ' +
      'tools tool_choice seed extra_headers',
  ],
  [
    'clarifai',
    'max_tokens max_completion_tokens response_format stream temperature top_p tool_choice tools ' +
      'presence_penalty frequency_penalty stream_options',
  ],
  ['anthropic_text', 'stream max_tokens max_completion_tokens stop temperature top_p extra_headers user'],
  ['bytez', 'stream max_tokens max_completion_tokens temperature top_p n max_retries'],
  ['replicate', 'stream temperature max_tokens top_p stop seed tools tool_choice functions function_call'],
  ['sagemaker', 'stream temperature max_tokens max_completion_tokens top_p stop n'],
  [
    'sagemaker_nova',
    'frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens modalities ' +
      'prediction n presence_penalty seed stop stream stream_options temperature top_p tools tool_choice ' +
      'function_call functions max_retries extra_headers parallel_tool_calls audio web_search_options ' +
      'service_tier safety_identifier prompt_cache_key prompt_cache_retention store response_format top_k ' +
      'reasoning_effort allowed_token_ids truncate_prompt_tokens',
  ],
  [
    'vllm',
    'frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens modalities ' +
      'prediction n presence_penalty seed stop stream stream_options temperature top_p tools tool_choice ' +
      'function_call functions max_retries extra_headers parallel_tool_calls audio web_search_options ' +
      'service_tier safety_identifier prompt_cache_key prompt_cache_retention store response_format ' +
      'reasoning_effort thinking',
  ],
  ['nlp_cloud', 'max_tokens stream temperature top_p presence_penalty frequency_penalty n stop'],
  ['petals', 'max_tokens temperature top_p stream'],
  ['a2a', 'stream temperature max_tokens top_p'],
  [
    'gigachat',
    'stream temperature top_p max_tokens max_completion_tokens stop tools tool_choice functions ' +
      'function_call response_format',
  ],
  ['text-completion-codestral', 'suffix temperature top_p max_tokens max_completion_tokens stream seed stop'],
  [
    'text-completion-inception',
    'suffix max_tokens max_completion_tokens top_p frequency_penalty presence_penalty stop stream ' + 'stream_options',
  ],
  [
    'maritalk',
    'frequency_penalty presence_penalty top_p top_k temperature max_tokens n stop stream stream_options ' +
      'tools tool_choice',
  ],
  [
    'watsonx',
    'temperature max_tokens top_p frequency_penalty stop seed stream tools tool_choice logprobs ' +
      'top_logprobs n presence_penalty response_format reasoning_effort',
  ],
  ['watsonx_text', 'temperature max_tokens top_p frequency_penalty stop seed stream'],
  ['triton', 'max_tokens max_completion_tokens'],
  ['predibase', 'stream temperature max_completion_tokens max_tokens top_p stop n response_format'],
  [
    'sap',
    'frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens prediction n ' +
      'presence_penalty seed stop stream stream_options temperature top_p tools tool_choice function_call ' +
      'functions extra_headers parallel_tool_calls response_format timeout',
  ],
  [
    'gradient_ai',
    'frequency_penalty max_tokens max_completion_tokens presence_penalty stop stream stream_options ' +
      'temperature top_p k kb_filters filter_kb_content_by_query_metadata instruction_override ' +
      'include_functions_info include_retrieval_info include_guardrails_info provide_citations ' +
      'retrieval_method',
  ],
  ['langgraph', 'stream'],
  ['langflow', 'stream'],
  [
    'gdc',
    'vertex_project vertex_location frequency_penalty logit_bias logprobs top_logprobs max_tokens ' +
      'max_completion_tokens modalities prediction n presence_penalty seed stop stream stream_options ' +
      'temperature top_p tools tool_choice function_call functions max_retries extra_headers ' +
      'parallel_tool_calls audio web_search_options service_tier safety_identifier prompt_cache_key ' +
      'prompt_cache_retention store response_format',
  ],
]);

/** LiteLLM-compat: asked for embeddings or transcriptions, these answer with their chat parameters. */
export const CHAT_LIST_FOR_EMBEDDINGS: ReadonlySet<string> = new Set(
  `
openai xai text-completion-openai cohere cohere_chat anthropic anthropic_text replicate huggingface
together_ai openrouter gemini ai21 baseten azure sagemaker vllm nlp_cloud petals ollama ollama_chat
deepinfra perplexity groq cerebras ai21_chat volcengine text-completion-codestral deepseek maritalk
voyage cloudflare watsonx watsonx_text predibase hosted_vllm tencent infinity novita meta_llama
nscale vercel_ai_gateway bedrock_mantle`
    .trim()
    .split(/\s+/),
);

export const CHAT_LIST_FOR_TRANSCRIPTIONS: ReadonlySet<string> = new Set(
  `
xai text-completion-openai cohere cohere_chat anthropic anthropic_text replicate huggingface
together_ai openrouter gemini ai21 baseten azure sagemaker vllm nlp_cloud petals ollama ollama_chat
deepinfra perplexity groq cerebras ai21_chat volcengine text-completion-codestral deepseek sambanova
maritalk voyage cloudflare watsonx watsonx_text triton predibase hosted_vllm tencent infinity novita
meta_llama nscale vercel_ai_gateway bedrock_mantle`
    .trim()
    .split(/\s+/),
);

const TEXT_COMPLETION =
  'functions function_call temperature top_p n stream stream_options stop max_tokens presence_penalty frequency_penalty ' +
  'logit_bias user response_format seed tools tool_choice max_retries logprobs top_logprobs extra_headers';
const BEDROCK =
  'max_tokens max_completion_tokens stream stream_options stop temperature top_p extra_headers response_format ' +
  'requestMetadata service_tier parallel_tool_calls';

export const EMBEDDING_PARAMS: ReadonlyMap<string, string> = new Map([
  ['jina_ai', 'dimensions'],
  ['custom_openai', TEXT_COMPLETION],
  ['vertex_ai', 'dimensions'],
  ['vertex_ai_beta', 'dimensions'],
  ['bedrock', BEDROCK],
  ['mistral', 'encoding_format'],
  ['nvidia_nim', 'encoding_format user dimensions'],
  ['codestral', 'encoding_format'],
  ['sambanova', ''],
  ['fireworks_ai', ''],
  ['triton', ''],
  ['databricks', ''],
  ['infinity', 'encoding_format modality dimensions'],
  ['voyage', 'encoding_format dimensions'],
]);

export const TRANSCRIPTION_PARAMS: ReadonlyMap<string, string> = new Map([
  ['custom_openai', TEXT_COMPLETION],
  ['bedrock', BEDROCK],
  ['mistral', 'language temperature timestamp_granularities response_format'],
  ['soniox', 'language response_format'],
  ['codestral', 'language temperature timestamp_granularities response_format'],
  ['deepgram', 'language'],
  ['elevenlabs', 'language temperature'],
  ['ovhcloud', 'language prompt response_format timestamp_granularities temperature'],
  ['scaleway', 'language prompt response_format temperature timestamp_granularities'],
]);
