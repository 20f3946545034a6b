import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { deployment, snapshotWith, type SnapshotParts } from '../../../test/support/snapshot.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'own-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Hugging Face tokenizer with a token for each of four letters. */
const LETTERS_AS_TOKENS = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', vocab: { a: 0, b: 1, c: 2, d: 3 }, merges: [] },
};

const HELLO = [{ role: 'user', content: 'hello there' }];

async function ask(target: string, body: unknown, parts: SnapshotParts = {}): Promise<FakeExchange> {
  const to = new AssembledGateway({ deployments: [openaiDeployment()], ...parts });
  const exchange = to.post(target, body);
  await expect.poll(() => exchange.ended).toBe(true);
  expect(to.upstream.calls).toHaveLength(0);
  return exchange;
}

describe('/utils/token_counter', () => {
  const counter = (body: unknown, parts: SnapshotParts = {}) => ask('/utils/token_counter', body, parts);

  test('counts with the model of the deployment, and says so', async () => {
    const exchange = await counter({ model: 'group', messages: HELLO });
    expect(exchange.json).toEqual({
      total_tokens: 9,
      request_model: 'group',
      model_used: 'gpt-4o',
      tokenizer_type: 'openai_tokenizer',
      original_response: null,
      error: false,
      error_message: null,
      status_code: null,
    });
  });

  test.each<[string, object, number]>([
    ['a prompt', { prompt: 'hello there' }, 2],
    ['no messages at all', { messages: [] }, 3],
    ['a system text beside the messages', { messages: HELLO, system: 'Be brief' }, 15],
    ["Google's contents", { contents: [{ role: 'user', parts: [{ text: 'hello there' }] }] }, 9],
    ['a name that nobody serves', { model: 'nobody', messages: HELLO }, 9],
  ])('%s', async (_name, body, tokens) => {
    expect((await counter({ model: 'group', ...body })).json).toMatchObject({ total_tokens: tokens });
  });

  test.each<[string, object, number, string]>([
    ['no model', { messages: HELLO }, 422, 'Field required'],
    ['nothing to count', { model: 'group' }, 400, 'prompt or messages or contents must be provided'],
    ['a prompt that is a list', { model: 'group', prompt: ['a'] }, 422, 'Input should be a valid string'],
    ['messages that are texts', { model: 'group', messages: ['a'] }, 422, 'Input should be a valid dictionary'],
  ])('refuses %s', async (_name, body, status, text) => {
    const exchange = await counter(body);
    expect([exchange.status, exchange.text]).toEqual([status, expect.stringContaining(text)]);
  });

  test('is off where the configuration says so', async () => {
    const exchange = await counter({ model: 'group', prompt: 'a' }, { litellmRaw: { disable_token_counter: true } });
    expect([exchange.status, exchange.text]).toEqual([503, expect.stringContaining('token_counting_disabled')]);
  });

  test("counts with the deployment's own tokenizer once it is loaded", async () => {
    const identifier = path.join(folder, 'tokenizer.json');
    await writeFile(identifier, JSON.stringify(LETTERS_AS_TOKENS));
    const own = deployment('id', 'group', { model: 'openai/mine' }, { custom_tokenizer: { identifier } });
    const parts: SnapshotParts = { deployments: [own] };
    const to = new AssembledGateway(parts);
    const counted = async (target: string): Promise<unknown> => {
      const exchange = to.post(target, { model: 'group', messages: [{ role: '', content: 'abcd' }] });
      await expect.poll(() => exchange.ended).toBe(true);
      return exchange.json;
    };
    expect(await counted('/utils/token_counter')).toMatchObject({
      total_tokens: 7,
      tokenizer_type: 'openai_tokenizer',
    });
    to.tokenizers.follow(snapshotWith(parts), to.assembly.families);
    await expect.poll(() => to.tokenizers.own(own)).not.toBeNull();
    const answer = { total_tokens: 10, model_used: 'mine', tokenizer_type: 'huggingface_tokenizer' };
    expect(await counted('/utils/token_counter')).toMatchObject(answer);
    expect(await counted('/v1/messages/count_tokens')).toEqual({ input_tokens: 10 });
    await to.tokenizers.close();
  });

  test('takes prompts as large as a call may have', async () => {
    const exchange = await counter({ model: 'group', prompt: 'hello there '.repeat(200_000) });
    expect(exchange.json).toMatchObject({ total_tokens: expect.closeTo(400_000, -4) });
  });
});

describe('/v1/messages/count_tokens', () => {
  const count = (body: unknown, parts: SnapshotParts = {}) => ask('/v1/messages/count_tokens', body, parts);

  test("answers in Anthropic's shape", async () => {
    expect((await count({ model: 'group', messages: HELLO })).json).toEqual({ input_tokens: 9 });
    expect((await count({ model: 'group', messages: HELLO, system: 'Be brief' })).json).toEqual({ input_tokens: 15 });
  });

  test('what LiteLLM counts as nothing is nothing', async () => {
    expect((await count({ model: 'group', messages: HELLO, system: 5 })).json).toEqual({ input_tokens: 9 });
    const messages = [{ role: 'user', content: 5 }];
    expect((await count({ model: 'group', messages })).json).toEqual({ input_tokens: 7 });
  });

  test.each<[object | string, number, string]>([
    [{ messages: HELLO }, 400, 'model parameter is required'],
    [{ model: 'group' }, 400, 'messages parameter is required'],
    [{ model: 'group', messages: 5 }, 400, 'messages parameter must be a list of objects'],
    [{ model: 'group', messages: ['a'] }, 400, 'messages parameter must be a list of objects'],
    [{ model: 'group', messages: HELLO, tools: 5 }, 400, 'tools parameter must be a list of objects'],
    [{ model: 'group', messages: HELLO, tools: {} }, 400, 'tools parameter must be a list of objects'],
    [{ model: 'group', messages: HELLO, tools: [5] }, 400, 'tools parameter must be a list of objects'],
    [{ model: 'group', messages: [{ role: 'user', content: [5] }] }, 400, 'neither a text nor an object'],
    ['{"model":', 400, 'Invalid JSON payload'],
    [{ model: 'group', messages: HELLO, api_base: 'http://evil.test' }, 401, 'api_base is not allowed'],
  ])('refuses %j', async (body, status, text) => {
    const exchange = await count(body);
    expect([exchange.status, exchange.text]).toEqual([status, expect.stringContaining(text)]);
  });
});
