/** The built-in provider that needs no key: it speaks OpenAI's format through a transport of its own. */
import { openaiRow, type ProviderRow } from './provider-row.ts';

export const SIMULATED_ROWS: readonly ProviderRow[] = [
  openaiRow('simulated', {
    // The address that providers/simulated answers for; it resolves nowhere else.
    apiBase: 'http://simulated.invalid/v1',
    keyless: true,
    announces: true,
    families: [
      'chat',
      'completions',
      'embeddings',
      'moderations',
      'images.generations',
      'images.edits',
      'audio.transcriptions',
      'audio.speech',
      'responses',
      'rerank',
    ],
  }),
];
