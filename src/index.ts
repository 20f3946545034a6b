/** The library door: what `import … from 'fast-litellm'` gives. Loads no server, no database and no optional package. */
export type {
  CallbackOptions,
  CallCallback,
  CallLog,
  CustomLogger,
  LoggedResponse,
} from './client/callbacks/contract.ts';
export { registerCallbacks } from './client/callbacks/register-callbacks.ts';
export {
  completion,
  embedding,
  imageGeneration,
  moderation,
  rerank,
  responses,
  speech,
  textCompletion,
  transcription,
} from './client/calls/call-functions.ts';
export type {
  CompletionCall,
  DirectOptions,
  EmbeddingsCall,
  ImageGenerationCall,
  ModerationsCall,
  RerankingCall,
  ResponseCall,
  SpeechesCall,
  TextCompletionCall,
  TranscriptionsCall,
} from './client/calls/contract.ts';
export { ConnectionPool } from './client/connection-pool/connection-pool.ts';
export type {
  ConnectionPoolOptions,
  OriginStats,
  PoolAnswer,
  PoolBody,
  PoolDeadlines,
  PoolFetchInit,
  PoolRequestInit,
} from './client/connection-pool/contract.ts';
export type { CountRequest } from './client/count-request.ts';
export {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadGatewayError,
  BadRequestError,
  ContentPolicyViolationError,
  ContextWindowExceededError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  ServiceUnavailableError,
  Timeout,
  UnprocessableEntityError,
  UnsupportedParamsError,
  type ErrorKind,
} from './client/errors/error-kinds.ts';
export type { CompletionCostQuestion, CostPerTokenQuestion, TokenCost } from './client/cost-questions.ts';
export {
  completionCost,
  costPerToken,
  getMaxTokens,
  getModelInfo,
  registerModel,
  supportsAudioInput,
  supportsAudioOutput,
  supportsComputerUse,
  supportsFunctionCalling,
  supportsNativeStreaming,
  supportsParallelFunctionCalling,
  supportsPdfInput,
  supportsPromptCaching,
  supportsReasoning,
  supportsResponseSchema,
  supportsSystemMessages,
  supportsToolChoice,
  supportsUrlContext,
  supportsVision,
  supportsWebSearch,
} from './client/model-functions.ts';
export {
  createModelLibrary,
  type LibraryEnvironment,
  type ModelLibrary,
  type ModelQuestion,
  type ParamsQuestion,
  type ProviderQuestion,
} from './client/model-library.ts';
export type {
  RateLimitAlgorithm,
  RateLimiterOptions,
  RateLimiterState,
  RateLimitPermit,
  RateLimitRefusal,
  RateLimitRequest,
  RateLimits,
  RemainingLimits,
} from './client/rate-limiter/contract.ts';
export { RateLimiter } from './client/rate-limiter/rate-limiter.ts';
export type {
  ChatCompletion,
  ChatCompletionChunk,
  Embeddings,
  Images,
  Moderation,
  Reranking,
  ResponsesAnswer,
  ResponsesEvent,
  TextCompletion,
  Transcription,
} from './client/router/answers.ts';
export type {
  AllowedFailsPolicy,
  Answered,
  CallFailure,
  CallOptions,
  DeploymentInfo,
  DeploymentReport,
  DirectHiddenParams,
  FallbackList,
  HiddenParams,
  RetryPolicy,
  RouterDeployment,
  RouterOptions,
  RouterSettings,
  Streamed,
} from './client/router/contract.ts';
export { Router } from './client/router/router.ts';
export { streamChunkBuilder, type StreamChunkOptions } from './client/stream-chunks/stream-chunk-builder.ts';
export { countTokens, decode, encode, loadTokenizer, tokenCounter, trimMessages } from './client/token-counter.ts';
export type { DecodeQuestion, EncodeQuestion, TokenLibrary } from './client/token-library.ts';
export type { TrimmedMessages, TrimOptions } from './client/trim-messages.ts';
export { ERROR_CODES, type ErrorCode, type ErrorCodeRow } from './errors/codes.ts';
export { GatewayError, type GatewayErrorOptions } from './errors/gateway-error.ts';
export type { JsonObject, JsonValue } from './protocol/json.ts';
export type { ResolvedProvider } from './providers/resolve-provider.ts';
export type { TokenCount } from './tokenizer/chat/contract.ts';
export type { TextTokenizer } from './tokenizer/contract.ts';
export { loadHuggingFaceTokenizer, type HuggingFaceSource } from './tokenizer/hugging-face.ts';
