/**
 * Providers known by name that have a wire format or an authentication of their own. Their models resolve; requests to
 * them are not served natively yet.
 */
import { foreignRow, type ProviderRow } from './provider-row.ts';

/** Names that tell nothing about a connection. */
const PLAIN = `
cohere_chat anthropic anthropic_text bytez replicate reducto runwayml aws_polly huggingface vertex_ai
vertex_ai_beta gemini black_forest_labs sagemaker sagemaker_chat sagemaker_nova bedrock vllm
nlp_cloud petals ollama_chat milvus a2a text-completion-codestral text-completion-inception maritalk
cloudflare watsonx watsonx_text triton predibase databricks custom deepgram elevenlabs aiohttp_openai langfuse
humanloop topaz sap pg_vector s3_vectors valkey mongodb recraft fal_ai stability oci auto_router dotprompt
a2a_agent langflow litellm_agent cursor gdc`;

export const FOREIGN_ROWS: readonly ProviderRow[] = [
  foreignRow('clarifai', {
    announces: true,
    apiBase: 'https://api.clarifai.com/v2/ext/openai/v1',
    apiKeyEnv: ['CLARIFAI_API_KEY'],
  }),
  foreignRow('ollama', {
    announces: true,
    apiBase: 'http://localhost:11434',
    env: 'OLLAMA',
  }),
  foreignRow('gigachat', {
    announces: true,
    apiBase: 'https://gigachat.devices.sberbank.ru/api/v1',
    env: 'GIGACHAT',
  }),
  foreignRow('nvidia_riva', {
    announces: true,
    apiBaseEnv: ['NVIDIA_RIVA_API_BASE'],
    apiKeyEnv: ['NVIDIA_RIVA_API_KEY', 'NVIDIA_NIM_API_KEY'],
  }),
  foreignRow('soniox', {
    announces: true,
    apiBase: 'https://api.soniox.com',
    env: 'SONIOX',
  }),
  foreignRow('ragflow', {
    modelPattern: {
      pattern: /^(?:chat|agent)\/[^/]+\/./,
      complaint: (model) =>
        `Invalid RAGFlow model format: ${model}. Expected format: ragflow/chat/{chat_id}/{model} or ragflow/agent/{agent_id}/{model}`,
    },
    announces: true,
    apiBase: 'http://localhost:9380',
    env: 'RAGFLOW',
  }),
  foreignRow('snowflake', { announces: true, apiKeyEnv: ['SNOWFLAKE_JWT'] }),
  foreignRow('gradient_ai', {
    announces: true,
    apiBase: 'https://inference.do-ai.run',
    apiBaseEnv: ['GRADIENT_AI_AGENT_ENDPOINT'],
    apiKeyEnv: ['GRADIENT_AI_API_KEY'],
  }),
  foreignRow('manus', {
    announces: true,
    apiBase: 'https://api.manus.im',
    env: 'MANUS',
  }),
  foreignRow('langgraph', {
    announces: true,
    apiBase: 'http://localhost:2024',
    env: 'LANGGRAPH',
  }),
  foreignRow('bedrock_mantle', {
    announces: true,
    apiBase: 'https://bedrock-mantle.us-east-1.api.aws/v1',
    apiBaseEnv: ['BEDROCK_MANTLE_API_BASE'],
    apiKeyEnv: ['BEDROCK_MANTLE_API_KEY', 'AWS_BEARER_TOKEN_BEDROCK'],
  }),
  foreignRow('github_copilot', { refusal: 'Failed to get access token after 3 attempts' }),
  foreignRow('chatgpt', { refusal: 'Failed to get access token after 3 attempts' }),
  ...PLAIN.trim()
    .split(/\s+/)
    .map((name) => foreignRow(name, {})),
];
