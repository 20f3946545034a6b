import { describe, expect, test } from 'vitest';
import { TimerWheel } from '../primitives/timer-wheel.ts';
import type {
  HeaderList,
  Transport,
  TransportError,
  UpstreamCall,
  UpstreamReceiver,
  UpstreamRequest,
} from '../wire/contract.ts';
import type { DeadlineKind, PooledReceiver } from './contract.ts';
import type { Deadlines } from './deadlines.ts';
import { UpstreamPools } from './upstream-pools.ts';

const INFINITE = Number.POSITIVE_INFINITY;
const WHOLE: Deadlines = { connectMs: 100, firstByteMs: 1000, gapMs: INFINITE, totalMs: 1000 };
const STREAM: Deadlines = { connectMs: 100, firstByteMs: 500, gapMs: 300, totalMs: INFINITE };
const TICK_MS = 10;

class FakeCall implements UpstreamCall {
  readonly receiver: UpstreamReceiver;
  aborts = 0;
  pauses = 0;
  resumes = 0;
  readonly #done: () => void;
  constructor(receiver: UpstreamReceiver, done: () => void) {
    this.receiver = receiver;
    this.#done = done;
  }
  abort(): void {
    this.aborts += 1;
    this.#done();
  }
  pause(): void {
    this.pauses += 1;
  }
  resume(): void {
    this.resumes += 1;
  }
  end(): void {
    this.#done();
    this.receiver.onEnd();
  }
}

class FakeTransport implements Transport {
  readonly origin: string;
  readonly calls: FakeCall[] = [];
  busy = 0;
  closed = false;
  #settle: (() => void) | null = null;
  constructor(origin: string) {
    this.origin = origin;
  }
  send(_request: UpstreamRequest, receiver: UpstreamReceiver): FakeCall {
    if (this.closed) throw new Error(`${this.origin} was used after it was closed`);
    this.busy += 1;
    const call = new FakeCall(receiver, () => {
      this.busy -= 1;
      if (this.busy === 0) this.#settle?.();
    });
    this.calls.push(call);
    return call;
  }
  counters() {
    return { open: 0, busy: this.busy, waiting: 0, connectsTotal: 0, requestsTotal: this.calls.length };
  }
  close(): Promise<void> {
    this.closed = true;
    if (this.busy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }
}

class Heard implements PooledReceiver {
  readonly events: string[] = [];
  error: TransportError | null = null;
  deadline: { kind: DeadlineKind; limitMs: number; elapsedMs: number } | null = null;
  onSent(): void {
    this.events.push('sent');
  }
  onHead(status: number, _headers: HeaderList): void {
    this.events.push(`head ${status}`);
  }
  onData(chunk: Buffer): void {
    this.events.push(chunk.toString());
  }
  onEnd(): void {
    this.events.push('end');
  }
  onError(error: TransportError): void {
    this.error = error;
    this.events.push('error');
  }
  onDeadline(kind: DeadlineKind, limitMs: number, elapsedMs: number): void {
    this.deadline = { kind, limitMs, elapsedMs };
    this.events.push(`deadline ${kind}`);
  }
}

function bench(maxOrigins?: number) {
  let nowMs = 1000;
  const wheel = new TimerWheel({ tickMs: TICK_MS, now: () => nowMs, startInterval: () => () => undefined });
  const transports: FakeTransport[] = [];
  const pools = new UpstreamPools({
    transportFor: (origin) => {
      if (!origin.startsWith('http')) throw new TypeError('bad origin');
      const transport = new FakeTransport(origin);
      transports.push(transport);
      return transport;
    },
    transportOptions: { connections: 1, maxWaiting: 1, connectTimeoutMs: 1, keepAliveMs: 1, verifyTls: true },
    wheel,
    now: () => nowMs,
    ...(maxOrigins === undefined ? {} : { maxOrigins }),
  });
  const send = (deadlines: Deadlines, origin = 'http://a') => {
    const heard = new Heard();
    const request = { origin, method: 'POST', path: '/', headers: [], body: null, bodyLength: 0 };
    const call = pools.send(request, deadlines, heard);
    const transport = transports.findLast((each) => each.origin === origin);
    return { heard, call, upstream: transport?.calls.at(-1) as FakeCall };
  };
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= TICK_MS) {
      nowMs += Math.min(TICK_MS, left);
      wheel.tick();
    }
  };
  return { pools, send, pass, transports, wheel };
}

