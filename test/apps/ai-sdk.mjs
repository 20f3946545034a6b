/** The Vercel AI SDK: a stream to a client, a structured answer, and a budget of tokens. */
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';
import { countTokens, encodeChat } from 'gpt-tokenizer/model/gpt-4o';
import recorder from './packages/recorder.cjs';

const { note, noteLater } = recorder;
const openai = createOpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/v1` });
const messages = [
  { role: 'system', content: 'You are helpful.' },
  { role: 'user', content: 'Say hello to 世界.' },
];

note('budget', () => [countTokens('Say hello to 世界.'), encodeChat(messages).length]);
await noteLater('text', async () => {
  const { text, usage } = await generateText({ model: openai('gpt-4o'), prompt: 'Say hello.' });
  return { text, usage };
});
await noteLater('stream', async () => {
  const result = streamText({ model: openai.chat('gpt-4o'), prompt: 'Say hello.' });
  const parts = [];
  for await (const part of result.textStream) parts.push(part);
  return { parts, reason: await result.finishReason, usage: await result.usage };
});
await noteLater('response', async () => {
  const result = streamText({ model: openai.chat('gpt-4o'), prompt: 'Say hello.' });
  return (await result.toTextStreamResponse().text()).length;
});
