/** Headers and variants of the errors that LLM routes answer with. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { HeaderList } from '../../wire/contract.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { headerSafe, ReplyHeaderWriter } from './reply-headers.ts';

const writer = new ReplyHeaderWriter();

/** LiteLLM's headers of an error answer; the deployment's too once one was picked. */
export function errorReplyHeaders(
  callId: string,
  request: PreparedRequest | null,
  providerHeaders: HeaderList,
): string[] {
  const out = ['x-litellm-call-id', callId, 'x-litellm-key-spend', '0.0', 'x-litellm-response-cost', '0'];
  if (request !== null) {
    out.push(...request.target.replyHeaders, 'x-litellm-model-group', headerSafe(request.group));
    out.push('x-litellm-timeout', request.timeouts.text);
    if (request.target.errorHeaders === 'all') writer.addProviderHeaders(out, providerHeaders);
  }
  return out;
}

/** LiteLLM-compat: names the model group behind a provider's message. */
export function withGroup(error: GatewayError, group: string): GatewayError {
  return error.with({
    message: `${error.message}. Received Model Group=${group}\nAvailable Model Group Fallbacks=None`,
  });
}

/** LiteLLM-compat: the `type` of Python's exception object, which only rate-limit errors set. */
export function withExceptionType(error: GatewayError): GatewayError {
  if (error.options.type !== undefined || error.code === 'rate_limit' || error.code === 'auth_error') return error;
  return error.with({ type: null });
}
