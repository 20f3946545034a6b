/** LangChain.js: a chat model, an embedding model, and its token counts, whose ranks come from a cache of the program. */
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { encodingForModel } from '@langchain/core/utils/tiktoken';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { createRequire } from 'node:module';
import recorder from './packages/recorder.cjs';

const { noteLater } = recorder;
const load = createRequire(import.meta.url);

// LangChain fetches ranks when it first needs them; this program has them at hand.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const [, name] = /tiktoken\.pages\.dev\/js\/(\w+)\.json/.exec(String(input)) ?? [];
  return name === undefined ? fetch(input, init) : Promise.resolve(Response.json(load(`js-tiktoken/ranks/${name}`)));
};

const configuration = { baseURL: `${process.env.PROVIDER}/v1` };
const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'sk-test', configuration });
const messages = [new SystemMessage('Be brief.'), new HumanMessage('Say hello.')];

await noteLater('invoke', async () => (await model.invoke(messages)).content);
await noteLater('stream', async () => {
  const parts = [];
  for await (const chunk of await model.stream(messages)) parts.push(chunk.content);
  return parts;
});
await noteLater('tokens', async () => [
  await model.getNumTokens('How many tokens? 你好'),
  await model.getNumTokens(''),
]);
await noteLater('encoding', async () => (await encodingForModel('gpt-4o')).encode('Hello, LangChain!'));
await noteLater('embedding', () =>
  new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: 'sk-test', configuration }).embedQuery('hello'),
);
