/** Servers that people run themselves, and other LiteLLMs: the address is theirs, a key often is not needed. */
import { CHAT, CHAT_AND_MEDIA, openaiRow, reportedRow, type ProviderRow } from './provider-row.ts';

export const SELF_HOSTED_ROWS: readonly ProviderRow[] = [
  reportedRow('hosted_vllm', {
    messageRules: ['no-thinking'],
    env: 'HOSTED_VLLM',
    placeholderKey: 'fake-api-key',
    sendsStreamFalse: true,
    chatUrl: 'complete',
    paths: [
      ['responses', '/v1/responses'],
      ['images.edits', '/v1/images/edits'],
    ],
    families: [...CHAT_AND_MEDIA, 'completions', 'embeddings', 'images.edits', 'responses', 'rerank'],
  }),
  reportedRow('llamafile', {
    apiBase: 'http://127.0.0.1:8080/v1',
    env: 'LLAMAFILE',
    placeholderKey: 'fake-api-key',
    families: [...CHAT_AND_MEDIA, 'completions', 'embeddings'],
  }),
  reportedRow('lm_studio', {
    env: 'LM_STUDIO',
    placeholderKey: 'fake-api-key',
    families: [...CHAT_AND_MEDIA, 'embeddings'],
  }),
  reportedRow('lemonade', {
    failures: 'status',
    apiBase: 'http://localhost:8000/api/v1',
    env: 'LEMONADE',
    placeholderKey: 'lemonade',
    sendsStreamFalse: true,
    chatUrl: 'complete',
    families: CHAT,
  }),
  reportedRow('docker_model_runner', {
    messageRules: ['text-only'],
    apiBase: 'http://localhost:22088/engines/llama.cpp',
    env: 'DOCKER_MODEL_RUNNER',
    placeholderKey: 'dummy-key',
    families: CHAT_AND_MEDIA,
  }),
  openaiRow('oobabooga', {
    failures: 'status',
    sendsStreamFalse: true,
    paths: [['chat', '/v1/chat/completions']],
    keyless: true,
    families: CHAT,
  }),
  openaiRow('xinference', {
    apiBase: 'http://127.0.0.1:9997/v1',
    env: 'XINFERENCE',
    placeholderKey: 'stub-xinference-key',
    families: [...CHAT_AND_MEDIA, 'embeddings'],
  }),
  reportedRow('litellm_proxy', {
    env: 'LITELLM_PROXY',
    paths: [['rerank', '/v1/rerank']],
    families: [...CHAT_AND_MEDIA, 'embeddings', 'images.edits', 'responses', 'rerank'],
  }),
];
