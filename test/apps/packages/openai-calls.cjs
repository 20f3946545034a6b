/** What openai's documents show, against a scripted provider. */
'use strict';

const { note, noteLater } = require('./recorder.cjs');

const provider = process.env.PROVIDER;
const messages = [{ role: 'user', content: 'Say hello.' }];
const told = (error) => ({
  class: error.constructor.name,
  name: error.name,
  status: error.status,
  code: error.code,
  message: error.message,
  requestID: error.requestID,
  cause: error.cause?.name,
});

module.exports = async function callOpenai(OpenAI) {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${provider}/v1`, maxRetries: 2 });
  await noteLater('chat', () => client.chat.completions.create({ model: 'gpt-4o', messages }));
  await noteLater(
    'request id',
    async () => (await client.chat.completions.create({ model: 'gpt-4o', messages }))._request_id,
  );
  await noteLater('with response', async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: 'gpt-4o', messages })
      .withResponse();
    return [data.choices[0].message.content, response.status, response.headers.get('x-request-id'), request_id];
  });
  await noteLater('stream', async () => {
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true }))
      chunks.push(chunk);
    return chunks;
  });
  await noteLater('stream left early', async () => {
    for await (const chunk of await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true }))
      return chunk;
  });
  await noteLater('embeddings', () =>
    client.embeddings.create({ model: 'text-embedding-3-small', input: 'hi', encoding_format: 'float' }),
  );
  await noteLater('responses', () => client.responses.create({ model: 'gpt-4o', input: 'Say hello.' }));
  for (const status of [400, 401, 403, 404, 422, 429, 500]) {
    const failing = new OpenAI({ apiKey: 'sk-test', baseURL: `${provider}/status/${status}`, maxRetries: 0 });
    await noteLater(`status ${status}`, () =>
      failing.chat.completions.create({ model: 'gpt-4o', messages }).catch(told),
    );
  }
  const retrying = new OpenAI({ apiKey: 'sk-test', baseURL: `${provider}/twice-failing`, maxRetries: 3 });
  await noteLater('retried', () => retrying.chat.completions.create({ model: 'gpt-4o', messages }));
  const nobody = new OpenAI({ apiKey: 'sk-test', baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 });
  await noteLater('nobody there', () => nobody.chat.completions.create({ model: 'gpt-4o', messages }).catch(told));
  const slow = new OpenAI({ apiKey: 'sk-test', baseURL: `${provider}/hang`, maxRetries: 0, timeout: 100 });
  await noteLater('timeout', () => slow.get('', {}).catch(told));
  await noteLater('aborted', () => {
    const controller = new AbortController();
    controller.abort();
    return client.chat.completions.create({ model: 'gpt-4o', messages }, { signal: controller.signal }).catch(told);
  });
  await noteLater('fetch of its own', async () => {
    const urls = [];
    const own = new OpenAI({
      apiKey: 'sk-test',
      baseURL: `${provider}/v1`,
      fetch: (url, init) => {
        urls.push(new URL(url).pathname);
        return fetch(url, init);
      },
    });
    await own.chat.completions.create({ model: 'gpt-4o', messages });
    return urls;
  });
  note('errors', () => ['APIError', 'RateLimitError', 'APIConnectionError'].map((name) => typeof OpenAI[name]));
};
