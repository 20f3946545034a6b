import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { processLibrary } from '../process-library.ts';

/** Tokens of a call's prompt; null: it cannot be counted. LiteLLM-compat: counted as for an unknown model. */
export function promptTokens(body: JsonObject): number | null {
  const { messages, prompt, input } = body;
  try {
    if (Array.isArray(messages)) return processLibrary.tokens.tokenCounter({ messages: messages as readonly object[] });
    const text = prompt ?? input;
    if (typeof text === 'string' || Array.isArray(text)) return processLibrary.tokens.tokenCounter({ text });
  } catch (error) {
    // A prompt without an end is refused where it is written.
    if (!(error instanceof GatewayError || error instanceof RangeError)) throw error;
  }
  return null;
}
