import type { GatewayError } from './gateway-error.ts';

/** The only writer of error bodies: LiteLLM's envelope, or FastAPI's `detail` where LiteLLM answers so. JSON text. */
export function errorBody(error: GatewayError): string {
  if (error.options.detail !== undefined) return JSON.stringify({ detail: error.options.detail });
  const { wireCode, providerSpecificFields } = error.options;
  return JSON.stringify({
    error: {
      message: error.message,
      type: error.type,
      param: error.param,
      code: wireCode ?? String(error.status),
      ...(providerSpecificFields === undefined ? {} : { provider_specific_fields: providerSpecificFields }),
    },
  });
}

/** Server-sent event that ends a stream which has already begun. */
export function errorEvent(error: GatewayError): string {
  return `data: ${errorBody(error)}\n\n`;
}
