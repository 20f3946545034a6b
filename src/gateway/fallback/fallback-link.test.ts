import { afterEach, describe, expect, it, vi } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { SnapshotParts } from '../../../test/support/snapshot.ts';
import type { ComponentReport } from '../../rollout/report.ts';
import type { FallbackState } from './contract.ts';
import { HeldState } from './fallback-state.ts';

const UP: FallbackState = {
  kind: 'url',
  origin: 'http://litellm.test:4001',
  health: 'up',
  sinceMs: 0,
  reason: null,
  restarts: 0,
};

const gateways: AssembledGateway[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const { rollout } of gateways.splice(0)) rollout.close();
});

function gatewayWith(parts: SnapshotParts = {}, state: FallbackState = UP): AssembledGateway {
  const gateway = new AssembledGateway(
    { deployments: [openaiDeployment()], ...parts },
    undefined,
    new HeldState(state, () => 0),
  );
  gateways.push(gateway);
  return gateway;
}

function componentOf(gateway: AssembledGateway): ComponentReport {
  const found = gateway.rollout.report().components.find(({ name }) => name === 'route:/v1/chat/completions');
  if (found === undefined) throw new Error('the component is missing');
  return found;
}

/** A bug of ours in the middle of a call. */
function broken(gateway: AssembledGateway): AssembledGateway {
  vi.spyOn(gateway.assembly.pipeline.router, 'route').mockImplementation(() => {
    throw new TypeError('a bug');
  });
  return gateway;
}

describe('a fault of native code', () => {
  it('before anything left is made good by LiteLLM, with the bytes as they came', () => {
    const gateway = broken(gatewayWith());
    const exchange = gateway.chat({ odd: '\u00fc' });
    expect(gateway.litellm.only.request).toMatchObject({
      origin: 'http://litellm.test:4001',
      method: 'POST',
      path: '/v1/chat/completions',
    });
    expect(gateway.litellm.only.json).toEqual({ model: 'group', messages: expect.anything(), odd: '\u00fc' });
    gateway.litellm.only.answer(200, COMPLETION);
    expect([exchange.status, exchange.json]).toEqual([200, COMPLETION]);
    expect(exchange.replied('x-fast-litellm-served-by')).toEqual(['litellm']);
    expect(componentOf(gateway).counts).toMatchObject({ fastCalls: 1, throws: 1, fallbacks: 1 });
    expect(gateway.logLines.join('')).toContain('a bug');
  });

  it('is the client’s 500 once a byte may have reached a provider, and counts', () => {
    const gateway = gatewayWith();
    vi.spyOn(gateway.upstream, 'send').mockImplementation(() => {
      throw new TypeError('a bug');
    });
    const exchange = gateway.chat();
    expect(exchange.status).toBe(500);
    expect(gateway.litellm.calls).toHaveLength(0);
    expect(componentOf(gateway).counts).toMatchObject({ fastCalls: 1, throws: 1, fallbacks: 0 });
  });

  it('five times gives the route to LiteLLM', () => {
    const gateway = broken(gatewayWith());
    for (let call = 0; call < 5; call++) {
      gateway.chat();
      gateway.litellm.calls.at(-1)?.answer(200, COMPLETION);
    }
    expect(componentOf(gateway)).toMatchObject({ state: 'rolled_back', percent: 0, counts: { rollbacks: 1 } });
    vi.restoreAllMocks();
    const exchange = gateway.chat();
    expect(gateway.litellm.calls).toHaveLength(6);
    gateway.litellm.calls.at(-1)?.answer(200, COMPLETION);
    expect([exchange.status, gateway.upstream.calls.length]).toEqual([200, 0]);
    expect(componentOf(gateway).counts).toMatchObject({ fastCalls: 5, originalCalls: 1 });
  });

  it('that LiteLLM cannot make good either is told once', () => {
    const gateway = broken(gatewayWith());
    const exchange = gateway.chat();
    gateway.litellm.only.receiver.onError({ code: 'connect-failed', message: 'http://litellm.test: no', unsent: true });
    expect([exchange.status, exchange.text]).toEqual([503, expect.not.stringContaining('litellm.test')]);
    expect(componentOf(gateway).counts).toMatchObject({ throws: 1 });
  });

  it('is not what a provider’s failure is', () => {
    const gateway = gatewayWith();
    const exchange = gateway.chat();
    gateway.upstream.only.answer(500, '{"error":{"message":"no"}}');
    expect([exchange.status, gateway.litellm.calls.length]).toEqual([500, 0]);
    expect(componentOf(gateway).counts).toMatchObject({ fastCalls: 1, throws: 0 });
  });
});