describe('deadlines', () => {
  test('the provider cannot be reached: connect', () => {
    const { send, pass } = bench();
    const { heard, upstream } = send(WHOLE);
    pass(90);
    expect(heard.events).toEqual([]);
    pass(30);
    expect(heard.deadline).toMatchObject({ kind: 'connect', limitMs: 100 });
    expect(upstream.aborts).toBe(1);
  });

  test('the provider is silent: first byte, counted from the request', () => {
    const { send, pass } = bench();
    const { heard, upstream } = send(STREAM);
    pass(80);
    upstream.receiver.onSent?.();
    pass(410);
    expect(heard.events).toEqual(['sent']);
    pass(30);
    expect(heard.deadline).toMatchObject({ kind: 'first-byte', limitMs: 500 });
    expect(heard.deadline?.elapsedMs).toBeGreaterThanOrEqual(500);
    expect(heard.deadline?.elapsedMs).toBeLessThan(500 + 2 * TICK_MS);
    expect(upstream.aborts).toBe(1);
  });

  test('a whole reply whose head never comes: the total', () => {
    const { send, pass } = bench();
    const { heard, upstream } = send(WHOLE);
    upstream.receiver.onSent?.();
    pass(1020);
    expect(heard.deadline).toMatchObject({ kind: 'total', limitMs: 1000 });
  });

  test('a stream that begins with its head and comments only: first byte', () => {
    const { send, pass } = bench();
    const { heard, upstream } = send(STREAM);
    upstream.receiver.onSent?.();
    upstream.receiver.onHead(200, []);
    for (let i = 0; i < 52; i++) {
      upstream.receiver.onData(Buffer.from(':'));
      pass(10);
    }
    expect(heard.deadline).toMatchObject({ kind: 'first-byte', limitMs: 500 });
  });

  test('content moves the bound; the gap after it is the limit, however long the stream', () => {
    const { send, pass } = bench();
    const { heard, call, upstream } = send(STREAM);
    upstream.receiver.onSent?.();
    upstream.receiver.onHead(200, []);
    for (let i = 0; i < 50; i++) {
      pass(290);
      call.contentSeen();
    }
    expect(heard.deadline).toBeNull();
    pass(320);
    expect(heard.deadline).toMatchObject({ kind: 'gap', limitMs: 300 });
    expect(upstream.aborts).toBe(1);
  });

  test('a whole reply that trickles: the total', () => {
    const { send, pass } = bench();
    const { heard, call, upstream } = send(WHOLE);
    upstream.receiver.onSent?.();
    upstream.receiver.onHead(200, []);
    for (let i = 0; i < 102; i++) {
      upstream.receiver.onData(Buffer.from('x'));
      call.contentSeen();
      pass(10);
    }
    expect(heard.deadline).toMatchObject({ kind: 'total', limitMs: 1000 });
    expect(heard.deadline?.elapsedMs).toBeLessThan(1020);
  });

  test('chunks cost the wheel nothing', () => {
    const { send, wheel } = bench();
    const { upstream } = send(WHOLE);
    upstream.receiver.onSent?.();
    upstream.receiver.onHead(200, []);
    let armed = 0;
    const arm = wheel.arm.bind(wheel);
    wheel.arm = (...given) => {
      armed += 1;
      arm(...given);
    };
    for (let i = 0; i < 1000; i++) upstream.receiver.onData(Buffer.from('x'));
    expect(armed).toBe(0);
  });

  test.each(['end', 'error', 'abort', 'deadline'] as const)(
    'after %s nothing is heard and nothing is armed',
    (last) => {
      const { send, pass, wheel } = bench();
      const { heard, call, upstream } = send(STREAM);
      const { receiver } = upstream;
      const error: TransportError = { code: 'reset', message: '', unsent: false };
      ({
        end: () => receiver.onEnd(),
        error: () => receiver.onError(error),
        abort: () => call.abort(),
        deadline: () => pass(2000),
      })[last]();
      const events = heard.events.slice();
      expect(events).toHaveLength(last === 'abort' ? 0 : 1);
      expect(wheel.armed).toBe(0);
      receiver.onSent?.();
      receiver.onHead(200, []);
      receiver.onData(Buffer.from('x'));
      receiver.onEnd();
      receiver.onError(error);
      call.contentSeen();
      call.pause();
      call.resume();
      call.abort();
      pass(2000);
      expect(heard.events).toEqual(events);
      expect(wheel.armed).toBe(0);
      expect([upstream.pauses, upstream.resumes]).toEqual([0, 0]);
      expect(upstream.aborts).toBe(last === 'abort' || last === 'deadline' ? 1 : 0);
    },
  );
});

