/**
 * Ids of the Responses API, which name the deployment that answered, so that a follow-up finds it again: LiteLLM's
 * form, `resp_` and base64 of `litellm:custom_llm_provider:…;model_id:…;response_id:…`.
 */
export interface ManagedResponseId {
  readonly provider: string;
  readonly deploymentId: string;
  /** The provider's own id. */
  readonly responseId: string;
}

const PREFIX = 'resp_';
const FORM = /^litellm:custom_llm_provider:([^;]*);model_id:([^;]*);response_id:(.+)$/s;

export function encodeResponseId({ provider, deploymentId, responseId }: ManagedResponseId): string {
  const text = `litellm:custom_llm_provider:${provider};model_id:${deploymentId};response_id:${responseId}`;
  return PREFIX + Buffer.from(text).toString('base64');
}

/** @returns null for an id that is not of this form: it is the provider's own */
export function decodeResponseId(id: string): ManagedResponseId | null {
  if (!id.startsWith(PREFIX)) return null;
  const match = FORM.exec(Buffer.from(id.slice(PREFIX.length), 'base64').toString('utf8'));
  if (match === null) return null;
  const [, provider = '', deploymentId = '', responseId = ''] = match;
  return { provider, deploymentId, responseId };
}
