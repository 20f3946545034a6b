/** What a client is told when LiteLLM did not answer. Never an address: that is for the log, which administrators read. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { TransportError } from '../../wire/contract.ts';
import type { FallbackState } from './contract.ts';

const UNTOUCHED = 'Routes that are served natively are not affected.';
/** One that the gateway started has no other log. */
const LOG = "LiteLLM's log says why; with `--fallback spawn` its last lines are in the gateway's.";
/** A LiteLLM that starts takes longer, but a client should not wait longer than it has to. */
const RETRY_SECONDS = 5;

/** It is known to be of no use at the moment, or for good. */
export function notUsable({ kind, health }: FallbackState): GatewayError {
  if (health === 'open')
    return new GatewayError(
      'bad_gateway',
      `This request is for the LiteLLM behind the gateway, which asks nobody for a key and is not used for that reason. Start it with the gateway's master key. ${UNTOUCHED}`,
    );
  const when = health === 'starting' ? 'has not answered yet' : 'does not answer';
  const remedy =
    kind === 'spawn'
      ? 'The gateway starts it again by itself; its log says what LiteLLM said last.'
      : 'Start LiteLLM, or use `--fallback spawn`.';
  return unavailable(`This request is for the LiteLLM behind the gateway, which ${when}. ${remedy} ${UNTOUCHED}`);
}

/** It was asked, and gave no answer. */
export function noAnswer(error: TransportError): GatewayError {
  switch (error.code) {
    case 'connect-failed':
    case 'connect-timeout':
    case 'closed':
      return unavailable(
        `This request is for the LiteLLM behind the gateway, which cannot be reached. Look whether it runs. ${UNTOUCHED}`,
      );
    case 'saturated':
      return unavailable(
        `This request is for the LiteLLM behind the gateway, which is busy with as many requests as the gateway sends to it. ${UNTOUCHED}`,
      );
    case 'invalid-request':
      return new GatewayError(
        'bad_request',
        'The path or a header of the request holds characters that HTTP does not allow.',
      );
    default:
      return new GatewayError(
        'bad_gateway',
        `The LiteLLM behind the gateway broke off before it answered. ${LOG} ${UNTOUCHED}`,
      );
  }
}

export function tooLate(limitMs: number): GatewayError {
  return new GatewayError(
    'gateway_timeout',
    `The LiteLLM behind the gateway did not answer within ${Math.round(limitMs / 1000)} seconds. ${LOG} ${UNTOUCHED}`,
  );
}

export function goesInCircles(): GatewayError {
  return new GatewayError(
    'bad_gateway',
    'The address given with --fallback leads back to this gateway. Give the address of LiteLLM itself.',
  );
}

function unavailable(message: string): GatewayError {
  return new GatewayError('service_unavailable', message, { retryAfterSeconds: RETRY_SECONDS });
}
