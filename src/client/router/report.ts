/** What callers are told beside the answer or the error: who answered, what was tried. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { UpstreamTarget } from '../../providers/contract.ts';
import type { Attempt, FailedOutcome } from '../../router/contract.ts';
import type { CallFailure, HiddenParams } from './contract.ts';
import type { AnsweredCall } from './run-call.ts';

/** The router's error with what LiteLLM's exceptions carry. */
export function failedCall({
  error,
  failure,
  retries,
  maxRetries,
  fallbacks,
}: FailedOutcome): GatewayError & CallFailure {
  return Object.assign(error, {
    llmProvider: failure.deployment?.provider ?? null,
    model: failure.deployment?.model ?? null,
    numRetries: retries,
    maxRetries,
    attemptedFallbacks: fallbacks,
  });
}

export function hiddenParams(attempt: Attempt, target: UpstreamTarget): HiddenParams {
  return {
    model_id: attempt.deployment.id,
    model_group: attempt.group,
    custom_llm_provider: target.provider,
    api_base: target.apiBase,
    attempted_retries: attempt.retries,
    attempted_fallbacks: attempt.fallbacks,
  };
}

/** The answer as the caller gets it, with which attempt gave it in `_hidden_params`. */
export function shownAnswer({ answer, params }: AnsweredCall): object {
  switch (answer.kind) {
    case 'stream':
      return withHiddenParams(answer.stream, params);
    case 'text':
      return withHiddenParams({ text: answer.text }, params);
    case 'bytes': {
      const headers = { 'content-type': answer.contentType };
      return withHiddenParams(new Response(new Uint8Array(answer.bytes), { headers }), params);
    }
    case 'json':
      return withHiddenParams(answer.json, params);
  }
}

/** As a member that JSON and loops over members do not see. */
function withHiddenParams<Answer extends object>(answer: Answer, params: HiddenParams): Answer {
  return Object.defineProperty(answer, '_hidden_params', { value: params, configurable: true, writable: true });
}
