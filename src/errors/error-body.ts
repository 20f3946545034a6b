import type { GatewayError } from './gateway-error.ts';

/** The only writer of error bodies: LiteLLM's envelope, or FastAPI's `detail` where LiteLLM answers so. JSON text. */
export function errorBody(error: GatewayError): string {
  if (error.options.detail !== undefined) return JSON.stringify({ detail: error.options.detail });
  const { providerSpecificFields } = error.options;
  const fields = errorFields(error);
  return JSON.stringify({
    error:
      providerSpecificFields === undefined ? fields : { ...fields, provider_specific_fields: providerSpecificFields },
  });
}

/** The four members that every error has on the wire. */
export function errorFields({ message, type, param, status, options }: GatewayError) {
  return { message, type, param, code: options.wireCode ?? String(status) };
}

/** Server-sent event that ends a stream which has already begun. */
export function errorEvent(error: GatewayError): string {
  return `data: ${errorBody(error)}\n\n`;
}
