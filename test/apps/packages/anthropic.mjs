/** What @anthropic-ai/sdk's documents show, against a scripted provider. */
import Anthropic from '@anthropic-ai/sdk';
import recorder from './recorder.cjs';

const { noteLater } = recorder;
const client = new Anthropic({ apiKey: 'sk-ant-test', baseURL: process.env.PROVIDER });
const request = { model: 'claude-sonnet-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'Say hello.' }] };
const told = ({ name, status, message, constructor }) => ({ name, status, message, class: constructor.name });

await noteLater('message', () => client.messages.create(request));
await noteLater('stream', async () => {
  const events = [];
  for await (const event of await client.messages.create({ ...request, stream: true })) events.push(event);
  return events;
});
await noteLater('stream helper', async () => (await client.messages.stream(request).finalMessage()).content);
for (const status of [400, 401, 429, 529]) {
  const failing = new Anthropic({
    apiKey: 'sk-ant-test',
    baseURL: `${process.env.PROVIDER}/status/${status}`,
    maxRetries: 0,
  });
  await noteLater(`status ${status}`, () => failing.messages.create(request).catch(told));
}
const nobody = new Anthropic({ apiKey: 'sk-ant-test', baseURL: 'http://127.0.0.1:9', maxRetries: 0 });
await noteLater('nobody there', () => nobody.messages.create(request).catch(told));
