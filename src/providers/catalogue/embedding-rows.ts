/** Providers that serve embeddings or rerank in the common format, and no chat in it. */
import { openaiRow, reportedRow, type ProviderRow } from './provider-row.ts';

export const EMBEDDING_ROWS: readonly ProviderRow[] = [
  openaiRow('openai_like', { failures: 'status', env: 'OPENAI_LIKE', families: ['embeddings', 'moderations'] }),
  reportedRow('jina_ai', {
    failures: 'status',
    apiBase: 'https://api.jina.ai/v1',
    apiBaseEnv: ['JINA_AI_API_BASE'],
    apiKeyEnv: ['JINA_AI_API_KEY', 'JINA_API_KEY', 'JINA_AI_TOKEN'],
    paths: [['rerank', '/v1/rerank']],
    families: ['embeddings', 'moderations', 'rerank'],
  }),
  openaiRow('voyage', {
    failures: 'status',
    apiBase: 'https://api.voyageai.com/v1',
    apiBaseEnv: ['VOYAGE_API_BASE'],
    apiKeyEnv: ['VOYAGE_API_KEY', 'VOYAGE_AI_API_KEY', 'VOYAGE_AI_TOKEN'],
    paths: [['rerank', '/v1/rerank']],
    families: ['embeddings', 'moderations', 'rerank'],
  }),
  openaiRow('infinity', { failures: 'status', env: 'INFINITY', families: ['embeddings', 'moderations', 'rerank'] }),
  // Its chat has a format of its own; its rerank is the one that everybody copied.
  openaiRow('cohere', {
    failures: 'status',
    apiBase: 'https://api.cohere.ai',
    apiBaseEnv: ['COHERE_API_BASE'],
    apiKeyEnv: ['COHERE_API_KEY', 'CO_API_KEY'],
    paths: [['rerank', '/v1/rerank']],
    families: ['rerank'],
  }),
];
