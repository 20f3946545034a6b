import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeUpstreamCall } from '../../../test/support/fake-upstream.ts';
import { deployment } from '../../../test/support/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';

const FAILURE = { error: { message: 'no', type: 'x', code: null } };
const FALLBACKS = [{ group: ['other'] }];

function two(routerRaw: JsonObject = {}, params: JsonObject = {}): AssembledGateway {
  const deployments = [openaiDeployment({ cooldown_time: 0, ...params }), openaiDeployment({}, 'other')];
  return new AssembledGateway({ deployments, routerRaw });
}

function last(to: AssembledGateway): FakeUpstreamCall {
  return to.upstream.calls.at(-1) as FakeUpstreamCall;
}

function inFlight(to: AssembledGateway): readonly number[] {
  const { router } = to.assembly.pipeline;
  return router.facts.rows.map(({ slot }) => router.state.inFlight(slot));
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('retries', () => {
  test('ask again after a sleep, and tell how often', () => {
    const to = two({ num_retries: 2 });
    const exchange = to.chat();
    last(to).answer(500, FAILURE);
    expect([to.upstream.calls.length, exchange.headSent, vi.getTimerCount()]).toEqual([1, false, 1]);
    vi.runOnlyPendingTimers();
    expect(to.upstream.calls).toHaveLength(2);
    last(to).answer(200, COMPLETION);
    expect(exchange.status).toBe(200);
    expect(exchange.replied('x-litellm-attempted-retries')).toEqual(['1']);
    expect(exchange.replied('x-litellm-max-retries')).toEqual(['2']);
    expect(inFlight(to)).toEqual([0, 0]);
  });

  test('end with the last error and the time limit of its deployment', () => {
    const to = two({ num_retries: 1 }, { timeout: 7 });
    const exchange = to.chat();
    for (let attempt = 0; attempt < 2; attempt++) {
      last(to).answer(503, FAILURE);
      vi.runOnlyPendingTimers();
    }
    expect([to.upstream.calls.length, exchange.status]).toEqual([2, 503]);
    expect(exchange.replied('x-litellm-timeout')).toEqual(['7']);
    expect(exchange.replied('x-litellm-attempted-retries')).toEqual(['1']);
  });

  test('are as many as the request, or its header, says', () => {
    const to = two({ num_retries: 5 });
    to.chat({ num_retries: 0 });
    last(to).answer(500, FAILURE);
    to.chat({ num_retries: 3 }, { 'x-litellm-num-retries': '0' });
    last(to).answer(500, FAILURE);
    expect([to.upstream.calls.length, vi.getTimerCount()]).toEqual([2, 0]);
    expect(last(to).json).not.toHaveProperty('num_retries');
  });

  test('router_settings_override stands behind the request’s own members', () => {
    const to = two({ num_retries: 5 });
    to.chat({ num_retries: 0, router_settings_override: { num_retries: 2, timeout: 9 } });
    expect(last(to).deadlines.totalMs).toBe(9000);
    last(to).answer(500, FAILURE);
    to.chat({ stream: true, stream_timeout: 3, router_settings_override: { fallbacks: [{ group: ['other'] }] } });
    expect(last(to).deadlines.gapMs).toBe(3000);
    last(to).answer(400, FAILURE);
    expect(to.upstream.calls).toHaveLength(3);
    expect(last(to).json).not.toHaveProperty('router_settings_override');
  });

  test('a client that leaves while nothing is under way is not served any more', () => {
    const to = two({ num_retries: 2 });
    const exchange = to.chat();
    last(to).answer(500, FAILURE);
    exchange.leave();
    expect(vi.getTimerCount()).toBe(0);
    vi.runAllTimers();
    expect(to.upstream.calls).toHaveLength(1);
    expect(inFlight(to)).toEqual([0, 0]);
  });

  test('a stream that breaks before its first content is begun anew', () => {
    const to = two({ num_retries: 1 });
    const exchange = to.chat({ stream: true });
    last(to).head(200, ['content-type', 'text/event-stream']);
    last(to).data(': wait\n\n');
    last(to).receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    vi.runOnlyPendingTimers();
    expect([to.upstream.calls.length, exchange.headSent]).toEqual([2, false]);
  });
});

describe('fallbacks', () => {
  test('answer under the name that their provider gives', () => {
    const to = two({ fallbacks: FALLBACKS });
    const exchange = to.chat();
    last(to).answer(500, FAILURE);
    last(to).answer(200, COMPLETION);
    expect(exchange.json).toMatchObject({ model: COMPLETION.model });
    expect(exchange.replied('x-litellm-model-group')).toEqual(['other']);
    expect(exchange.replied('x-litellm-model-id')).toEqual(['id-other']);
    expect(exchange.replied('x-litellm-attempted-fallbacks')).toEqual(['1']);
  });

  test('are found for a request that came through an alias', () => {
    const deployments = [openaiDeployment({ cooldown_time: 0 }), openaiDeployment({}, 'other')];
    const aliases = new Map([['short', { model: 'group', hidden: false }]]);
    const to = new AssembledGateway({ deployments, aliases, routerRaw: { fallbacks: FALLBACKS } });
    const exchange = to.chat({ model: 'short' });
    last(to).answer(500, FAILURE);
    last(to).answer(200, COMPLETION);
    expect([exchange.status, exchange.replied('x-litellm-model-id')]).toEqual([200, ['id-other']]);
  });

  test('with parameters change the request, but not whether it streams', () => {
    const changes = { model: 'other', temperature: 0.5, stream: true, messages: [{ role: 'user', content: 'new' }] };
    const to = two({ fallbacks: [{ group: [changes] }] });
    to.chat({ seed: 7 });
    last(to).answer(500, FAILURE);
    expect(last(to).json).toEqual({ model: 'gpt-4o', temperature: 0.5, seed: 7, messages: changes.messages });
  });

  test('are left out when the request says so', () => {
    const to = two({ fallbacks: FALLBACKS });
    const exchange = to.chat({ disable_fallbacks: true });
    last(to).answer(500, FAILURE);
    expect([to.upstream.calls.length, exchange.status]).toEqual([1, 500]);
  });

  test('may be listed by the request', () => {
    const to = two();
    to.chat({ fallbacks: ['other'] });
    last(to).answer(400, FAILURE);
    expect(to.upstream.calls).toHaveLength(2);
    expect(last(to).json).not.toHaveProperty('fallbacks');
  });

  test('stand in for an answer that the content filter emptied', () => {
    const to = two({ content_policy_fallbacks: FALLBACKS });
    const exchange = to.chat();
    const choices = [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }];
    last(to).answer(200, { ...COMPLETION, choices });
    last(to).answer(200, COMPLETION);
    expect(exchange.json).toMatchObject({ model: COMPLETION.model, choices: COMPLETION.choices });
  });

  test('what broke off is not asked twice once the client has a part of it', () => {
    const to = two({ num_retries: 2, fallbacks: FALLBACKS });
    const exchange = to.post('/v1/audio/speech', { model: 'group', input: 'x', voice: 'alloy' });
    last(to).head(200, ['content-type', 'audio/mpeg']);
    last(to).data('abc');
    last(to).receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    expect([to.upstream.calls.length, exchange.aborted, vi.getTimerCount()]).toEqual([1, true, 0]);
  });
});

