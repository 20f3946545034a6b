/** What the AI SDK's documents show, against a scripted provider. */
import { createOpenAI } from '@ai-sdk/openai';
import { embed, generateText, streamText } from 'ai';
import recorder from './recorder.cjs';

const { noteLater } = recorder;
const openai = createOpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/v1` });
const told = ({ name, message, statusCode, reason }) => ({ name, message, statusCode, reason });

await noteLater('text', async () => {
  const { text, finishReason, usage } = await generateText({ model: openai('gpt-4o'), prompt: 'Say hello.' });
  return { text, finishReason, usage };
});
await noteLater('chat', async () => (await generateText({ model: openai.chat('gpt-4o'), prompt: 'Say hello.' })).text);
await noteLater('stream', async () => {
  const parts = [];
  for await (const part of streamText({ model: openai.chat('gpt-4o'), prompt: 'Say hello.' }).textStream)
    parts.push(part);
  return parts;
});
await noteLater('embedding', async () => {
  const { embedding, usage } = await embed({ model: openai.embedding('text-embedding-3-small'), value: 'hi' });
  return { embedding, usage };
});
for (const status of [401, 429]) {
  const failing = createOpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/status/${status}` });
  await noteLater(`status ${status}`, () =>
    generateText({ model: failing('gpt-4o'), prompt: 'x', maxRetries: 0 }).catch(told),
  );
}
