import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { loadHuggingFaceTokenizer } from './hugging-face.ts';

const folder = path.join(import.meta.dirname, '../../test/fixtures/tokenizers');
/** A tokenizer, and what Hugging Face's tokenizers 0.23.3 for Python answer. */
const fixtureSchema = z.object({
  tokenizer: z.looseObject({}),
  rows: z.array(z.object({ text: z.string(), ids: z.array(z.number()), decoded: z.string() })),
});
const fixture = (name: string) =>
  fixtureSchema.parse(JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')));

describe.each(['byte-level-bpe', 'sentencepiece-bpe', 'unigram'])('%s', (name) => {
  test('has the ids and texts of the original', async () => {
    const { tokenizer: json, rows } = fixture(name);
    const tokenizer = await loadHuggingFaceTokenizer({ json });
    for (const { text, ids, decoded } of rows) {
      expect(tokenizer.encodeOrdinary(text)).toEqual(ids);
      expect(tokenizer.count(text)).toBe(ids.length);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });
});

describe('sources', () => {
  test('the hub, with revision and token', async () => {
    const asked: unknown[] = [];
    const json = JSON.stringify(fixture('unigram').tokenizer);
    const tokenizer = await loadHuggingFaceTokenizer(
      { identifier: 'owner/name', revision: 'v1', authToken: 'hf_x' },
      (url, headers) => {
        asked.push(url, headers);
        return Promise.resolve(json);
      },
    );
    expect(asked).toEqual([
      'https://huggingface.co/owner/name/resolve/v1/tokenizer.json',
      { authorization: 'Bearer hf_x' },
    ]);
    expect([tokenizer.name, tokenizer.count('hello')]).toEqual(['owner/name', 1]);
  });

  test('a JSON text and a file', async () => {
    const json = JSON.stringify(fixture('unigram').tokenizer);
    expect((await loadHuggingFaceTokenizer({ json })).count('hello world')).toBe(2);
    await expect(loadHuggingFaceTokenizer({ file: path.join(folder, 'none.json') })).rejects.toThrow(/check its path/);
    await expect(loadHuggingFaceTokenizer({ file: path.join(folder, 'unigram.json') })).rejects.toThrow(
      /not a tokenizer/,
    );
  });

  test.each([[{ json: '{' }], [{ json: '7' }], [{ json: {} }], [{ json: { model: { type: 'BPE' } } }]])(
    '%j is refused',
    async (source) => {
      await expect(loadHuggingFaceTokenizer(source)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  test.each([['../../etc'], ['a/b/c'], ['a b'], ['http://x']])('the name %s is refused', async (identifier) => {
    await expect(loadHuggingFaceTokenizer({ identifier })).rejects.toThrow(/owner\/name/);
  });

  test('a download that fails says so without the token', async () => {
    const failing = loadHuggingFaceTokenizer({ identifier: 'a/b', authToken: 'hf_secret' }, () =>
      Promise.reject(new Error('no network')),
    );
    await expect(failing).rejects.toThrow(/a\/b could not be downloaded/);
    await expect(failing).rejects.not.toThrow(/hf_secret/);
  });
});
