import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { deployment, snapshotWith } from '../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { startGateway, type RunningGateway } from './start-gateway.ts';
import { CountedConfigurations, type SnapshotSource } from './threads/configuration-source.ts';

class ChangingSource implements SnapshotSource {
  listeners: ((snapshot: ConfigSnapshot) => void)[] = [];
  #current: ConfigSnapshot;

  constructor(first: ConfigSnapshot) {
    this.#current = first;
  }

  current(): ConfigSnapshot {
    return this.#current;
  }

  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener);
    };
  }

  reload(snapshot: ConfigSnapshot): void {
    this.#current = snapshot;
    for (const listener of this.listeners) listener(snapshot);
  }
}

const OLD = snapshotWith({ deployments: [deployment('old', 'old', { model: 'simulated/gap-20ms+tokens-6' })] });
const NEW = snapshotWith({
  deployments: [deployment('new', 'new', { model: 'simulated/fast' })],
  general: { masterKey: 'sk-other' },
});

const running: RunningGateway[] = [];

async function start(source: SnapshotSource, drainTimeoutMs = 5000): Promise<RunningGateway> {
  const log = pino({ level: 'silent' });
  const gateway = await startGateway({
    configurations: new CountedConfigurations(source, 1),
    lane: 0,
    host: '127.0.0.1',
    port: 0,
    log,
    drainTimeoutMs,
  });
  running.push(gateway);
  return gateway;
}

afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop('the test is over');
});

async function chat(url: string, model: string, key: string, stream = false): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hello there' }] }),
  });
}

describe('startGateway', () => {
  test('a reload is in force for the next request; one that runs keeps what it began with', async () => {
    const source = new ChangingSource(OLD);
    const { url } = await start(source);
    const stream = await chat(url, 'old', 'sk-1234', true);
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    source.reload(NEW);
    expect((await chat(url, 'old', 'sk-1234')).status).toBe(401);
    expect((await chat(url, 'old', 'sk-other')).status).toBe(400);
    expect((await chat(url, 'new', 'sk-other')).status).toBe(200);
    let text = Buffer.from(first.value ?? []).toString();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += Buffer.from(part.value).toString();
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(stream.headers.get('x-litellm-model-id')).toBe('old');
  });

  test('stopping lets a running request end, refuses new ones and stops listening for reloads', async () => {
    const source = new ChangingSource(OLD);
    const gateway = await start(source);
    const stream = await chat(gateway.url, 'old', 'sk-1234', true);
    const stopped = gateway.stop('test');
    expect(await stream.text()).toMatch(/data: \[DONE\]\n\n$/);
    await stopped;
    running.splice(0);
    expect(source.listeners).toEqual([]);
    await expect(chat(gateway.url, 'old', 'sk-1234')).rejects.toThrow(TypeError);
  });

  test('what still runs when the drain time is over is cut and never looks complete', async () => {
    const slow = snapshotWith({ deployments: [deployment('old', 'old', { model: 'simulated/stall-2' })] });
    const gateway = await start(new ChangingSource(slow), 50);
    const stream = await chat(gateway.url, 'old', 'sk-1234', true);
    const stopped = gateway.stop('test');
    await expect(stream.text()).rejects.toThrow('terminated');
    await stopped;
    running.splice(0);
  });

  test('does not start with a price map that cannot be read, and names it', async () => {
    const environment = { FAST_LITELLM_PRICES: '/nowhere/prices.json' };
    const source = new ChangingSource(snapshotWith({ environment }));
    await expect(start(source)).rejects.toThrow('/nowhere/prices.json cannot be read');
    expect(source.listeners).toEqual([]);
  });

  test('tells where it listens', async () => {
    const { url, port } = await start(new ChangingSource(OLD));
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`${url}/health/liveliness`)).status).toBe(200);
  });
});
