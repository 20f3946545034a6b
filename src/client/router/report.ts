/** What callers are told beside the answer or the error: who answered, what was tried. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { UpstreamTarget } from '../../providers/contract.ts';
import type { Attempt, FailedOutcome } from '../../router/contract.ts';
import type { OpenaiClasses } from '../errors/openai-classes.ts';
import type { CallFailure, HiddenParams } from './contract.ts';
import type { AnsweredCall } from './run-call.ts';

/** The router's error with what LiteLLM's exceptions carry. */
export function failedCall({ error, failure, retries, maxRetries, fallbacks }: FailedOutcome): CallFailure {
  return described(error, {
    llmProvider: failure.deployment?.provider ?? null,
    model: failure.deployment?.model ?? null,
    numRetries: retries,
    maxRetries,
    attemptedFallbacks: fallbacks,
  });
}

type Told = Pick<CallFailure, 'llmProvider' | 'model' | 'numRetries' | 'maxRetries' | 'attemptedFallbacks'>;

/** Nobody was asked. */
const UNSENT: Told = { llmProvider: null, model: null, numRetries: 0, maxRetries: null, attemptedFallbacks: 0 };

export function described(error: GatewayError, told: Partial<Told>): CallFailure {
  return Object.assign(error, { ...UNSENT, ...told, statusCode: error.status });
}

/** What a caller gets: an error of this package as LiteLLM's and OpenAI's, anything else (a signal's reason) as it is. */
export function shownFailure(error: unknown, openai: OpenaiClasses): unknown {
  if (!(error instanceof GatewayError)) return error;
  return openai.adopt('statusCode' in error ? error : described(error, {}));
}

/** @param cost looked up when it is first asked for; null: it is not known here */
export function hiddenParams(
  attempt: Attempt,
  target: UpstreamTarget,
  cost: (() => number | null) | null,
): HiddenParams {
  let known: number | null | undefined;
  return {
    ...(attempt.group === '' ? {} : { model_id: attempt.deployment.id, model_group: attempt.group }),
    custom_llm_provider: target.provider,
    api_base: target.apiBase,
    attempted_retries: attempt.retries,
    attempted_fallbacks: attempt.fallbacks,
    get response_cost() {
      return (known ??= cost?.() ?? null);
    },
  } as HiddenParams;
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
