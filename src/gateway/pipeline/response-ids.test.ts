import { describe, expect, test } from 'vitest';
import { ResponseIds } from './response-ids.ts';

const ID = { provider: 'openai', deploymentId: 'd-1', responseId: 'resp_abc;x=1' };

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
    expect(Buffer.from(id.slice(5), 'base64').toString()).not.toContain('d-1');
    const bytes = Buffer.from(id.slice(5), 'base64');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(ids.decode(`resp_${bytes.toString('base64')}`)).toBeNull();
    expect(ids.decode(new ResponseIds('sk-other').encode(ID))).toBeNull();
    expect(ids.decode(new ResponseIds(null).encode(ID))).toBeNull();
  });

  test.each(['', 'resp_', 'resp_abc123', 'chatcmpl-1', `resp_${'A'.repeat(500)}`])('leave the id %s alone', (id) => {
    expect(new ResponseIds('sk-1234').decode(id)).toBeNull();
    expect(new ResponseIds(null).decode(id)).toBeNull();
  });
});
