/** What the documents of npm litellm show, against a scripted provider. */
'use strict';

const { note, noteLater } = require('./recorder.cjs');

const provider = process.env.PROVIDER;
const baseUrl = `${provider}/v1`;
const messages = [{ role: 'user', content: 'Say hello.' }];
const told = (error) => ({
  class: error.constructor.name,
  name: error.name,
  status: error.status,
  code: error.code,
  message: error.message,
  requestID: error.request_id,
});

process.env.OPENAI_API_KEY = 'sk-from-environment';
process.env.OPENAI_BASE_URL = baseUrl;

module.exports = async function callLitellm({ completion, embedding }) {
  note('functions', () => [completion, embedding].map(({ name, length }) => [name, length]));
  await noteLater('completion', () => completion({ model: 'gpt-4o', messages, baseUrl }));
  await noteLater('request id', async () => (await completion({ model: 'gpt-4o', messages, baseUrl }))._request_id);
  await noteLater('key of its own', () =>
    completion({ model: 'gpt-4o', messages, baseUrl: `${baseUrl}/`, apiKey: 'sk-own' }),
  );
  await noteLater('prefix', () =>
    completion({ model: 'openai/gpt-4o', messages, baseUrl, temperature: 0, stop: undefined, n: null }),
  );
  await noteLater('not streamed', () => completion({ model: 'gpt-4o', messages, baseUrl, stream: false }));
  await noteLater('stream', async () => {
    const chunks = [];
    for await (const chunk of await completion({ model: 'gpt-4o', messages, baseUrl, stream: true }))
      chunks.push(chunk);
    return chunks;
  });
  for (const status of [400, 401, 404])
    await noteLater(`status ${status}`, () =>
      completion({ model: 'gpt-4o', messages, baseUrl: `${provider}/status/${status}` }).catch(told),
    );
  await noteLater('retried', () => completion({ model: 'gpt-4o', messages, baseUrl: `${provider}/twice-failing` }));
  await noteLater('unknown model', () => completion({ model: 'nobody-1', messages }).catch(told));
  await noteLater('nothing', () => completion().catch(told));
  await noteLater('embedding', () => embedding({ model: 'text-embedding-3-small', input: 'hello' }));
  await noteLater('embeddings', () =>
    embedding({ model: 'text-embedding-3-small', input: ['hello', 'there'], apiKey: 'sk-own' }),
  );
  await noteLater('unknown embedding', () => embedding({ model: 'nobody', input: 'x' }).catch(told));
  delete process.env.OPENAI_API_KEY;
  await noteLater('without a key', () => completion({ model: 'gpt-4o', messages, baseUrl }).catch(told));
};
