import type { CountRequest as JsonCountRequest } from '../tokenizer/chat/contract.ts';

/**
 * What is counted: a text, or messages with their tools. LiteLLM's arguments of `token_counter`. Messages and tools may
 * be objects of any type: one's own interfaces, or those of a provider's SDK.
 */
export interface CountRequest extends Omit<JsonCountRequest, 'text' | 'messages' | 'tools' | 'toolChoice'> {
  /** A text, or texts that are joined (anything else in the list is left out). Not together with `messages`. */
  readonly text?: string | readonly unknown[] | null | undefined;
  /** Chat messages in OpenAI's or Anthropic's form. */
  readonly messages?: readonly object[] | null | undefined;
  /** Tool definitions in OpenAI's or Anthropic's form. */
  readonly tools?: readonly object[] | null | undefined;
  /** `none`, `auto`, `required`, or an object that names a function. */
  readonly toolChoice?: string | object | null | undefined;
}

/** The request as the counter takes it, which looks at every value before it uses it. */
export const asJson = (request: CountRequest): JsonCountRequest => request as JsonCountRequest;
