/**
 * Answers as providers of OpenAI's API give them; types only. They fit the types of OpenAI's SDK in both directions where
 * a provider promises as much; members beyond these come as they are.
 */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

interface FunctionToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

interface AssistantMessage {
  role: 'assistant';
  content: string | null;
  refusal: string | null;
  tool_calls?: FunctionToolCall[];
  /** LiteLLM's name for the thoughts of a model that shows them. */
  reasoning_content?: string | null;
}

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: { index: number; finish_reason: FinishReason; logprobs: null; message: AssistantMessage }[];
  usage?: Usage;
}

interface PartOfToolCall {
  index: number;
  id?: string;
  type?: 'function';
  function?: { name?: string; arguments?: string };
}

interface Delta {
  role?: 'assistant';
  content?: string | null;
  refusal?: string | null;
  tool_calls?: PartOfToolCall[];
  reasoning_content?: string | null;
}

export interface ChatCompletionChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: { index: number; finish_reason: FinishReason | null; delta: Delta }[];
  /** In one last chunk, when `stream_options.include_usage` asks for it. */
  usage?: Usage | null;
}

export interface TextCompletion {
  id: string;
  object: 'text_completion';
  created: number;
  model: string;
  choices: { index: number; finish_reason: 'stop' | 'length' | 'content_filter'; logprobs: null; text: string }[];
  usage?: Usage;
}

export interface Embeddings {
  object: 'list';
  model: string;
  data: { object: 'embedding'; index: number; embedding: number[] }[];
  usage: { prompt_tokens: number; total_tokens: number };
}

export interface Images {
  created: number;
  data?: { url?: string; b64_json?: string; revised_prompt?: string }[];
}

export interface Transcription {
  text: string;
}

export interface Reranking {
  results: { index: number; relevance_score: number }[];
}

export interface Moderation {
  id: string;
  model: string;
  results: { flagged: boolean; categories: Record<string, boolean>; category_scores: Record<string, number> }[];
}

/** An answer of the Responses API; say the type that you know: `router.responses<OpenAI.Responses.Response>(…)`. */
export interface ResponsesAnswer {
  id: string;
  object: 'response';
  output: object[];
}

export interface ResponsesEvent {
  type: string;
}
