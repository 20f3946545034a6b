/** The tools of a pipeline: chunks of a document by tokens, their embeddings, and a price. */
'use strict';

const { OpenAI } = require('openai');
const { get_encoding } = require('tiktoken');
const { estimateCost } = require('gpt-tokenizer/model/gpt-4o');
const { noteLater } = require('./packages/recorder.cjs');

const document = 'The quick brown fox jumps over the lazy dog; 日本語 too. '.repeat(30);

function chunks(text, size) {
  const encoding = get_encoding('cl100k_base');
  const ids = encoding.encode(text);
  const parts = [];
  for (let at = 0; at < ids.length; at += size)
    parts.push(new TextDecoder().decode(encoding.decode(ids.slice(at, at + size))));
  encoding.free();
  return parts;
}

noteLater('pipeline', async () => {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${process.env.PROVIDER}/v1` });
  const parts = chunks(document, 100);
  const { data } = await client.embeddings.create({ model: 'text-embedding-3-small', input: parts });
  return { parts, vector: data[0].embedding, cost: estimateCost(parts.length * 100) };
});