describe('pools', () => {
  test('one transport per origin', () => {
    const { send, transports, pools } = bench();
    send(WHOLE);
    send(WHOLE);
    send(WHOLE, 'http://b');
    expect(transports.map(({ origin }) => origin)).toEqual(['http://a', 'http://b']);
    expect(pools.counters().get('http://a')).toMatchObject({ busy: 2 });
  });

  test('an origin that left the configuration is drained when idle, and kept under its calls otherwise', async () => {
    const { send, transports, pools } = bench();
    pools.retain(new Set(['http://a', 'http://b', 'http://c']));
    const idle = send(WHOLE, 'http://a');
    idle.upstream.end();
    const busy = send(WHOLE, 'http://b');
    send(WHOLE, 'http://c').upstream.end();
    pools.retain(new Set(['http://c']));
    const closed = (): boolean[] => transports.map((transport) => transport.closed);
    expect(closed()).toEqual([true, false, false]);
    send(WHOLE, 'http://b').upstream.end(); // a request that began with the old configuration
    busy.upstream.end();
    expect(busy.heard.events).toEqual(['end']);
    expect(transports).toHaveLength(3);
    send(WHOLE, 'http://a').upstream.end();
    expect(transports).toHaveLength(4);
    await pools.close();
    expect(closed()).toEqual([true, true, true, true]);
  });

  test('a reload that keeps an origin keeps its connections', () => {
    const { send, transports, pools } = bench();
    send(WHOLE).upstream.end();
    pools.retain(new Set(['http://a']));
    pools.retain(new Set(['http://a', 'http://b']));
    send(WHOLE).upstream.end();
    expect(transports).toHaveLength(1);
  });

  test('origins that clients choose are bounded; the longest unused idle one goes', () => {
    const { send, transports, pools } = bench(3);
    pools.retain(new Set(['http://kept']));
    send(WHOLE, 'http://kept').upstream.end();
    send(WHOLE, 'http://1').upstream.end();
    const busy = send(WHOLE, 'http://2');
    send(WHOLE, 'http://3').upstream.end();
    send(WHOLE, 'http://1').upstream.end();
    for (let i = 10; i < 1000; i++) send(WHOLE, `http://${i}`).upstream.end();
    expect(pools.counters().size).toBe(4);
    const open = transports.filter(({ closed }) => !closed).map(({ origin }) => origin);
    expect(open).toEqual(['http://kept', 'http://2', 'http://998', 'http://999']);
    expect(busy.upstream.aborts).toBe(0);
  });

  test('when every other origin is in use the call is refused', async () => {
    const { send } = bench(1);
    send(WHOLE, 'http://1');
    const { heard } = send(WHOLE, 'http://2');
    expect(heard.events).toEqual([]);
    await Promise.resolve();
    expect(heard.error).toMatchObject({ code: 'saturated', unsent: true });
  });

  test('an address that is none is refused, without its text', async () => {
    const { send } = bench();
    const { heard, call } = send(WHOLE, 'ftp://secret');
    await Promise.resolve();
    expect(heard.error).toMatchObject({ code: 'invalid-request', unsent: true });
    expect(heard.error?.message).not.toContain('secret');
    call.abort();
    expect(heard.events).toEqual(['error']);
  });

  test('closing waits for the running calls and refuses new ones', async () => {
    const { send, pools } = bench();
    const running = send(WHOLE);
    let done = false;
    const closing = pools.close().then(() => {
      done = true;
    });
    const late = send(WHOLE);
    await Promise.resolve();
    expect(late.heard.error).toMatchObject({ code: 'closed', unsent: true });
    expect(done).toBe(false);
    running.upstream.end();
    await closing;
    expect(running.heard.events).toEqual(['end']);
  });
});
