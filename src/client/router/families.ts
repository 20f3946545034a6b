/** What tells the kinds of calls apart, as data. */
import type { ResponseKind } from '../../pricing/completion-cost.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import { CHUNK_EVENTS, type EventShape, RESPONSE_EVENTS } from './event-shape.ts';

export interface CallFamily {
  readonly family: RouteFamily;
  /** The method of `Router`, for messages. */
  readonly method: string;
  readonly required: readonly string[];
  /** Asked where a call names no model. */
  readonly defaultModel?: string;
  /** Of a name that nobody is known to serve. */
  readonly defaultProvider?: string;
  /** null: never a stream. */
  readonly events: EventShape | null;
  readonly body: 'json' | 'form';
  readonly reply: 'json' | 'json-or-text' | 'bytes';
  /** What an answer that tells no usage says. LiteLLM-compat: nothing was used. */
  readonly emptyUsage: boolean;
  /** LiteLLM's call type, for prices and callbacks. */
  readonly callType: string;
  /** Priced by the whole answer of this kind; null: by its usage. */
  readonly pricedAs: ResponseKind | null;
}

const JSON_CALL = {
  required: [],
  events: null,
  body: 'json',
  reply: 'json',
  emptyUsage: false,
  pricedAs: null,
} as const;

export const FAMILIES = {
  completion: {
    ...JSON_CALL,
    family: 'chat',
    method: 'completion',
    callType: 'completion',
    required: ['messages'],
    events: CHUNK_EVENTS,
    emptyUsage: true,
  },
  textCompletion: {
    ...JSON_CALL,
    family: 'completions',
    method: 'textCompletion',
    callType: 'text_completion',
    required: ['prompt'],
    events: CHUNK_EVENTS,
    emptyUsage: true,
  },
  embedding: {
    ...JSON_CALL,
    family: 'embeddings',
    method: 'embedding',
    callType: 'embedding',
    required: ['input'],
    emptyUsage: true,
  },
  imageGeneration: {
    ...JSON_CALL,
    family: 'images.generations',
    method: 'imageGeneration',
    callType: 'image_generation',
    pricedAs: 'image',
    required: ['prompt'],
  },
  transcription: {
    ...JSON_CALL,
    family: 'audio.transcriptions',
    method: 'transcription',
    callType: 'transcription',
    pricedAs: 'transcription',
    required: ['file'],
    body: 'form',
    reply: 'json-or-text',
  },
  speech: {
    ...JSON_CALL,
    family: 'audio.speech',
    method: 'speech',
    callType: 'speech',
    required: ['input', 'voice'],
    reply: 'bytes',
  },
  rerank: {
    ...JSON_CALL,
    family: 'rerank',
    method: 'rerank',
    callType: 'rerank',
    pricedAs: 'rerank',
    required: ['query', 'documents'],
  },
  responses: {
    ...JSON_CALL,
    family: 'responses',
    method: 'responses',
    callType: 'responses',
    required: ['input'],
    events: RESPONSE_EVENTS,
  },
  moderation: {
    ...JSON_CALL,
    family: 'moderations',
    method: 'moderation',
    callType: 'moderation',
    required: ['input'],
  },
} as const satisfies Readonly<Record<string, CallFamily>>;

/** A chat of which only the routing is asked. */
export const PEEK: CallFamily = {
  ...FAMILIES.completion,
  method: 'getAvailableDeployment',
  family: 'embeddings',
  required: [],
};