describe('what is not the deployment’s fault', () => {
  test('a request that it cannot take goes to another one of the group at once', () => {
    const to = new AssembledGateway({
      deployments: [
        deployment('weak', 'group', { model: 'openai/o1', api_base: 'http://weak.test/v1', api_key: 'k', weight: 1 }),
        deployment('able', 'group', {
          model: 'openai/gpt-4o',
          api_base: 'http://able.test/v1',
          api_key: 'k',
          weight: 0,
        }),
      ],
      routerRaw: { num_retries: 2 },
    });
    const exchange = to.chat({ temperature: 0.3 });
    expect(to.upstream.only.request.origin).toBe('http://able.test');
    to.upstream.only.answer(200, COMPLETION);
    expect([exchange.status, vi.getTimerCount()]).toEqual([200, 0]);
    const { router } = to.assembly.pipeline;
    expect(router.facts.rows.map(({ slot }) => router.state.fails(slot, Date.now()))).toEqual([0, 0]);
  });

  test('a client that leaves gives its place to who waits, lowest priority first', async () => {
    const to = two({}, { max_parallel_requests: 1 });
    const exchange = to.chat();
    to.chat({ seed: 1, priority: 2 });
    to.chat({ seed: 2, priority: 1 });
    expect([to.upstream.calls.length, inFlight(to)]).toEqual([1, [1, 0]]);
    exchange.leave();
    await Promise.resolve();
    expect([to.upstream.calls.length, inFlight(to), last(to).json['seed']]).toEqual([2, [1, 0], 2]);
    expect(last(to).json).not.toHaveProperty('priority');
  });

  test('a limit below one is one, and blocks nothing', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment({ rpm: 0.5 })] });
    to.chat();
    last(to).answer(200, COMPLETION);
    expect(inFlight(to)).toEqual([0]);
  });

  test('who waits and leaves never reaches the provider', async () => {
    const to = two({}, { max_parallel_requests: 1 });
    const first = to.chat();
    to.chat().leave();
    first.leave();
    await Promise.resolve();
    vi.runOnlyPendingTimers();
    expect([to.upstream.calls.length, inFlight(to), vi.getTimerCount()]).toEqual([1, [0, 0], 0]);
  });

  test('a wait beyond the time limit of the request is refused', () => {
    const to = two({}, { max_parallel_requests: 1 });
    to.chat();
    const waiting = to.chat({ timeout: 1 });
    vi.advanceTimersByTime(1100);
    expect([waiting.status, waiting.text]).toEqual([429, expect.stringContaining('max_parallel_requests')]);
  });
});

