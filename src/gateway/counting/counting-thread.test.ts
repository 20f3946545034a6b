import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createModelTokenCounter } from '../../tokenizer/chat/model-token-counter.ts';
import { getEncoding } from '../../tokenizer/get-encoding.ts';
import { CountingThread, startBodyThread, type BodySource, type CountingThreadOptions } from './counting-thread.ts';

const HOW = {
  model: 'gpt-4o',
  encoding: 'o200k_base',
  table: null,
  families: { openai: true, anthropic: false, cohere: false },
} as const;

const threads: CountingThread[] = [];
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
});

function started(options: CountingThreadOptions = {}): CountingThread {
  const thread = new CountingThread(options);
  threads.push(thread);
  return thread;
}

/** A tool call with that many arguments. */
const wide = (keys: number): object => ({
  model: 'group',
  messages: [
    {
      role: 'assistant',
      content: [
        {
          type: 'tool_use',
          id: 'x',
          name: 'f',
          input: Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i])),
        },
      ],
    },
  ],
});

function source(body: object, kind: BodySource['kind'] = 'count-tokens'): BodySource {
  return { kind, views: [Buffer.from(JSON.stringify(body))], members: null, wantsHead: false };
}

const LOST = { code: 'service_unavailable', status: 503, retryable: true, message: expect.stringContaining('ended') };

describe('CountingThread', () => {
  test('counts a body that came in pieces, and says what the body names', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...wide(5000), system: 'é'.repeat(1_000_000) }));
    const cut = [0, 1, 70_000, 70_001, bytes.length - 3].map((from, i, all) => bytes.subarray(from, all[i + 1]));
    const opened = await started().open({ ...source({}), views: cut });
    expect([opened.model, opened.refusal, opened.head]).toEqual(['group', null, null]);
    const { system, messages } = JSON.parse(bytes.toString()) as { system: string; messages: [] };
    const counter = createModelTokenCounter({
      families: {
        version: 1,
        isOpenaiModel: () => true,
        isAnthropicModel: () => false,
        isCohereModel: () => false,
      },
      encoding: getEncoding,
      mode: 'litellm',
    });
    const all = { model: 'gpt-4o', messages: [{ role: 'system', content: system }, ...messages] };
    expect(await opened.count(HOW)).toBe(counter.count(all));
  });

  test('the loop turns while it counts', async () => {
    const thread = started();
    await (await thread.open(source(wide(10)))).count(HOW);
    let turns = 0;
    let isOver = false;
    const turning = (async () => {
      for (; !isOver; turns++) await nextTurn();
    })();
    const body = source(wide(350_000));
    expect(body.views[0]?.length).toBeGreaterThan(4_500_000);
    const opened = await thread.open(body);
    const beforeCount = turns;
    await opened.count(HOW);
    isOver = true;
    await turning;
    expect(beforeCount).toBeGreaterThan(100);
    expect(turns - beforeCount).toBeGreaterThan(100);
  });

  test('a thread that dies fails the bodies it had, and the next one starts another', async () => {
    const workers: Worker[] = [];
    const thread = started({
      startWorker: () => {
        const worker = startBodyThread();
        workers.push(worker);
        return worker;
      },
    });
    const held = await thread.open(source(wide(10)));
    const counted = await thread.open(source(wide(100_000)));
    const running = counted.count(HOW);
    void workers[0]?.terminate();
    await expect(running).rejects.toMatchObject(LOST);
    await expect(held.count(HOW)).rejects.toMatchObject(LOST);
    const next = await thread.open(source(wide(10)));
    expect(await next.count(HOW)).toBeGreaterThan(10);
    expect(workers).toHaveLength(2);
  });

  test('closing it fails the bodies it had', async () => {
    const thread = started();
    const held = await thread.open(source(wide(10)));
    await thread.close();
    await expect(held.count(HOW)).rejects.toMatchObject(LOST);
  });

  test('refuses what is too much to wait, but never a body that is alone', async () => {
    const thread = started({ mostWaitingBytes: 100 });
    const first = await thread.open(source(wide(100)));
    await expect(thread.open(source(wide(1)))).rejects.toMatchObject({
      code: 'service_unavailable',
      retryable: true,
      options: { retryAfterSeconds: 1 },
    });
    first.drop();
    first.drop();
    const second = await thread.open(source(wide(100)));
    expect(await second.count(HOW)).toBeGreaterThan(100);
  });

  test('is not there before a body, and ends when none comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const thread = started({ idleMs: 5 });
    expect(thread.threadId).toBeNull();
    const opened = await thread.open(source(wide(10)));
    vi.advanceTimersByTime(1000);
    expect(thread.threadId).not.toBeNull();
    await opened.count(HOW);
    vi.advanceTimersByTime(5);
    vi.useRealTimers();
    await expect.poll(() => thread.threadId).toBeNull();
  });

  test('does not hold the process', () => {
    const module = JSON.stringify(new URL('counting-thread.ts', import.meta.url));
    const code = `
      const { CountingThread } = await import(${module});
      const holding = setInterval(() => {}, 1000);
      const views = [Buffer.from('{"model":"group","messages":[{}]}')];
      const { model } = await new CountingThread().open({ kind: 'count-tokens', views, members: null, wantsHead: false });
      process.stdout.write(model);
      clearInterval(holding);`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect([child.status, child.stdout]).toEqual([0, 'group']);
  });

  test('a refusal comes with its parts, and does not repeat what is large', async () => {
    const thread = started();
    const missing = await thread.open(source({ messages: [{}] }));
    expect(missing.refusal).toMatchObject({
      code: 'bad_request',
      options: { detail: { error: 'model parameter is required' } },
    });
    const broken = { ...source({}), views: [Buffer.from('{"model":')] };
    await expect(thread.open(broken)).rejects.toMatchObject({ code: 'invalid_json' });
    const texts = { model: 'group', messages: ['a', 'b'.repeat(10_000), ...Array.from({ length: 300 }, () => 'c')] };
    const { refusal } = await thread.open(source(texts, 'token-counter'));
    const detail = refusal?.options.detail as { input: unknown }[];
    expect([refusal?.code, detail.length]).toEqual(['unprocessable', 100]);
    expect(detail.slice(0, 3).map(({ input }) => input)).toEqual(['a', null, 'c']);
  });
});
