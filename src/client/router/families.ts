/** What tells the kinds of calls apart, as data. */
import type { RouteFamily } from '../../providers/contract.ts';
import { CHUNK_EVENTS, type EventShape, RESPONSE_EVENTS } from './event-shape.ts';

export interface CallFamily {
  readonly family: RouteFamily;
  /** The method of `Router`, for messages. */
  readonly method: string;
  readonly required: readonly string[];
  /** null: never a stream. */
  readonly events: EventShape | null;
  readonly body: 'json' | 'form';
  readonly reply: 'json' | 'json-or-text' | 'bytes';
  /** What an answer that tells no usage says. LiteLLM-compat: nothing was used. */
  readonly emptyUsage: boolean;
}

const JSON_CALL = { required: [], events: null, body: 'json', reply: 'json', emptyUsage: false } as const;

export const FAMILIES = {
  completion: {
    ...JSON_CALL,
    family: 'chat',
    method: 'completion',
    required: ['messages'],
    events: CHUNK_EVENTS,
    emptyUsage: true,
  },
  textCompletion: {
    ...JSON_CALL,
    family: 'completions',
    method: 'textCompletion',
    required: ['prompt'],
    events: CHUNK_EVENTS,
    emptyUsage: true,
  },
  embedding: { ...JSON_CALL, family: 'embeddings', method: 'embedding', required: ['input'], emptyUsage: true },
  imageGeneration: { ...JSON_CALL, family: 'images.generations', method: 'imageGeneration', required: ['prompt'] },
  transcription: {
    ...JSON_CALL,
    family: 'audio.transcriptions',
    method: 'transcription',
    required: ['file'],
    body: 'form',
    reply: 'json-or-text',
  },
  speech: { ...JSON_CALL, family: 'audio.speech', method: 'speech', required: ['input', 'voice'], reply: 'bytes' },
  rerank: { ...JSON_CALL, family: 'rerank', method: 'rerank', required: ['query', 'documents'] },
  responses: { ...JSON_CALL, family: 'responses', method: 'responses', events: RESPONSE_EVENTS },
  moderation: { ...JSON_CALL, family: 'moderations', method: 'moderation', required: ['input'] },
} as const satisfies Readonly<Record<string, CallFamily>>;

/** A chat of which only the routing is asked. */
export const PEEK: CallFamily = {
  ...FAMILIES.completion,
  method: 'getAvailableDeployment',
  family: 'embeddings',
  required: [],
};