describe('limits of the group', () => {
  test('are told in the answer, with what is left of them', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment({ rpm: 5, tpm: 1000 })] });
    const exchange = to.chat();
    last(to).answer(200, COMPLETION);
    expect(exchange.replied('x-ratelimit-remaining-requests')).toEqual(['4']);
    const left = 1000 - COMPLETION.usage.total_tokens;
    expect(exchange.replied('x-ratelimit-remaining-tokens')).toEqual([String(left)]);
  });
});

describe('hedging', () => {
  const twins = (settings: JsonObject = {}): AssembledGateway =>
    new AssembledGateway({
      deployments: ['a', 'b'].map((id) =>
        deployment(id, 'group', {
          model: 'openai/gpt-4o',
          api_base: `http://${id}.test/v1`,
          api_key: 'k',
          cooldown_time: 0,
        }),
      ),
      routerRaw: { hedge_after_ms: 100, num_retries: 1, ...settings },
    });

  test('asks another deployment when the first is slow; the first answer wins', () => {
    const to = twins();
    const exchange = to.chat();
    vi.advanceTimersByTime(100);
    const [first, second] = to.upstream.calls as [FakeUpstreamCall, FakeUpstreamCall];
    expect(first.request.origin).not.toBe(second.request.origin);
    second.answer(200, COMPLETION);
    expect([exchange.status, first.aborted, inFlight(to)]).toEqual([200, true, [0, 0]]);
    expect(second.request.origin).toContain(String(exchange.replied('x-litellm-model-id')[0]));
  });

  test('an answer of the first drops the second, and a quick one asks nobody else', () => {
    const to = twins();
    to.chat();
    vi.advanceTimersByTime(100);
    const [first, second] = to.upstream.calls as [FakeUpstreamCall, FakeUpstreamCall];
    first.answer(200, COMPLETION);
    expect([second.aborted, inFlight(to)]).toEqual([true, [0, 0]]);
    to.chat();
    last(to).answer(200, COMPLETION);
    vi.advanceTimersByTime(1000);
    expect([to.upstream.calls.length, vi.getTimerCount()]).toEqual([3, 0]);
  });

  test('the first one’s failure waits for the second, then is retried', () => {
    const to = twins();
    const exchange = to.chat();
    vi.advanceTimersByTime(100);
    const [first, second] = to.upstream.calls as [FakeUpstreamCall, FakeUpstreamCall];
    first.answer(500, FAILURE);
    expect([exchange.headSent, to.upstream.calls.length]).toEqual([false, 2]);
    second.answer(500, FAILURE);
    vi.runOnlyPendingTimers();
    expect(to.upstream.calls).toHaveLength(3);
    last(to).answer(200, COMPLETION);
    expect([exchange.status, inFlight(to)]).toEqual([200, [0, 0]]);
  });

  test('a first attempt that failed is retried and not hedged any more', () => {
    const to = twins();
    const exchange = to.chat();
    vi.advanceTimersByTime(50);
    last(to).answer(500, FAILURE);
    vi.advanceTimersByTime(1000);
    expect([to.upstream.calls.length, vi.getTimerCount()]).toEqual([2, 0]);
    last(to).answer(200, COMPLETION);
    expect([exchange.status, inFlight(to)]).toEqual([200, [0, 0]]);
  });

  test('a client that leaves ends both', () => {
    const to = twins();
    const exchange = to.chat();
    vi.advanceTimersByTime(100);
    exchange.leave();
    expect([to.upstream.calls.map(({ aborted }) => aborted), inFlight(to), vi.getTimerCount()]).toEqual([
      [true, true],
      [0, 0],
      0,
    ]);
  });

  test.each([
    ['admits', true, 2],
    ['refuses', false, 1],
  ])('waits for a limit that is kept elsewhere and %s', async (_name, admits, calls) => {
    const to = twins({ optional_pre_call_checks: ['enforce_model_rate_limits'] });
    const { deployments } = to.assembly.pipeline.limits;
    if (deployments === null) throw new Error('no limits');
    to.chat();
    const asked = Promise.withResolvers<void>();
    vi.spyOn(deployments, 'admit').mockReturnValue(asked.promise);
    vi.advanceTimersByTime(100);
    expect(inFlight(to)).toEqual([1, 1]);
    if (admits) asked.resolve();
    else asked.reject(new GatewayError('rate_limit', 'full'));
    await vi.advanceTimersByTimeAsync(0);
    expect([to.upstream.calls.length, inFlight(to).reduce((sum, count) => sum + count)]).toEqual([calls, calls]);
  });

  test('gives its place back when the first answers while the limit is asked', async () => {
    const to = twins({ optional_pre_call_checks: ['enforce_model_rate_limits'] });
    const { deployments } = to.assembly.pipeline.limits;
    if (deployments === null) throw new Error('no limits');
    to.chat();
    const asked = Promise.withResolvers<void>();
    vi.spyOn(deployments, 'admit').mockReturnValue(asked.promise);
    vi.advanceTimersByTime(100);
    last(to).answer(200, COMPLETION);
    expect(inFlight(to)).toEqual([0, 0]);
    asked.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect([to.upstream.calls.length, inFlight(to)]).toEqual([1, [0, 0]]);
  });

  test('a group of one is not asked twice', () => {
    const to = two({ hedge_after_ms: 100 });
    to.chat();
    vi.advanceTimersByTime(1000);
    expect([to.upstream.calls.length, inFlight(to)]).toEqual([1, [1, 0]]);
  });
});

