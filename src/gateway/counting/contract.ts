/** Counting tokens in the gateway: the numbers that LiteLLM gives, without holding up other requests. */
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import type { BackgroundCounter } from '../../tokenizer/contract.ts';

export interface TokenCounting {
  /**
   * LiteLLM's count of a text or of messages. What is large is counted in slices, between which other work gets its
   * turn; encodings are opened beside the event loop. Rejects with a GatewayError `bad_request` for what cannot be
   * counted.
   * @param own the deployment's own tokenizer, instead of the model's
   */
  count(request: CountRequest, own?: BackgroundCounter | null): Promise<number>;
  /** LiteLLM's word for what counts a model's tokens. */
  tokenizerType(model: string, own?: BackgroundCounter | null): 'openai_tokenizer' | 'huggingface_tokenizer';
}
