/** A provider's redirect is an error for the client, and no status below 400 presents it as anything else. */
import { expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

it('answers 4xx or 5xx', async () => {
  const provider = await ScriptedProvider.start();
  const gateway = await GatewayProcess.start(`
model_list:
  - model_name: "*"
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: k }
router_settings: { num_retries: 0, disable_cooldowns: true }
general_settings: { master_key: sk-1234 }
`);
  const seen: number[] = [];
  for (const status of [300, 301, 302, 303, 304, 307, 308]) {
    provider.on('*', (call) => call.answer(status, '', ['location: http://127.0.0.1:1/']));
    for (const stream of [false, true]) seen.push((await chat(gateway.url, { model: 'm', stream })).status);
  }
  await gateway.stop();
  await provider.close();
  expect(seen.filter((status) => status < 400)).toEqual([]);
});
