/**
 * The LLM routes with all their spellings, and what tells the families apart, as data. A path model
 * (`/engines/{model}/…`, `/openai/deployments/{model}/…`) wins over the body's.
 */
import type { RouteDefinition } from '../contract.ts';
import { LlmCall } from './llm-call.ts';
import { NO_IMAGE_TOKENS, NO_TOKENS } from './made-up-usage.ts';
import { MultipartCall } from './multipart-call.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import { COMPLETION_CHUNKS, RESPONSES_EVENTS } from './stream-dialect.ts';

const JSON_FAMILY = {
  body: 'json',
  required: [],
  kinds: new Map(),
  messagesKey: null,
  dialect: null,
  reply: 'json',
  errorTypes: 'by-status',
  pricesInput: false,
  stampsModel: true,
  emptyUsage: null,
  chunksTellUsage: false,
  alwaysRouter: false,
} as const;

export const CHAT: LlmFamily = {
  ...JSON_FAMILY,
  family: 'chat',
  routeName: '/chat/completions',
  required: ['messages'],
  kinds: new Map([
    ['tools', ['array', 'null']],
    ['response_format', ['object', 'null']],
    ['stream_options', ['object', 'null']],
  ]),
  messagesKey: 'messages',
  dialect: COMPLETION_CHUNKS,
  emptyUsage: NO_TOKENS,
};

const COMPLETIONS: LlmFamily = {
  ...JSON_FAMILY,
  family: 'completions',
  routeName: '/completions',
  required: ['prompt'],
  dialect: COMPLETION_CHUNKS,
  emptyUsage: NO_TOKENS,
  chunksTellUsage: true,
  errorTypes: 'by-exception',
};

const EMBEDDINGS: LlmFamily = {
  ...JSON_FAMILY,
  family: 'embeddings',
  routeName: '/embeddings',
  required: ['input'],
  emptyUsage: NO_TOKENS,
};

const MODERATIONS: LlmFamily = {
  ...JSON_FAMILY,
  family: 'moderations',
  routeName: '/moderations',
  required: ['input'],
  stampsModel: false,
  alwaysRouter: true,
};

const IMAGES: LlmFamily = {
  ...JSON_FAMILY,
  family: 'images.generations',
  routeName: '/image/generations',
  required: ['prompt'],
  emptyUsage: NO_IMAGE_TOKENS,
};

const IMAGE_EDITS: LlmFamily = {
  ...JSON_FAMILY,
  family: 'images.edits',
  routeName: '/image/edits',
  body: 'multipart',
  required: ['image', 'prompt'],
  emptyUsage: NO_IMAGE_TOKENS,
};

const SPEECH: LlmFamily = {
  ...JSON_FAMILY,
  family: 'audio.speech',
  routeName: '/audio/speech',
  required: ['input', 'voice'],
  pricesInput: true,
  reply: 'bytes',
};

const TRANSCRIPTIONS: LlmFamily = {
  ...JSON_FAMILY,
  family: 'audio.transcriptions',
  routeName: '/audio/transcriptions',
  body: 'multipart',
  required: ['file'],
  reply: 'json-or-text',
  errorTypes: 'by-exception',
};

const RESPONSES: LlmFamily = {
  ...JSON_FAMILY,
  family: 'responses',
  routeName: '/responses',
  dialect: RESPONSES_EVENTS,
};

const RERANK: LlmFamily = {
  ...JSON_FAMILY,
  family: 'rerank',
  routeName: '/rerank',
  required: ['query', 'documents'],
};

interface LlmPaths {
  readonly family: LlmFamily;
  readonly paths: readonly string[];
}

const AZURE = '/openai/deployments/{model:path}';
const ENGINE = '/engines/{model}';

const LLM_PATHS: readonly LlmPaths[] = [
  {
    family: CHAT,
    paths: [
      '/chat/completions',
      '/v1/chat/completions',
      `${ENGINE}/chat/completions`,
      `${AZURE}/chat/completions`,
      '/cursor/chat/completions',
      '/queue/chat/completions',
    ],
  },
  { family: COMPLETIONS, paths: ['/completions', '/v1/completions', `${ENGINE}/completions`, `${AZURE}/completions`] },
  { family: EMBEDDINGS, paths: ['/embeddings', '/v1/embeddings', `${ENGINE}/embeddings`, `${AZURE}/embeddings`] },
  { family: MODERATIONS, paths: ['/moderations', '/v1/moderations'] },
  { family: IMAGES, paths: ['/images/generations', '/v1/images/generations', `${AZURE}/images/generations`] },
  { family: IMAGE_EDITS, paths: ['/images/edits', '/v1/images/edits', `${AZURE}/images/edits`] },
  { family: SPEECH, paths: ['/audio/speech', '/v1/audio/speech', `${AZURE}/audio/speech`] },
  {
    family: TRANSCRIPTIONS,
    paths: ['/audio/transcriptions', '/v1/audio/transcriptions', `${AZURE}/audio/transcriptions`],
  },
  { family: RESPONSES, paths: ['/responses', '/v1/responses', '/openai/v1/responses'] },
  { family: RERANK, paths: ['/rerank', '/v1/rerank', '/v2/rerank'] },
];

/** Families whose routes reach a provider. */
export const LLM_FAMILIES: ReadonlySet<string> = new Set(LLM_PATHS.map(({ family }) => family.family));

export function llmRoutes(pipeline: LlmPipeline): RouteDefinition[] {
  return LLM_PATHS.flatMap(({ family, paths }) =>
    paths.map((path) => ({
      methods: ['POST'],
      path,
      family: family.family,
      access: 'key' as const,
      handler: (exchange, context) => {
        const Call = family.body === 'multipart' ? MultipartCall : LlmCall;
        new Call(pipeline, family, exchange, context).start();
      },
    })),
  );
}
