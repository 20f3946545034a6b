import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TokenizerThread } from './tokenizer-thread.ts';

const fixtureSchema = z.object({
  tokenizer: z.looseObject({}),
  rows: z.array(z.object({ text: z.string(), ids: z.array(z.number()) })),
});
const { tokenizer: json, rows } = fixtureSchema.parse(
  JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../test/fixtures/tokenizers/byte-level-bpe.json'), 'utf8'),
  ),
);
const folder = mkdtempSync(path.join(tmpdir(), 'tokenizers-'));
const file = path.join(folder, 'tokenizer.json');
writeFileSync(file, JSON.stringify(json));
afterAll(() => rmSync(folder, { recursive: true }));

describe('TokenizerThread', () => {
  test('counts as the tokenizer does, in order', async () => {
    const thread = new TokenizerThread(() => expect.unreachable());
    const tokenizer = await thread.load('mine', { file });
    expect(tokenizer.name).toBe('mine');
    expect(await tokenizer.counts(rows.map(({ text }) => text))).toEqual(rows.map(({ ids }) => ids.length));
    expect(await Promise.all([tokenizer.counts([]), tokenizer.counts(['a'])])).toEqual([[], [2]]);
    await thread.close();
  });

  test('tells what cannot be loaded, by code and without the token', async () => {
    const thread = new TokenizerThread(() => expect.unreachable());
    await expect(thread.load('none', { file: path.join(folder, 'none.json') })).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('check its path'),
    });
    const bad = thread.load('bad', { identifier: 'not a name', authToken: 'hf_canary' });
    await expect(bad).rejects.toThrow(/owner\/name/);
    await expect(bad).rejects.not.toThrow(/canary/);
    await thread.close();
  });

  test('a dropped tokenizer and a closed thread answer with errors', async () => {
    const thread = new TokenizerThread(() => expect.unreachable());
    const tokenizer = await thread.load('mine', { file });
    tokenizer.drop();
    await expect(tokenizer.counts(['a'])).rejects.toThrow('dropped');
    const running = tokenizer.counts(['a']);
    const closed = thread.close();
    await expect(running).rejects.toThrow('has ended');
    await closed;
    await expect(tokenizer.counts(['a'])).rejects.toThrow('has ended');
  });
});
