import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { failure, SUCCESS, testRouter } from '../../test/support/router.ts';
import { DeploymentState } from './deployment-state.ts';
import { reportDeployments } from './router-state.ts';
import { routingRequest } from './routing-request.ts';

const shared = () => DeploymentState.allocate(4, 2, SharedArrayBuffer);

describe('DeploymentState', () => {
  it('is one state for all who share its memory', () => {
    const memory = shared();
    const [left, right] = [0, 1].map(() => new DeploymentState({ deployments: 4, lanes: 2, memory }));
    left?.coolDown(2, 1000, 5, { status: 429, rule: 'rate-limited' });
    expect(right?.isCooled(2, 5999)).toBe(true);
    expect(right?.isCooled(2, 6000)).toBe(false);
    expect(right?.cooledRule(2)).toBe('rate-limited');
    left?.started(1, 0);
    right?.started(1, 1);
    expect([left?.inFlight(1), right?.inFlight(1)]).toEqual([2, 2]);
    right?.dropLane(1);
    expect(left?.inFlight(1)).toBe(1);
    left?.minutes.addTokens(3, 40, 60_000);
    expect(right?.minutes.tokens(3, 119_999)).toBe(40);
    expect(right?.minutes.tokens(3, 120_000)).toBe(0);
  });

  it('never counts below zero', () => {
    const state = new DeploymentState({ deployments: 1 });
    state.ended(0, 0);
    state.started(0, 0);
    expect(state.inFlight(0)).toBe(1);
  });

  it('counts in windows of their own', () => {
    const state = new DeploymentState({ deployments: 2 });
    state.addFail(0, 1000);
    state.addSuccess(0, 31_000);
    expect([state.fails(0, 60_999), state.successes(0, 60_999)]).toEqual([1, 1]);
    expect([state.fails(0, 61_000), state.successes(0, 61_000)]).toEqual([0, 1]);
    expect(state.addClassFail(1, 'generic', 0, 10)).toBe(1);
    expect(state.addClassFail(1, 'Timeout', 0, 10)).toBe(1);
    expect(state.addClassFail(1, 'generic', 9999, 10)).toBe(2);
    expect(state.addClassFail(1, 'generic', 10_000, 10)).toBe(1);
    state.reset(1);
    expect(state.addClassFail(1, 'generic', 10_001, 10)).toBe(1);
  });

  it('keeps a fixed size: 0.3 KB per deployment', () => {
    const memory = DeploymentState.allocate(1000);
    const bytes = Object.values(memory).reduce((sum, buffer) => sum + buffer.byteLength, 0);
    expect(bytes / 1000).toBeLessThan(300);
  });
});

describe('threads', () => {
  const worker = `
    import { workerData, parentPort } from 'node:worker_threads';
    const { DeploymentState } = await import(workerData.module);
    const state = new DeploymentState({ deployments: 4, lanes: 2, memory: workerData.memory });
    for (let count = 0; count < 50_000; count++) {
      state.minutes.addRequest(1, 600_000);
      state.minutes.addTokens(1, 3, 600_000);
      state.started(1, workerData.lane);
    }
    parentPort.postMessage('done');
  `;

  it('lose no count, also not when a minute begins', async () => {
    const memory = shared();
    const state = new DeploymentState({ deployments: 4, lanes: 2, memory });
    state.minutes.addRequest(1, 0);
    const module = new URL('deployment-state.ts', import.meta.url).href;
    const code = new URL(`data:text/javascript,${encodeURIComponent(worker)}`);
    const ended = [0, 1].map((lane) => {
      const thread = new Worker(code, { workerData: { module, memory, lane } });
      return once(thread, 'exit');
    });
    expect(await Promise.all(ended)).toEqual([[0], [0]]);
    expect(state.minutes.requests(1, 600_000)).toBe(100_000);
    expect(state.minutes.tokens(1, 600_000)).toBe(300_000);
    expect(state.inFlight(1)).toBe(100_000);
  });
});

describe('carryOver', () => {
  it('keeps what is known of deployments that stay, whatever their place', () => {
    const before = testRouter([{ id: 'a' }, { id: 'b' }]);
    const call = before.core.route(routingRequest('b'));
    call.next();
    call.failed(failure('authentication'), 1);
    const after = testRouter([{ id: 'b' }, { id: 'c' }]);
    after.core.carryOver(before.core);
    expect(after.core.state.isCooled(0, after.clock.nowMs)).toBe(true);
    expect(after.core.latencies.ewma(0)).toBe(before.core.latencies.ewma(1));
    expect(after.core.state.isCooled(1, after.clock.nowMs)).toBe(false);
  });
});

describe('reportDeployments', () => {
  it('says for each deployment what, why, since, until and who decided', () => {
    const { core, clock } = testRouter(
      [
        { id: 'a' },
        { id: 'b', params: { max_parallel_requests: 1 } },
        { id: 'c', info: { blocked: true } },
        { id: 'd' },
      ],
      { resilience: { halfOpenProbe: true } },
    );
    const call = core.route(routingRequest('a'));
    call.next();
    call.failed(failure('authentication'), 1);
    core.route(routingRequest('b')).next();
    core.cooldowns.coolDown(core.facts.rows[3] as never, 1, { status: 500, rule: 'manual' });
    clock.nowMs += 1000;
    const report = reportDeployments(core);
    expect(report.map(({ id, state }) => `${id} ${state}`)).toEqual(['a cooling', 'b full', 'c blocked', 'd probing']);
    expect(report[0]?.cooldown).toEqual({
      decidedBy: 'status',
      status: 401,
      sinceMs: clock.nowMs - 1000,
      untilMs: clock.nowMs + 4000,
    });
    expect(report[1]).toMatchObject({ inFlight: 1, requestsThisMinute: 1, cooldown: null });
  });

  it('counts what succeeded', () => {
    const { core } = testRouter([{ id: 'a' }]);
    const call = core.route(routingRequest('g'));
    call.next();
    call.succeeded(SUCCESS);
    expect(reportDeployments(core)[0]).toMatchObject({
      successes: 1,
      fails: 0,
      tokensThisMinute: 30,
      meanSeconds: 0.2,
    });
  });
});
