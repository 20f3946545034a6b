/** Headers and variants of the errors that LLM routes answer with. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { LITELLM_VERSION } from '../litellm-version.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { attemptHeaders, headerSafe, ReplyHeaderWriter } from './reply-headers.ts';
import type { TimeoutInputs } from './pipeline.ts';

/** What went wrong is the answer itself. */
const NO_FAILURES = { callId: '', earlierFailures: [] };

const writer = new ReplyHeaderWriter();

export interface ErrorFacts {
  readonly callId: string;
  /** null before a deployment was chosen. */
  readonly request: RoutedRequest | null;
  /** 0: the provider has not answered. */
  readonly providerStatus: number;
  readonly providerHeaders: HeaderList;
  readonly durationMs: number;
  readonly defaultTimeout: string;
}

/** LiteLLM's headers of an error answer; the deployment's too once one was picked. */
export function errorReplyHeaders(facts: ErrorFacts): string[] {
  const { request } = facts;
  const out = [
    'x-litellm-call-id',
    facts.callId,
    'x-litellm-key-spend',
    '0.0',
    'x-litellm-response-cost',
    '0',
    'x-litellm-response-duration-ms',
    facts.durationMs.toFixed(3),
    'x-litellm-timeout',
    request?.timeouts.text ?? facts.defaultTimeout,
  ];
  if (request === null) return [...out, 'x-litellm-version', LITELLM_VERSION];
  out.push(...request.target.replyHeaders, ...attemptHeaders(request, NO_FAILURES));
  out.push('x-litellm-model-group', headerSafe(request.group));
  if (tellsProviderHeaders(request, facts.providerStatus))
    writer.addProviderHeaders(out, facts.providerHeaders, request.stream);
  return out;
}

/** LiteLLM-compat: most provider errors lose the provider's headers; these do not. */
function tellsProviderHeaders(request: RoutedRequest, providerStatus: number): boolean {
  return (
    request.target.errorHeaders === 'all' || providerStatus === 422 || (providerStatus >= 200 && providerStatus < 300)
  );
}

/** LiteLLM-compat: the `type` of Python's exception object, which only rate-limit errors set. */
export function withExceptionType(error: GatewayError): GatewayError {
  if (error.code === 'rate_limit' || error.code === 'auth_error') return error;
  return error.with({ type: null });
}

/** For errors before a deployment is chosen. */
export const NO_TIMEOUTS: TimeoutInputs = {
  stream: false,
  requestSeconds: null,
  headerSeconds: null,
  streamHeaderSeconds: null,
  params: {},
};
