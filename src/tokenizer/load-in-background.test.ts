import { describe, expect, it } from 'vitest';
import type { EncodingName } from './contract.ts';
import { getEncoding } from './get-encoding.ts';
import { loadEncoding } from './load-in-background.ts';
import { buildTable, sharedTable } from './shared-tables.ts';

/** Turns of the event loop while something is going on. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work;
  isOver = true;
  return turns;
}

describe('loadEncoding', () => {
  it('leaves the event loop to others, and builds the table that is built here', async () => {
    expect(sharedTable('o200k_base')).toBeNull();
    expect(await turnsDuring(loadEncoding('o200k_base'))).toBeGreaterThan(20);
    const table = sharedTable('o200k_base');
    expect(table).not.toBeNull();
    expect(Buffer.from(table as SharedArrayBuffer).equals(Buffer.from(buildTable('o200k_base').shared))).toBe(true);
    expect((await loadEncoding('o200k_base')).encodeOrdinary('Hello world')).toEqual([13_225, 2375]);
  });

  it('gives the object of getEncoding, and asks nobody for what is open', async () => {
    const never = (): never => {
      throw new Error('not asked');
    };
    expect(await loadEncoding('o200k_base', never)).toBe(getEncoding('o200k_base'));
    expect((await loadEncoding('o200k_harmony', never)).name).toBe('o200k_harmony');
  });

  it('builds once for loads that overlap', async () => {
    let builds = 0;
    const build = async (ranks: string): Promise<SharedArrayBuffer> => {
      builds += 1;
      return buildTable(ranks).shared;
    };
    const names: EncodingName[] = ['p50k_base', 'p50k_edit', 'p50k_base'];
    const loaded = await Promise.all(names.map((name) => loadEncoding(name, build)));
    expect([builds, loaded.map(({ name }) => name)]).toEqual([1, names]);
  });

  it('keeps the table of a synchronous call that was faster', async () => {
    let finish: (table: SharedArrayBuffer) => void = () => undefined;
    const load = loadEncoding('r50k_base', () => new Promise((resolve) => (finish = resolve)));
    const encoding = getEncoding('r50k_base');
    const table = sharedTable('r50k_base');
    finish(buildTable('r50k_base').shared);
    expect(await load).toBe(encoding);
    expect(sharedTable('r50k_base')).toBe(table);
  });

  it('builds here when no thread can be had', async () => {
    const encoding = await loadEncoding('claude', () => Promise.reject(new Error('no threads')));
    expect(encoding.count('hello')).toBe(1);
  });

  it('refuses a name that there is not', async () => {
    await expect(loadEncoding('gpt2000' as EncodingName)).rejects.toThrow(/There is no encoding/);
  });
});
