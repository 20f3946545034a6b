/**
 * Ids of the Responses API. They name the deployment that answered, so that a follow-up finds it again: LiteLLM's
 * form, `resp_` and base64 of `litellm:custom_llm_provider:…;model_id:…;response_id:…`. Where the gateway has a key,
 * that is encrypted as LiteLLM does with `encryption_algorithm: aes-256-gcm` (RFC 5116), whose ids it reads whatever its
 * own setting: clients can neither read nor make up an id, and a response is found again whichever program made it.
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
/** Marks LiteLLM's ciphertexts of this kind. */
const SEALED = 'v2:gcm:';
const SEALED_FORM = /^litellm_proxy:responses_api:response_id:(resp_[^;]+);user_id:[^;]*;team_id:[^;]*$/;
/** Whom LiteLLM takes the holder of the master key for: nobody else may ask for the response there. */
const OWNER = 'default_user_id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class ResponseIds {
  readonly #key: Buffer | null;

  /** @param secret salt or master key; null: ids stay readable, as in LiteLLM without a key */
  constructor(secret: string | null) {
    this.#key = secret === null ? null : hash('sha256', secret, 'buffer');
  }

  encode({ provider, deploymentId, responseId }: ManagedResponseId): string {
    const text = `litellm:custom_llm_provider:${provider};model_id:${deploymentId};response_id:${responseId}`;
    const id = PREFIX + Buffer.from(text).toString('base64');
    if (this.#key === null) return id;
    const sealed = encrypt(`litellm_proxy:responses_api:response_id:${id};user_id:${OWNER};team_id:`, this.#key);
    return PREFIX + SEALED + base64Url(sealed);
  }

  /** @returns null for an id that is not one of these: it is the provider's own, or one that LiteLLM has encrypted otherwise */
  decode(id: string): ManagedResponseId | null {
    const plain = this.#key === null ? id : unsealed(id, this.#key);
    if (plain?.startsWith(PREFIX) !== true) return null;
    const match = FORM.exec(Buffer.from(plain.slice(PREFIX.length), 'base64').toString('utf8'));
    if (match === null) return null;
    const [, provider = '', deploymentId = '', responseId = ''] = match;
    return { provider, deploymentId, responseId };
  }
}

function unsealed(id: string, key: Buffer): string | null {
  const start = PREFIX + SEALED;
  const text = id.startsWith(start) ? decrypt(Buffer.from(id.slice(start.length), 'base64url'), key) : null;
  return text === null ? null : (SEALED_FORM.exec(text)?.[1] ?? null);
}

/** As Python writes it: padded. */
function base64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
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
