import type { JsonObject, JsonValue } from './json.ts';
import type { ResponsesUsage } from './usage.ts';

/**
 * Body of `POST /v1/responses`: the members that are read here. All others are passed on as they are.
 * Source: OpenAI's API reference, "Create a model response".
 */
export interface ResponsesRequest {
  readonly model: string;
  readonly input?: string | readonly JsonObject[];
  readonly instructions?: string | null;
  readonly stream?: boolean | null;
  readonly max_output_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly tools?: readonly JsonObject[];
  readonly tool_choice?: JsonValue;
  /** Id of an earlier answer. LiteLLM's ids name the deployment that gave it. */
  readonly previous_response_id?: string | null;
  readonly store?: boolean | null;
  readonly background?: boolean | null;
  readonly metadata?: JsonObject | null;
  readonly user?: string;
}

export type ResponseStatus = 'completed' | 'failed' | 'in_progress' | 'cancelled' | 'queued' | 'incomplete';

export interface ResponsesResponse {
  readonly id: string;
  readonly object: 'response';
  /** Seconds since 1970. */
  readonly created_at: number;
  readonly status: ResponseStatus;
  readonly model: string;
  /** Messages, reasoning and tool calls. */
  readonly output: readonly JsonObject[];
  readonly usage?: ResponsesUsage | null;
  readonly error?: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details?: { readonly reason?: string } | null;
  readonly previous_response_id?: string | null;
}

/** An event of a stream. The ones that carry the whole response, with usage at the end, have it in `response`. */
export interface ResponsesStreamEvent {
  /** Also the event's name in the stream, e.g. `response.output_text.delta`. */
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: ResponsesResponse;
  readonly delta?: string;
}
