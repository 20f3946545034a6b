/** LiteLLM's version whose behaviour is followed; value of `x-litellm-version`. */
export const LITELLM_VERSION = '1.102.4';
