import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import { deployment } from '../../../test/support/snapshot.ts';
import type { JsonObject } from '../../protocol/json.ts';

const LONG = [{ role: 'user', content: 'one two three four five six seven eight nine ten eleven twelve' }];

function limited(id: string, most: number | null, params: JsonObject = {}) {
  const model = { model: `openai/${id}`, api_base: `http://${id}.test/v1`, api_key: 'k' };
  return deployment(id, 'group', { ...model, ...params }, most === null ? {} : { max_input_tokens: most });
}

function gateway(deployments: ReturnType<typeof limited>[], checks = true): AssembledGateway {
  return new AssembledGateway({ deployments, routerRaw: { enable_pre_call_checks: checks } });
}

async function sent(to: AssembledGateway, body: Record<string, unknown> = { messages: LONG }): Promise<string[]> {
  const times = 8;
  for (let count = 0; count < times; count++) to.chat(body);
  await expect.poll(() => to.upstream.calls.length).toBe(times);
  return [...new Set(to.upstream.calls.map(({ request }) => request.origin))];
}

describe('enable_pre_call_checks', () => {
  test('leaves out deployments whose window is too small', async () => {
    expect(await sent(gateway([limited('small', 10), limited('big', 1000)]))).toEqual(['http://big.test']);
  });

  test('off, every deployment is taken', async () => {
    const origins = await sent(gateway([limited('small', 10)], false));
    expect(origins).toEqual(['http://small.test']);
  });

  test('says what was too small when none is left', async () => {
    const to = gateway([limited('small', 10), limited('other', 11)]);
    const exchange = to.chat({ messages: LONG });
    await expect.poll(() => exchange.ended).toBe(true);
    expect(to.upstream.calls).toHaveLength(0);
    expect(exchange.status).toBe(400);
    expect(exchange.json).toEqual({
      error: {
        message: expect.stringContaining(
          'litellm.ContextWindowExceededError: litellm.BadRequestError: litellm._pre_call_checks: Context Window ' +
            'exceeded for given call. No models have context window large enough for this call.\n' +
            'Model=openai/small, Max Input Tokens=10, Got=19Model=openai/other, Max Input Tokens=11, Got=19',
        ),
        type: 'invalid_request_error',
        param: null,
        code: '400',
      },
    });
  });

  test("the model's listed window holds where the deployment tells none", async () => {
    const prices = { 'gpt-tiny': { litellm_provider: 'openai', mode: 'chat', max_input_tokens: 5 } };
    const deployments = [
      deployment('one', 'group', { model: 'openai/gpt-tiny', api_base: 'http://p.test', api_key: 'k' }),
    ];
    const to = new AssembledGateway({ deployments, routerRaw: { enable_pre_call_checks: true } }, prices);
    const exchange = to.chat({ messages: LONG });
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.text).toContain('Max Input Tokens=5');
  });

  test('a group that tells no window is not counted, and sent in the same turn', () => {
    const to = gateway([limited('any', null)]);
    to.chat({ messages: LONG });
    expect(to.upstream.calls).toHaveLength(1);
  });

  test('messages that cannot be counted are sent', async () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 5 }] }];
    expect(await sent(gateway([limited('small', 10)]), { messages })).toEqual(['http://small.test']);
  });

  test("a client that leaves while its prompt is counted costs no provider's call", async () => {
    const to = gateway([limited('small', 1_000_000)]);
    const prompt = (word: string) => ({ messages: [{ role: 'user', content: word.repeat(40_000) }] });
    to.chat(prompt('left ')).leave();
    // As long, and counted behind it: when this one is sent, the first had its turn.
    to.chat(prompt('here '));
    await expect.poll(() => to.upstream.calls.length).toBeGreaterThan(0);
    const bodies = to.upstream.calls.map(({ request }) => Buffer.concat(request.body ?? []).toString());
    expect(bodies.map((body) => body.includes('left '))).toEqual([false]);
  });
});

test('the input of a response is counted as messages', async () => {
  const to = new AssembledGateway({
    deployments: [openaiDeployment({}, 'group')].map((one) => ({
      ...one,
      modelInfo: { ...one.modelInfo, max_input_tokens: 5 },
    })),
    routerRaw: { enable_pre_call_checks: true },
  });
  const exchange = to.post('/v1/responses', { model: 'group', input: 'one two three four', instructions: 'be brief' });
  await expect.poll(() => exchange.ended).toBe(true);
  expect(exchange.text).toContain('Max Input Tokens=5, Got=17');
});
