import { GatewayError } from '../../errors/gateway-error.ts';

/** 501 for what LiteLLM can and this gateway cannot. @param what a sentence that names it */
export function notServed(what: string): GatewayError {
  return new GatewayError(
    'not_implemented',
    `${what} Start the gateway with --fallback, and the LiteLLM behind it serves it.`,
  );
}
