import type { JsonObject, JsonValue } from '../../protocol/json.ts';

/** What a mock needs to know of the call that it answers. */
export interface MockContext {
  /** Name for the answer's `model`. */
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** `n` of the request. */
  readonly n: JsonValue | undefined;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
  /** A fresh uuid. */
  newId(): string;
  /**
   * Tokens of the prompt and of the answer, for the usage chunk of a stream; LiteLLM counts them there, while a plain
   * answer always says 10 and 20. Left out: 10 and 20.
   */
  countTokens?(answer: string): MockCounts;
}

export interface MockCounts {
  readonly prompt: number;
  readonly completion: number;
}

export type MockReply =
  | { readonly kind: 'json'; readonly body: JsonObject; readonly usage: JsonObject | null }
  /** Events in server-sent form, complete with their blank lines. */
  | { readonly kind: 'stream'; readonly events: readonly string[]; readonly usage: JsonObject | null };

export const MOCK_PROMPT_TOKENS = 10;
const MOCK_COMPLETION_TOKENS = 20;

const MOST_CHOICES = 128;

export function mockUsage(prompt = MOCK_PROMPT_TOKENS, completion = MOCK_COMPLETION_TOKENS): JsonObject {
  return { completion_tokens: completion, prompt_tokens: prompt, total_tokens: prompt + completion };
}

/** Usage of a stream, counted where somebody can count. */
export function streamUsage(context: MockContext, answer: string): JsonObject {
  const counted = context.countTokens?.(answer);
  return {
    ...mockUsage(counted?.prompt, counted?.completion),
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

/** LiteLLM-compat: zero choices are zero choices. Bounded, since a client chooses it. */
export function choiceCount(n: JsonValue | undefined): number {
  return typeof n === 'number' && Number.isInteger(n) ? Math.min(Math.max(n, 0), MOST_CHOICES) : 1;
}

/** LiteLLM-compat: three characters a chunk, in characters as Python counts them. */
export function* textPieces(text: string): Generator<string> {
  let piece = '';
  let length = 0;
  for (const character of text) {
    piece += character;
    length += 1;
    if (length === 3) {
      yield piece;
      piece = '';
      length = 0;
    }
  }
  if (piece !== '') yield piece;
}

export function sseEvent(body: JsonObject): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

export const SSE_DONE = 'data: [DONE]\n\n';
