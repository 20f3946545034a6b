/** The errors that a model's name asks for, in the bodies that OpenAI sends with these statuses. */
import type { SimulatedFailure } from './behaviour.ts';
import { errorReply, type SimulatedReply } from './simulated-reply.ts';

interface ErrorKind {
  readonly type: string;
  readonly code: string | null;
}

const KINDS: ReadonlyMap<number, ErrorKind> = new Map([
  [400, { type: 'invalid_request_error', code: null }],
  [401, { type: 'invalid_request_error', code: 'invalid_api_key' }],
  [403, { type: 'permission_error', code: null }],
  [404, { type: 'invalid_request_error', code: 'model_not_found' }],
  [408, { type: 'timeout', code: null }],
  [422, { type: 'unprocessable_entity_error', code: null }],
  [429, { type: 'requests', code: 'rate_limit_exceeded' }],
]);
/** Gateways tell a wrong key from a wrong request by these words. */
const WRONG_KEY = 'Incorrect API key provided';
const RETRY_AFTER_SECONDS = '1';

export function failureReply(failure: Exclude<SimulatedFailure, { kind: 'reset' }>, model: string): SimulatedReply {
  switch (failure.kind) {
    case 'context':
      return errorReply(400, {
        message:
          "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens (simulated)",
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      });
    case 'policy':
      return errorReply(400, {
        message: 'Your request was rejected as a result of our safety system (simulated)',
        type: 'invalid_request_error',
        code: 'content_policy_violation',
      });
    case 'status': {
      const { status } = failure;
      const kind = KINDS.get(status) ?? { type: status >= 500 ? 'server_error' : 'invalid_request_error', code: null };
      const headers = status === 429 ? ['retry-after', RETRY_AFTER_SECONDS] : [];
      const words = status === 401 ? `${WRONG_KEY}: simulated error` : 'Simulated error';
      return errorReply(status, { message: `${words} ${status} for the model ${model}`, ...kind }, headers);
    }
  }
}
