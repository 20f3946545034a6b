/**
 * Small OpenAI-compatible providers that LiteLLM knows from a registry file: a base URL, a key and at most a parameter
 * that has another name.
 */
import { CHAT, CHAT_AND_MEDIA, reportedRow, type ProviderRow } from './provider-row.ts';

export const REGISTRY_ROWS: readonly ProviderRow[] = [
  reportedRow('publicai', {
    messageRules: ['text-only'],
    apiBase: 'https://api.publicai.co/v1',
    env: 'PUBLICAI',
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('assemblyai', {
    failures: 'status',
    apiBase: 'https://llm-gateway.assemblyai.com/v1',
    apiKeyEnv: ['ASSEMBLYAI_API_KEY'],
    families: CHAT,
  }),
  reportedRow('charity_engine', {
    failures: 'status',
    apiBase: 'https://api.charityengine.services/remotejobs/v2/inference',
    apiKeyEnv: ['CHARITY_ENGINE_API_KEY'],
    families: CHAT,
  }),
  reportedRow('helicone', {
    apiBase: 'https://ai-gateway.helicone.ai/',
    apiKeyEnv: ['HELICONE_API_KEY'],
    families: CHAT_AND_MEDIA,
  }),
  reportedRow('scaleway', {
    failures: 'status',
    apiBase: 'https://api.scaleway.ai/v1',
    apiKeyEnv: ['SCW_SECRET_KEY'],
    families: [...CHAT, 'audio.transcriptions'],
  }),
  reportedRow('synthetic', {
    apiBase: 'https://api.synthetic.new/openai/v1',
    apiKeyEnv: ['SYNTHETIC_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('apertis', {
    apiBase: 'https://api.stima.tech/v1',
    apiKeyEnv: ['STIMA_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('nano-gpt', {
    apiBase: 'https://nano-gpt.com/api/v1',
    apiKeyEnv: ['NANOGPT_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('poe', {
    apiBase: 'https://api.poe.com/v1',
    apiKeyEnv: ['POE_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('chutes', {
    apiBase: 'https://llm.chutes.ai/v1/',
    apiKeyEnv: ['CHUTES_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions'],
  }),
  reportedRow('neosantara', {
    failures: 'status',
    apiBase: 'https://api.neosantara.xyz/v1',
    env: 'NEOSANTARA',
    families: [...CHAT, 'responses'],
  }),
  reportedRow('parasail', {
    apiBase: 'https://api.parasail.io/v1',
    env: 'PARASAIL',
    families: [...CHAT_AND_MEDIA, 'responses'],
  }),
  reportedRow('xiaomi_mimo', {
    failures: 'status',
    apiBase: 'https://api.xiaomimimo.com/v1',
    apiKeyEnv: ['XIAOMI_MIMO_API_KEY'],
    families: CHAT,
  }),
  reportedRow('tensormesh', {
    apiBase: 'https://serverless.tensormesh.ai/v1',
    apiBaseEnv: ['TENSORMESH_SERVERLESS_BASE_URL'],
    apiKeyEnv: ['TENSORMESH_INFERENCE_API_KEY'],
    families: [...CHAT_AND_MEDIA, 'completions', 'responses'],
  }),
  reportedRow('libertai', {
    apiBase: 'https://api.libertai.io/v1',
    env: 'LIBERTAI',
    families: CHAT_AND_MEDIA,
  }),
  reportedRow('pinstripes', {
    apiBase: 'https://pinstripes.io/v1',
    env: 'PINSTRIPES',
    families: [...CHAT_AND_MEDIA, 'responses'],
  }),
  reportedRow('cognition', {
    apiBase: 'https://api.cognition.ai/v1',
    env: 'COGNITION',
    families: CHAT_AND_MEDIA,
  }),
  reportedRow('scx-ai', {
    apiBase: 'https://api.scx.ai/v1',
    env: 'SCX',
    families: CHAT_AND_MEDIA,
  }),
  reportedRow('darkbloom', {
    apiBase: 'https://api.darkbloom.dev/v1',
    env: 'DARKBLOOM',
    families: CHAT_AND_MEDIA,
  }),
  reportedRow('meta', {
    apiBase: 'https://api.meta.ai/v1',
    env: 'META',
    families: [...CHAT_AND_MEDIA, 'responses'],
  }),
  reportedRow('veniceai', {
    failures: 'status',
    apiBase: 'https://api.venice.ai/api/v1',
    apiKeyEnv: ['VENICE_AI_API_KEY'],
    families: CHAT,
  }),
  reportedRow('abliteration', {
    failures: 'status',
    apiBase: 'https://api.abliteration.ai/v1',
    apiKeyEnv: ['ABLITERATION_API_KEY'],
    families: CHAT,
  }),
  reportedRow('llamagate', {
    failures: 'status',
    apiBase: 'https://api.llamagate.dev/v1',
    apiKeyEnv: ['LLAMAGATE_API_KEY'],
    families: CHAT,
  }),
  reportedRow('gmi', {
    failures: 'status',
    apiBase: 'https://api.gmi-serving.com/v1',
    apiKeyEnv: ['GMI_API_KEY'],
    families: CHAT,
  }),
  reportedRow('sarvam', {
    failures: 'status',
    apiBase: 'https://api.sarvam.ai/v1',
    apiKeyEnv: ['SARVAM_API_KEY'],
    keyHeader: 'api-subscription-key',
    families: CHAT,
  }),
  reportedRow('aihubmix', { failures: 'status', apiBase: 'https://aihubmix.com/v1', env: 'AIHUBMIX', families: CHAT }),
  reportedRow('crusoe', {
    failures: 'status',
    apiBase: 'https://managed-inference-api-proxy.crusoecloud.com/v1',
    env: 'CRUSOE',
    families: CHAT,
  }),
  reportedRow('empiriolabs', {
    failures: 'status',
    apiBase: 'https://api.empiriolabs.ai/v1',
    env: 'EMPIRIOLABS',
    families: CHAT,
  }),
];
