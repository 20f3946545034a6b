/**
 * Usage that the provider did not tell. LiteLLM-compat: a whole answer without usage has used nothing; a stream's is
 * counted where the client asked for it. What a provider told is passed on as it is.
 */
import type { JsonObject } from '../../protocol/json.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';
import type { TokenCounting } from '../counting/contract.ts';
import type { StreamedAnswer } from './streamed-answer.ts';

/** A usage that counts nothing, in the forms in which it is put into answers. */
export interface EmptyUsage {
  readonly usage: JsonObject;
  /** Its JSON text. */
  readonly text: Buffer;
  /** One more member of an object. */
  readonly member: Buffer;
}

export const NO_TOKENS = emptyUsage({ completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 });

export const NO_IMAGE_TOKENS = emptyUsage({
  input_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
});

function emptyUsage(usage: JsonObject): EmptyUsage {
  const text = JSON.stringify(usage);
  return { usage, text: Buffer.from(text), member: Buffer.from(`,"usage":${text}`) };
}

export function withUsage(reply: JsonObject, { usage }: EmptyUsage): JsonObject {
  return reply['usage'] == null ? { ...reply, usage } : reply;
}

/** A part that cannot be counted counts nothing, so that a whole answer never fails for its count. */
export async function countedUsage(
  counting: TokenCounting,
  prompt: CountRequest | null,
  answer: Pick<StreamedAnswer, 'content' | 'reasoning'>,
): Promise<JsonObject> {
  const model = prompt?.model ?? null;
  const promptTokens = prompt === null ? 0 : await countOrZero(counting, prompt);
  const completionTokens = await countOrZero(counting, { model, text: answer.content, countResponseTokens: true });
  const reasoningTokens =
    answer.reasoning === '' ? 0 : await countOrZero(counting, { text: answer.reasoning, countResponseTokens: true });
  return {
    completion_tokens: completionTokens,
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

async function countOrZero(counting: TokenCounting, request: CountRequest): Promise<number> {
  try {
    return await counting.count(request);
  } catch {
    return 0;
  }
}
