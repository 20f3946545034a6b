/** Model names that no header can carry are answered like any other: a `?` stands in the header. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';

let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await GatewayProcess.start(`
model_list:
  - { model_name: fixed, litellm_params: { model: simulated/fast+模型 } }
  - { model_name: "any/*", litellm_params: { model: simulated/* } }
general_settings: { master_key: sk-1234 }
`);
});

afterAll(async () => {
  await gateway.stop();
});

async function post(route: string, body: object): Promise<Response> {
  return await fetch(`${gateway.url}${route}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-1234', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
}

const messages = [{ role: 'user', content: 'x' }];
const ODD = ['日本', '😀', 'a\r\nb', '\u0000', '\u007F', '\uD800', 'é', '\u0085'];
const NAMES = ['fixed', ...ODD.map((odd) => `any/fast+${odd}`)];

describe.each(NAMES)('model %j', (model) => {
  it.each([
    ['/v1/chat/completions', { model, messages }],
    ['/v1/chat/completions', { model, messages, stream: true }],
    ['/v1/embeddings', { model, input: 'x' }],
    ['/v1/audio/speech', { model, input: 'x', voice: 'alloy' }],
  ])('%s %j', async (route, body) => {
    const reply = await post(route, body);
    expect([reply.status, (await reply.arrayBuffer()).byteLength > 0]).toEqual([200, true]);
    expect(reply.headers.get('x-litellm-model-name')).toMatch(/^simulated\/fast\+[\x20-\x7e]+$/);
  });
});

it('answers provider errors and passed deadlines', async () => {
  const failed = await post('/v1/chat/completions', { model: 'any/error-500+日本', messages });
  expect(failed.status).toBe(500);
  const late = await post('/v1/chat/completions', { model: 'any/slow-4s+日本', messages, timeout: 0.2 });
  expect(late.status).toBe(408);
});
