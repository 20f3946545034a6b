/**
 * Well-known addresses: a bare model name with such an `api_base` belongs to that provider, and its key is looked up.
 * The host must be equal and the path a whole-segment prefix, so that a look-alike address never gets a key.
 */

export interface Endpoint {
  readonly host: string;
  readonly path: string;
  /** null: known to be OpenAI-compatible, but nobody's (LiteLLM-compat). */
  readonly provider: string | null;
  readonly apiKeyEnv: readonly string[];
  /** LiteLLM-compat: only for some does the request's own key win over the variable. */
  readonly givenKeyWins: boolean;
}

const ROWS: readonly (readonly [string, string | null, readonly string[], boolean])[] = [
  ['api.perplexity.ai', 'perplexity', ['PERPLEXITYAI_API_KEY'], false],
  ['api.endpoints.anyscale.com/v1', 'anyscale', ['ANYSCALE_API_KEY'], false],
  ['api.deepinfra.com/v1/openai', 'deepinfra', ['DEEPINFRA_API_KEY'], false],
  ['api.mistral.ai/v1', 'mistral', ['MISTRAL_API_KEY'], false],
  ['codestral.mistral.ai/v1/chat/completions', 'codestral', ['CODESTRAL_API_KEY'], false],
  ['codestral.mistral.ai/v1/fim/completions', 'text-completion-codestral', ['CODESTRAL_API_KEY'], false],
  ['api.groq.com/openai/v1', 'groq', ['GROQ_API_KEY'], false],
  ['https://integrate.api.nvidia.com/v1', 'nvidia_nim', ['NVIDIA_NIM_API_KEY'], false],
  ['api.deepseek.com/v1', 'deepseek', ['DEEPSEEK_API_KEY'], false],
  [
    'api.together.ai/v1',
    'together_ai',
    ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY', 'TOGETHERAI_API_KEY', 'TOGETHER_AI_TOKEN'],
    true,
  ],
  [
    'api.together.xyz/v1',
    'together_ai',
    ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY', 'TOGETHERAI_API_KEY', 'TOGETHER_AI_TOKEN'],
    true,
  ],
  ['app.empower.dev/api/v1', 'empower', ['EMPOWER_API_KEY'], false],
  ['https://api.friendli.ai/serverless/v1', 'friendliai', ['FRIENDLIAI_API_KEY', 'FRIENDLI_TOKEN'], false],
  ['api.sambanova.ai/v1', null, [], false],
  ['api.x.ai/v1', null, [], false],
  ['ollama.com', 'ollama', ['OLLAMA_API_KEY'], false],
  ['api.galadriel.ai/v1', null, [], false],
  ['api.llama.com/compat/v1/', null, [], false],
  ['api.featherless.ai/v1', null, [], false],
  ['inference.api.nscale.com/v1', null, [], false],
  ['api.studio.nebius.ai/v1', null, [], false],
  ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', null, [], false],
  ['https://dashscope.aliyuncs.com/compatible-mode/v1', null, [], false],
  ['https://api-inference.modelscope.cn/v1', 'modelscope', ['MODELSCOPE_API_KEY'], false],
  ['https://api.moonshot.ai/v1', null, [], false],
  ['https://api.publicai.co/v1', 'publicai', ['PUBLICAI_API_KEY'], true],
  ['https://api.synthetic.new/openai/v1', 'synthetic', ['SYNTHETIC_API_KEY'], false],
  ['https://serverless.tensormesh.ai/v1', 'tensormesh', ['TENSORMESH_INFERENCE_API_KEY'], true],
  ['https://api.stima.tech/v1', 'apertis', ['STIMA_API_KEY'], false],
  ['https://nano-gpt.com/api/v1', 'nano-gpt', ['NANOGPT_API_KEY'], false],
  ['https://api.poe.com/v1', 'poe', ['POE_API_KEY'], false],
  ['https://llm.chutes.ai/v1/', 'chutes', ['CHUTES_API_KEY'], false],
  ['https://api.v0.dev/v1', 'v0', ['V0_API_KEY'], false],
  ['https://api.morphllm.com/v1', null, [], false],
  ['https://api.lambda.ai/v1', 'lambda_ai', ['LAMBDA_API_KEY'], false],
  ['https://api.inceptionlabs.ai/v1', 'inception', ['INCEPTION_API_KEY'], false],
  ['https://api.hyperbolic.xyz/v1', 'hyperbolic', ['HYPERBOLIC_API_KEY'], false],
  ['https://ai-gateway.helicone.ai/', 'helicone', ['HELICONE_API_KEY'], true],
  ['https://ai-gateway.vercel.sh/v1', 'vercel_ai_gateway', ['VERCEL_AI_GATEWAY_API_KEY'], false],
  ['https://api.inference.wandb.ai/v1', 'wandb', ['WANDB_API_KEY'], false],
  ['https://api.clarifai.com/v2/ext/openai/v1', null, [], false],
  ['https://api.libertai.io/v1', 'libertai', ['LIBERTAI_API_KEY'], true],
  ['https://pinstripes.io/v1', 'pinstripes', ['PINSTRIPES_API_KEY'], false],
  ['https://api.meta.ai/v1', 'meta', ['META_API_KEY'], false],
  ['https://api.cognition.ai/v1', 'cognition', ['COGNITION_API_KEY'], true],
  ['https://api.scx.ai/v1', 'scx-ai', ['SCX_API_KEY'], true],
  ['https://gigachat.devices.sberbank.ru/api/v1', 'gigachat', ['GIGACHAT_API_KEY'], false],
];

export const ENDPOINTS: readonly Endpoint[] = ROWS.map(([address, provider, apiKeyEnv, givenKeyWins]) => {
  const url = parse(address);
  return { host: url?.host ?? '', path: url?.path ?? '', provider, apiKeyEnv, givenKeyWins };
});

export function endpointMatches(endpoint: Endpoint, apiBase: string): boolean {
  const url = parse(apiBase);
  if (url === null || url.host === '' || url.host !== endpoint.host) return false;
  return endpoint.path === '' || url.path === endpoint.path || url.path.startsWith(`${endpoint.path}/`);
}

/** Host and path of an address that may lack its scheme; the path without trailing slashes. */
function parse(address: string): { readonly host: string; readonly path: string } | null {
  const url = URL.parse(address.includes('://') ? address : `https://${address}`);
  return url === null ? null : { host: url.hostname.toLowerCase(), path: url.pathname.replace(/\/+$/, '') };
}
