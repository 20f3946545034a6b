/** A chat with a bounded history: counts with js-tiktoken and gpt-tokenizer, limits callers, asks OpenAI. */
import { isWithinTokenLimit } from 'gpt-tokenizer/model/gpt-4o';
import { encodingForModel } from 'js-tiktoken';
import OpenAI from 'openai';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import recorder from './packages/recorder.cjs';

const encoding = encodingForModel('gpt-4o');
const limiter = new RateLimiterMemory({ points: 5, duration: 3600 });
const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/v1` });
const history = [];

async function ask(user, text) {
  try {
    await limiter.consume(user);
  } catch ({ consumedPoints }) {
    return { refused: consumedPoints };
  }
  history.push({ role: 'user', content: text });
  while (!isWithinTokenLimit(history, 60)) history.shift();
  const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages: history });
  const { content } = choices[0].message;
  history.push({ role: 'assistant', content });
  return { content, tokens: encoding.encode(text).length, kept: history.length };
}

for (let i = 0; i < 7; i += 1) {
  await recorder.noteLater(`question ${i}`, () =>
    ask(i % 3 === 2 ? 'bob' : 'ann', `Question number ${i}: 你好, who are you?\n  `),
  );
}
