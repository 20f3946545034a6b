/**
 * Ids of the Responses API. They name the deployment that answered, so that a follow-up finds it again: LiteLLM's
 * form, `resp_` and base64 of `litellm:custom_llm_provider:…;model_id:…;response_id:…`. Where the gateway has a key,
 * the text is encrypted (AES-256-GCM, RFC 5116), so that ids can be neither read nor made up by clients.
 */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';

export interface ManagedResponseId {
  readonly provider: string;
  readonly deploymentId: string;
  /** The provider's own id. */
  readonly responseId: string;
}

const PREFIX = 'resp_';
const FORM = /^litellm:custom_llm_provider:([^;]*);model_id:([^;]*);response_id:(.+)$/s;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class ResponseIds {
  readonly #key: Buffer | null;

  /** @param secret salt or master key; null: ids stay readable, as in LiteLLM without a key */
  constructor(secret: string | null) {
    this.#key = secret === null ? null : hash('sha256', `fast-litellm response ids\n${secret}`, 'buffer');
  }

  encode({ provider, deploymentId, responseId }: ManagedResponseId): string {
    const text = `litellm:custom_llm_provider:${provider};model_id:${deploymentId};response_id:${responseId}`;
    const bytes = this.#key === null ? Buffer.from(text) : encrypt(text, this.#key);
    return PREFIX + bytes.toString('base64');
  }

  /** @returns null for an id that is not one of these: it is the provider's own */
  decode(id: string): ManagedResponseId | null {
    if (!id.startsWith(PREFIX)) return null;
    const bytes = Buffer.from(id.slice(PREFIX.length), 'base64');
    const text = this.#key === null ? bytes.toString('utf8') : decrypt(bytes, this.#key);
    const match = text === null ? null : FORM.exec(text);
    if (match === null) return null;
    const [, provider = '', deploymentId = '', responseId = ''] = match;
    return { provider, deploymentId, responseId };
  }
}

function encrypt(text: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(bytes: Buffer, key: Buffer): string | null {
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    // Not made with this key: somebody else's id, or none at all.
    return null;
  }
}
