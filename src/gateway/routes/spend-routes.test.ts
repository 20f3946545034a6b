import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { SnapshotParts } from '../../../test/support/snapshot.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';

const HELLO = [{ role: 'user', content: 'hello there' }];

const answerWith = (usage: JsonValue): JsonObject => ({
  completion_response: { ...COMPLETION, model: 'gpt-4o', usage },
});

async function ask(target: string, body: JsonObject | string, parts: SnapshotParts = {}): Promise<FakeExchange> {
  const to = new AssembledGateway({
    deployments: [
      openaiDeployment(),
      openaiDeployment({ model: 'openai/my-own', input_cost_per_token: 0.001, output_cost_per_token: 0.002 }, 'priced'),
    ],
    ...parts,
  });
  const exchange = to.post(target, body);
  await expect.poll(() => exchange.ended).toBe(true);
  return exchange;
}

describe('/spend/calculate', () => {
  const calculate = (body: JsonObject, parts: SnapshotParts = {}) => ask('/spend/calculate', body, parts);

  test.each<[string, JsonObject, number]>([
    ['messages, counted', { model: 'group', messages: HELLO }, 9 * 2e-6],
    ["at the deployment's own prices", { model: 'priced', messages: HELLO }, 9 * 0.001],
    ['an answer', { completion_response: { ...COMPLETION, model: 'gpt-4o' } }, 3 * 2e-6 + 2 * 1e-5],
  ])('%s', async (_name, body, cost) => {
    expect((await calculate(body)).json).toEqual({ cost: expect.closeTo(cost, 12) });
  });

  test('the price is the same for a prompt that is counted in slices', async () => {
    const messages = [{ role: 'user', content: 'hello there '.repeat(20_000) }];
    expect((await calculate({ model: 'group', messages })).json).toEqual({ cost: expect.closeTo(0.08, 2) });
  });

  test('discounts and margins hold', async () => {
    const parts = { litellmRaw: { cost_discount_config: { openai: 0.5 }, cost_margin_config: { global: 1 } } };
    expect((await calculate({ model: 'group', messages: HELLO }, parts)).json).toEqual({
      cost: expect.closeTo(9 * 2e-6, 12),
    });
  });

  test.each<[JsonObject, number, string, string | null]>([
    [{ model: 'group' }, 400, "messages must be provided if 'model' is provided", 'None'],
    [{}, 400, "Either 'model' or 'completion_response' must be provided", 'None'],
    [{ model: 'nope', messages: HELLO }, 400, 'LLM Provider NOT provided', null],
    [{ model: 'openai/nope', messages: HELLO }, 404, "This model isn't mapped yet", null],
    [answerWith('x'), 400, 'Bad Request - `completion_response.usage` has to be an object', 'None'],
    [answerWith({ prompt_tokens: -1000 }), 400, 'usage.prompt_tokens` has to be a finite number of at least 0', 'None'],
  ])('refuses %j', async (body, status, message, type) => {
    const exchange = await calculate(body);
    expect([exchange.status, exchange.json]).toEqual([
      status,
      { error: expect.objectContaining({ message: expect.stringContaining(message), type }) },
    ]);
  });
});

describe('/cost/estimate', () => {
  const estimate = (body: JsonObject | string, parts: SnapshotParts = {}) => ask('/cost/estimate', body, parts);

  test('prices a request and its repetitions, margin included', async () => {
    const body = { model: 'group', input_tokens: 1000, output_tokens: 500, num_requests_per_day: 10 };
    const { json } = await estimate(body, { litellmRaw: { cost_margin_config: { global: 0.1 } } });
    expect(json).toMatchObject({
      model: 'group',
      cost_per_request: expect.closeTo(0.0077, 12),
      input_cost_per_request: expect.closeTo(0.002, 12),
      output_cost_per_request: expect.closeTo(0.005, 12),
      margin_cost_per_request: expect.closeTo(0.0007, 12),
      daily_cost: expect.closeTo(0.077, 12),
      monthly_cost: null,
      input_cost_per_token: 2e-6,
      output_cost_per_token: 1e-5,
      provider: 'openai',
    });
  });

  test("takes the deployment's own prices, for the cache its input price", async () => {
    const body = { model: 'priced', input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 4 };
    expect((await estimate(body)).json).toMatchObject({
      cost_per_request: expect.closeTo(0.02, 12),
      cache_read_cost_per_request: expect.closeTo(0.004, 12),
      cache_read_input_token_cost: 0.001,
    });
  });

  test('says that a number is not finite', async () => {
    const { status, json } = await estimate('{"model":"group","input_tokens":1e400,"output_tokens":1}');
    const msg = 'Input should be a finite number';
    const finding = { type: 'finite_number', loc: ['body', 'input_tokens'], msg, input: 'Infinity' };
    expect([status, json]).toEqual([422, { detail: [finding] }]);
  });

  test.each<[JsonObject, number, string]>([
    [{ model: 'group', input_tokens: 1 }, 422, 'Field required'],
    [{ model: 'group', input_tokens: -1, output_tokens: 1 }, 422, 'greater than or equal to 0'],
    [
      { model: 'group', input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 2 },
      422,
      'cannot exceed input_tokens',
    ],
    [{ model: 'group', input_tokens: 1, output_tokens: 1, reasoning_tokens: 2 }, 422, 'cannot exceed output_tokens'],
    [{ model: 'nope', input_tokens: 1, output_tokens: 1 }, 404, "Could not calculate cost for model 'nope'"],
  ])('refuses %j', async (body, status, text) => {
    const exchange = await estimate(body);
    expect([exchange.status, exchange.text]).toEqual([status, expect.stringContaining(text)]);
  });
});
