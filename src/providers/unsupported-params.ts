import { GatewayError } from '../errors/gateway-error.ts';

/** A parameter that the model does not take, in LiteLLM's words. */
export function unsupportedParams(message: string): GatewayError {
  return new GatewayError('unsupported_params', `litellm.UnsupportedParamsError: ${message}`);
}

/** The refusal that names all parameters at once and says how to drop or to allow them. */
export function unsupportedByProvider(provider: string, names: readonly string[], model: string): GatewayError {
  const list = `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return unsupportedParams(
    `${provider} does not support parameters: ${list}, for model=${model}. To drop these, set ` +
      '`litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. \n ' +
      `If you want to use these params dynamically send allowed_openai_params=${list} in your request.`,
  );
}
