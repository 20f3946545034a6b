/** A model name of 1 MB is refused without being sent back twice. */
import { expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawRequest } from '../support/raw-reply.ts';

it('answers briefly', async () => {
  const gateway = await GatewayProcess.start(`
model_list:
  - model_name: m
    litellm_params: { model: simulated/fast }
general_settings: { master_key: sk-1234 }
`);
  const body = JSON.stringify({ model: 'm'.repeat(1_000_000), messages: [{ role: 'user', content: 'x' }] });
  const bytes = jsonPost('/v1/chat/completions', body, ['authorization: Bearer sk-1234']);
  const reply = await rawRequest(gateway.port, bytes);
  await gateway.stop();
  expect(reply.answers[0]?.status).toBe(400);
  expect(reply.bytes.length).toBeLessThan(20_000);
});
