import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Transport, TransportError, UpstreamCall, UpstreamReceiver } from '../../wire/contract.ts';
import { createSimulatedTransport, SIMULATED_ORIGIN } from './simulated-transport.ts';

const OPTIONS = { connections: 1, maxWaiting: 1, connectTimeoutMs: 1, keepAliveMs: 1, verifyTls: true };

function transport(): Transport {
  return createSimulatedTransport({ now: () => 1_800_000_000_123 })(SIMULATED_ORIGIN, OPTIONS);
}

interface Played {
  readonly call: UpstreamCall;
  readonly seen: string[];
  readonly chunks: Buffer[];
  readonly times: number[];
  readonly error: () => TransportError | null;
  readonly status: () => number;
  readonly text: () => string;
}

function send(target: Transport, model: string, more: object = {}, onData?: (call: UpstreamCall) => void): Played {
  const body = Buffer.from(JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...more }));
  const seen: string[] = [];
  const chunks: Buffer[] = [];
  const times: number[] = [];
  let error: TransportError | null = null;
  let status = 0;
  const receiver: UpstreamReceiver = {
    onSent: () => seen.push('sent'),
    onHead: (code) => {
      status = code;
      seen.push('head');
    },
    onData: (chunk) => {
      seen.push('data');
      chunks.push(chunk);
      times.push(performance.now());
      onData?.(call);
    },
    onEnd: () => seen.push('end'),
    onError: (failure) => {
      error = failure;
      seen.push('error');
    },
  };
  const call = target.send(
    {
      origin: SIMULATED_ORIGIN,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: ['content-type', 'application/json'],
      body: [body.subarray(0, 5), body.subarray(5)],
      bodyLength: body.length,
    },
    receiver,
  );
  const text = (): string => Buffer.concat(chunks).toString();
  return { call, seen, chunks, times, error: () => error, status: () => status, text };
}

const STREAM = { stream: true };

describe('the simulated transport', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls nothing within send and keeps the order sent, head, data, end', async () => {
    const played = send(transport(), 'fast');
    expect(played.seen).toEqual([]);
    await vi.runAllTimersAsync();
    expect(played.seen).toEqual(['sent', 'head', 'data', 'end']);
    expect(played.status()).toBe(200);
  });

  it('gives the same request the same answer at the same pace, and another one another', async () => {
    const runs = [];
    for (const model of ['gpt', 'gpt', 'gpt-2']) {
      const start = performance.now();
      const played = send(transport(), model, STREAM);
      await vi.runAllTimersAsync();
      runs.push({ text: played.text(), times: played.times.map((time) => Math.round(time - start)) });
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]?.text).not.toBe(runs[0]?.text);
    const [first = 0, second = 0] = runs[0]?.times ?? [];
    expect(first).toBeGreaterThanOrEqual(60);
    expect(second).toBeGreaterThan(first);
  });

  it('waits as long as the name says', async () => {
    const played = send(transport(), 'fast+slow-500ms');
    await vi.advanceTimersByTimeAsync(498);
    expect(played.seen).toEqual(['sent']);
    await vi.advanceTimersByTimeAsync(10);
    expect(played.seen).toContain('end');
  });

  it('keeps the gap between the events of a stream', async () => {
    const played = send(transport(), 'fast+gap-100ms', STREAM);
    await vi.advanceTimersByTimeAsync(350);
    expect(played.chunks.length).toBe(4);
  });

  it('takes a plain answer as long as its stream would take', async () => {
    const plain = send(transport(), 'slow-0ms+gap-10ms+tokens-100');
    await vi.advanceTimersByTimeAsync(990);
    expect(plain.seen).toEqual(['sent']);
    await vi.advanceTimersByTimeAsync(20);
    expect(plain.seen).toContain('end');
  });

  it('says nothing after an abort and leaves no timer', async () => {
    for (const wait of [0, 30, 300]) {
      const target = transport();
      const played = send(target, 'gpt', STREAM);
      await vi.advanceTimersByTimeAsync(wait);
      played.call.abort();
      const before = played.seen.length;
      expect(vi.getTimerCount()).toBe(0);
      await vi.runAllTimersAsync();
      expect(played.seen).toHaveLength(before);
      expect(target.counters().busy).toBe(0);
    }
  });

  it('stops at an abort from within onData, also in a burst', async () => {
    const played = send(transport(), 'fast', STREAM, (call) => call.abort());
    await vi.runAllTimersAsync();
    expect(played.seen).toEqual(['sent', 'head', 'data']);
  });

  it('holds back while paused and loses nothing', async () => {
    const whole = send(transport(), 'fast+tokens-300', STREAM);
    await vi.runAllTimersAsync();
    let pauses = 0;
    const played = send(transport(), 'fast+tokens-300', STREAM, (call) => {
      call.pause();
      pauses += 1;
    });
    await vi.runAllTimersAsync();
    expect(played.chunks).toHaveLength(1);
    while (!played.seen.includes('end') && pauses < 10_000) {
      played.call.resume();
      await vi.runAllTimersAsync();
    }
    expect(played.text()).toBe(whole.text());
  });

  it('goes back to the event loop between bursts of a long answer', async () => {
    const played = send(transport(), 'fast+tokens-2000', STREAM);
    let turns = 0;
    while (!played.seen.includes('end')) {
      vi.advanceTimersToNextTimer();
      turns += 1;
    }
    expect(turns).toBeGreaterThan(played.chunks.length / 64);
  });

  it('ends the connection where the name says', async () => {
    const stream = send(transport(), 'fast+cut-5', STREAM);
    const plain = send(transport(), 'fast+cut-5');
    const reset = send(transport(), 'fast+reset');
    await vi.runAllTimersAsync();
    expect(stream.seen).toEqual(['sent', 'head', ...Array(5).fill('data'), 'error']);
    expect(plain.seen).toEqual(['sent', 'head', 'data', 'error']);
    expect(() => JSON.parse(plain.text()) as unknown).toThrow(SyntaxError);
    expect(reset.seen).toEqual(['sent', 'error']);
    expect(reset.error()).toMatchObject({ code: 'reset', unsent: false });
  });

  it('stalls without ending, until the caller gives up', async () => {
    const target = transport();
    const played = send(target, 'fast+stall-3', STREAM);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(played.seen).toEqual(['sent', 'head', 'data', 'data', 'data']);
    expect(target.counters().busy).toBe(1);
    played.call.abort();
    expect(target.counters().busy).toBe(0);
  });

  it('sends an error event in the middle', async () => {
    const played = send(transport(), 'fast+errmid-2', STREAM);
    await vi.runAllTimersAsync();
    expect(played.seen.at(-1)).toBe('end');
    expect(played.chunks.at(-1)?.toString()).toMatch(/^data: \{"error":\{"message":.*"type":"server_error"/);
    expect(played.text()).not.toContain('[DONE]');
  });

  it('closes after the running calls and refuses new ones', async () => {
    const target = transport();
    const played = send(target, 'gpt');
    let closed = false;
    void target.close().then(() => (closed = true));
    const late = send(target, 'gpt');
    await vi.advanceTimersByTimeAsync(10);
    expect([closed, late.error()?.code, late.error()?.unsent]).toEqual([false, 'closed', true]);
    await vi.runAllTimersAsync();
    expect([closed, played.seen.at(-1)]).toEqual([true, 'end']);
  });
});
