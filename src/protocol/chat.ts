import type { JsonObject, JsonValue } from './json.ts';
import type { ChatUsage } from './usage.ts';

/**
 * Body of `POST /v1/chat/completions`: the members that are read here. All others are passed on as they are.
 * Source: OpenAI's API reference, "Create chat completion".
 */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly stream_options?: StreamOptions | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly n?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly seed?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly logit_bias?: Readonly<Record<string, number>> | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
  readonly tools?: readonly ChatTool[];
  readonly tool_choice?:
    'none' | 'auto' | 'required' | { readonly type: 'function'; readonly function: { readonly name: string } };
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: JsonObject;
  readonly reasoning_effort?: string | null;
  readonly user?: string;
  readonly metadata?: JsonObject | null;
}

export interface StreamOptions {
  /** One more chunk at the end, with `usage` and no choices. */
  readonly include_usage?: boolean;
}

export type ChatMessage = ChatInputMessage | ChatAssistantMessage | ChatToolMessage;

export interface ChatInputMessage {
  readonly role: 'system' | 'developer' | 'user';
  readonly content: string | readonly ChatContentPart[];
  readonly name?: string;
}

export interface ChatAssistantMessage {
  readonly role: 'assistant';
  readonly content?: string | readonly ChatContentPart[] | null;
  readonly name?: string;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
}

export interface ChatToolMessage {
  readonly role: 'tool';
  readonly content: string | readonly ChatContentPart[];
  readonly tool_call_id: string;
}

export type ChatContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** A URL, or a data URL with base64. */
  | {
      readonly type: 'image_url';
      readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' };
    }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | { readonly type: 'file'; readonly file: JsonObject }
  | { readonly type: 'refusal'; readonly refusal: string };

export interface ChatTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** JSON schema of the arguments. */
    readonly parameters?: JsonObject;
    readonly strict?: boolean | null;
  };
}

export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text as the model wrote it, which need not be valid. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChatChoice[];
  readonly usage?: ChatUsage;
  readonly system_fingerprint?: string | null;
  readonly service_tier?: string | null;
}

export interface ChatChoice {
  readonly index: number;
  readonly message: {
    readonly role: 'assistant';
    readonly content: string | null;
    readonly refusal?: string | null;
    readonly tool_calls?: readonly ChatToolCall[];
    /** What reasoning models thought, where the provider shows it. */
    readonly reasoning_content?: string | null;
  };
  readonly finish_reason: FinishReason | null;
  readonly logprobs?: JsonValue;
}

/** One event of a chat stream. */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Seconds since 1970, the same in all chunks. */
  readonly created: number;
  readonly model: string;
  /** Empty in the usage chunk. */
  readonly choices: readonly ChatChunkChoice[];
  /** Only in the last chunk, when it was asked for. */
  readonly usage?: ChatUsage | null;
  readonly system_fingerprint?: string | null;
  readonly service_tier?: string | null;
}

export interface ChatChunkChoice {
  readonly index: number;
  readonly delta: {
    readonly role?: 'assistant';
    readonly content?: string | null;
    readonly refusal?: string | null;
    readonly reasoning_content?: string | null;
    readonly tool_calls?: readonly ChatToolCallDelta[];
  };
  readonly finish_reason: FinishReason | null;
  readonly logprobs?: JsonValue;
}

/** A piece of a tool call: `id` and `name` come with the first piece, `arguments` in all. */
export interface ChatToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}