describe('single flight', () => {
  const whole = new AssembledGateway({ deployments: [openaiDeployment()], routerRaw: { single_flight: true } });

  test('identical requests of one caller are one call, other bodies and streams are not', () => {
    const [first, second] = [whole.chat(), whole.chat()];
    expect(whole.upstream.calls).toHaveLength(1);
    whole.chat({ seed: 1 });
    whole.chat({ stream: true });
    whole.chat({ stream: true });
    expect(whole.upstream.calls).toHaveLength(4);
    whole.upstream.calls[0]?.answer(200, COMPLETION);
    expect([first.text, second.status]).toEqual([second.text, 200]);
    expect(first.replied('x-litellm-call-id')).not.toEqual(second.replied('x-litellm-call-id'));
    whole.chat();
    expect(whole.upstream.calls).toHaveLength(5);
  });

  test('whoever waits makes the call when the client of the first one leaves', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()], routerRaw: { single_flight: true } });
    const [first, second] = [to.chat(), to.chat()];
    first.leave();
    expect([to.upstream.calls.length, to.upstream.calls[0]?.aborted]).toEqual([2, true]);
    const third = to.chat();
    last(to).answer(200, COMPLETION);
    expect([second.status, third.status, to.upstream.calls.length]).toEqual([200, 200, 2]);
    expect(inFlight(to)).toEqual([0]);
  });

  test('is off unless it is asked for', () => {
    const to = two();
    to.chat();
    to.chat();
    expect(to.upstream.calls).toHaveLength(2);
  });
});
