/** Counting tokens in the gateway: the numbers that LiteLLM gives, without holding up other requests. */
import type { CountRequest } from '../../tokenizer/chat/contract.ts';

export interface TokenCounting {
  /**
   * LiteLLM's count of a text or of messages. What is large is counted in slices, between which other work gets its
   * turn. Rejects with a GatewayError `bad_request` for what cannot be counted.
   */
  count(request: CountRequest): Promise<number>;
  /** LiteLLM's word for what counts a model's tokens. */
  tokenizerType(model: string): 'openai_tokenizer' | 'huggingface_tokenizer';
}
