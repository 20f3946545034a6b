import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  begin,
  call,
  flushed,
  gateway,
  says,
  seen,
  stops,
  whole,
  type Gateway,
} from '../../../../test/support/recovery-gateway.ts';
import type { JsonObject } from '../../../protocol/json.ts';

describe('hold-back', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const held = (limits: JsonObject): Gateway => gateway({ stream_recovery: 'off', ...limits });

  test('makes a failure inside it invisible, and its bill visible', async () => {
    const to = held({ stream_hold_back_chars: 20 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    await flushed();
    call(to, 0).data('data: {"error":{"message":"the engine died"}}\n\n');
    await flushed();
    expect([exchange.headSent, to.upstream.calls.length]).toEqual([false, 2]);
    whole(call(to, 1), ['Good', ' day', ' and a longer text than is held back']);
    await flushed();
    expect(seen(exchange)).toMatchObject({
      text: 'Good day and a longer text than is held back',
      done: true,
      error: null,
    });
    expect(exchange.replied('x-litellm-model-id')).toEqual(['id-other']);
    await expect.poll(() => to.settlements.length).toBe(1);
    expect(to.settlements[0]?.brokenAttempts.map(({ target }) => target.deployment.id)).toEqual(['id-group']);
  });

  test('a stall inside it is a time-out, and fails over', async () => {
    const to = held({ stream_hold_back_ms: 60_000 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    await flushed();
    call(to, 0).receiver.onDeadline('gap', 5000, 5001);
    expect([exchange.headSent, to.upstream.calls.length, vi.getTimerCount()]).toEqual([false, 2, 0]);
    whole(call(to, 1), ['Good', ' day']);
    await flushed();
    expect([seen(exchange).text, vi.getTimerCount()]).toEqual(['Good day', 0]);
  });

  test('ends with the time', async () => {
    const to = held({ stream_hold_back_ms: 200 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello', ' wor');
    await flushed();
    expect([exchange.headSent, vi.getTimerCount()]).toEqual([false, 1]);
    exchange.full = true;
    vi.advanceTimersByTime(200);
    expect([exchange.headSent, seen(exchange).text, call(to, 0).paused]).toEqual([true, 'Hello wor', 1]);
    call(to, 0).data(says('ld') + stops());
    call(to, 0).receiver.onEnd();
    await flushed();
    expect([seen(exchange).text, seen(exchange).done, vi.getTimerCount()]).toEqual(['Hello world', true, 0]);
  });

  test('ends with the characters, whichever comes first', async () => {
    const to = held({ stream_hold_back_ms: 60_000, stream_hold_back_chars: { '*': 8 } });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    await flushed();
    expect(exchange.headSent).toBe(false);
    call(to, 0).data(says(' wor'));
    await flushed();
    expect([exchange.headSent, seen(exchange).text, vi.getTimerCount()]).toEqual([true, 'Hello wor', 0]);
  });

  test('ends with the bytes that are ever held', async () => {
    const to = held({ stream_hold_back_ms: 60_000 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'x'.repeat(300_000));
    await flushed();
    expect([exchange.headSent, vi.getTimerCount()]).toEqual([true, 0]);
  });

  test('a client that leaves ends the timer', async () => {
    const to = held({ stream_hold_back_ms: 60_000 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    await flushed();
    exchange.leave();
    expect([call(to, 0).aborted, vi.getTimerCount(), exchange.text]).toEqual([true, 0, '']);
  });

  test('what breaks behind it is taken up where the group says so', async () => {
    const to = gateway({ stream_hold_back_chars: 3 });
    const exchange = to.chat({ stream: true });
    begin(call(to, 0), 'Hello');
    await flushed();
    call(to, 0).receiver.onEnd();
    whole(call(to, 1), ['Hello world']);
    await flushed();
    expect([seen(exchange).text, seen(exchange).done]).toEqual(['Hello world', true]);
  });
});