describe('a call that LiteLLM answers', () => {
  const off = (gateway: AssembledGateway): AssembledGateway => {
    gateway.rollout.override('route:/v1/chat/completions', { mode: 'off' });
    return gateway;
  };

  it('ends with its client', () => {
    const gateway = off(gatewayWith());
    const exchange = gateway.chat();
    gateway.litellm.only.head(200, ['content-type', 'text/event-stream']);
    gateway.litellm.only.data('data: 1\n\n');
    exchange.leave();
    expect(gateway.litellm.only.aborted).toBe(true);
  });

  it('waits for a client that reads slowly', () => {
    const gateway = off(gatewayWith());
    const exchange = gateway.chat();
    gateway.litellm.only.head(200, []);
    exchange.full = true;
    gateway.litellm.only.data('a');
    expect([gateway.litellm.only.paused, gateway.litellm.only.resumed]).toEqual([1, 0]);
    exchange.drain();
    expect(gateway.litellm.only.resumed).toBe(1);
  });

  it('is cut where LiteLLM breaks off, so that it never looks complete', () => {
    const gateway = off(gatewayWith());
    const exchange = gateway.chat();
    gateway.litellm.only.head(200, []);
    gateway.litellm.only.data('half');
    gateway.litellm.only.receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    expect(exchange).toMatchObject({ status: 200, text: 'half', aborted: true });
  });

  it.each([
    ['reset', 502],
    ['malformed-reply', 502],
    ['connect-timeout', 503],
    ['saturated', 503],
    ['closed', 503],
    ['invalid-request', 400],
  ] as const)('fails in words without an address: %s', (code, status) => {
    const gateway = off(gatewayWith());
    const exchange = gateway.chat();
    gateway.litellm.only.receiver.onError({ code, message: 'http://litellm.test:4001: no', unsent: true });
    expect(exchange.json).toMatchObject({
      error: { code: String(status), message: expect.not.stringContaining('http') },
    });
    expect(gateway.logLines.join('')).toContain('litellm.test:4001');
  });

  it('that only reads is asked once more when its connection had rested too long', () => {
    const gateway = off(gatewayWith());
    const rested = { code: 'reset', message: 'reset', unsent: false, reusedConnection: true } as const;
    const exchange = gateway.request({ target: '/key/info' });
    gateway.litellm.calls[0]?.receiver.onError(rested);
    expect(gateway.litellm.calls[1]?.request).toEqual(gateway.litellm.calls[0]?.request);
    gateway.litellm.calls[1]?.receiver.onError(rested);
    expect([exchange.status, gateway.litellm.calls.length]).toEqual([502, 2]);
    // A call of a model may have been made.
    expect(gateway.chat().status).toBe(0);
    gateway.litellm.calls[2]?.receiver.onError(rested);
    expect(gateway.litellm.calls).toHaveLength(3);
  });

  it('has an end when LiteLLM is silent', () => {
    const gateway = off(gatewayWith());
    const exchange = gateway.chat();
    const { firstByteMs, gapMs, connectMs } = gateway.litellm.only.deadlines;
    // LiteLLM's own answer to a call that took too long comes first.
    expect([firstByteMs, gapMs, connectMs]).toEqual([6_030_000, 6_030_000, 10_000]);
    gateway.litellm.only.receiver.onDeadline('first-byte', firstByteMs, firstByteMs);
    expect([exchange.status, exchange.text]).toEqual([504, expect.stringContaining('within 6030 seconds')]);
  });

  it.each([
    ['starting', 503],
    ['down', 503],
    ['open', 502],
  ] as const)('is refused while LiteLLM is %s', (health, status) => {
    const gateway = off(gatewayWith({}, { ...UP, health, reason: 'http://litellm.test does not' }));
    const exchange = gateway.chat();
    expect([exchange.status, gateway.litellm.calls.length]).toEqual([status, 0]);
    expect(exchange.text).not.toContain('litellm.test');
    expect(exchange.replied('retry-after')).toEqual(health === 'open' ? [] : ['5']);
  });

  it('leaves those that wait for the same answer to ask for themselves', () => {
    const gateway = broken(gatewayWith({ routerRaw: { single_flight: true } }));
    const [first, second] = [gateway.chat(), gateway.chat()];
    for (const call of gateway.litellm.calls) call.answer(200, COMPLETION);
    expect([first.status, second.status, gateway.litellm.calls.length]).toEqual([200, 200, 2]);
    expect(gateway.assembly.pipeline.flights?.size).toBe(0);
  });
});
