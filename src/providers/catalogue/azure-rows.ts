/** Azure's two doors: OpenAI deployments behind `api-version` addresses, and the model catalogue of Azure AI. */
import { azureRow, openaiRow, type ProviderRow } from './provider-row.ts';

export const AZURE_ROWS: readonly ProviderRow[] = [
  azureRow('azure', {
    apiBaseEnv: ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT'],
    apiKeyEnv: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
    sendsStreamFalse: true,
    families: [
      'chat',
      'completions',
      'embeddings',
      'images.generations',
      'images.edits',
      'audio.transcriptions',
      'audio.speech',
      'responses',
    ],
  }),
  azureRow('azure_text', {
    apiBaseEnv: ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT'],
    apiKeyEnv: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
    sendsStreamFalse: true,
    families: ['completions'],
  }),
  openaiRow('azure_ai', {
    messageRules: ['text-unless-media'],
    connectionRule: 'azure-openai-models',
    announces: true,
    env: 'AZURE_AI',
    sendsStreamFalse: true,
    chatUrl: 'complete',
    paths: [['rerank', '/v1/rerank']],
    families: ['chat', 'embeddings', 'rerank'],
  }),
];
