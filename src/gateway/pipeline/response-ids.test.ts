import { describe, expect, test } from 'vitest';
import { ResponseIds } from './response-ids.ts';

const ID = { provider: 'openai', deploymentId: 'd-1', responseId: 'resp_abc;x=1' };

const LITELLM_ID =
  'v2:gcm:c8tqMFadQ47AxkCWm8Jfa06pSSIuOLPKqeWNuTuaa0Rpbi9j1tNgR050PWLNYluDpKAFSQltUC9KxwxjJa0_LFgBgL7qQ2oGaK8A8n521' +
  'ujFl2xzoxTVmc5hChuzVY5Vt7i-6oXeSQIcL2ZqHjROniAys0BymoNtNk_7zCO2_ykZ5hjM6eAtn-M8eH9jqGqzlYCQS0a0cp8CnAjgKOmU0cxe' +
  'oNM8FVLiB7tptNEuKSswqp8apN5nGg==';
/** Something else that it keeps. */
const LITELLM_SECRET = 'v2:gcm:Yc0NwwlFM3s6Pxk5-1FTY7PZAxzINTWpVCgkFAhfZacPJWi8sqU6bqp8';

describe('ResponseIds', () => {
  test.each([null, 'sk-1234'])('come back whole with the key %s', (secret) => {
    const ids = new ResponseIds(secret);
    expect(ids.decode(ids.encode(ID))).toEqual(ID);
  });

  test("without a key are LiteLLM's readable form", () => {
    const text = Buffer.from(new ResponseIds(null).encode(ID).slice(5), 'base64').toString();
    expect(text).toBe('litellm:custom_llm_provider:openai;model_id:d-1;response_id:resp_abc;x=1');
  });

  test('cannot be read, changed or made without the key', () => {
    const ids = new ResponseIds('sk-1234');
    const id = ids.encode(ID);
    const sealed = id.slice('resp_v2:gcm:'.length);
    expect(Buffer.from(sealed, 'base64url').toString()).not.toMatch(/litellm|d-1/);
    const bytes = Buffer.from(sealed, 'base64url');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(ids.decode(`resp_v2:gcm:${bytes.toString('base64url')}`)).toBeNull();
    expect(ids.decode(new ResponseIds('sk-other').encode(ID))).toBeNull();
    expect(ids.decode(new ResponseIds(null).encode(ID))).toBeNull();
  });

  test("are read from what LiteLLM has encrypted, and only where that is a response's id", () => {
    // `encrypt_value_helper` of LiteLLM 1.102.4 with `encryption_algorithm: aes-256-gcm` and the salt key `sk-1234`.
    const ids = new ResponseIds('sk-1234');
    expect(ids.decode(`resp_${LITELLM_ID}`)).toEqual({
      provider: 'openai',
      deploymentId: 'd-1',
      responseId: 'resp_abc',
    });
    expect(ids.decode(`resp_${LITELLM_SECRET}`)).toBeNull();
  });

  test.each(['', 'resp_', 'resp_abc123', 'chatcmpl-1', `resp_${'A'.repeat(500)}`])('leave the id %s alone', (id) => {
    expect(new ResponseIds('sk-1234').decode(id)).toBeNull();
    expect(new ResponseIds(null).decode(id)).toBeNull();
  });
});
