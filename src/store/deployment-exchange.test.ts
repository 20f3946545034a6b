import { beforeEach, describe, expect, it } from 'vitest';
import { DeploymentState } from '../router/deployment-state.ts';
import { DeploymentExchange } from './deployment-exchange.ts';

const START = 1_800_000_000_000;
let now = START;
let state: DeploymentState;
let exchange: DeploymentExchange;

beforeEach(() => {
  now = START;
  state = new DeploymentState({ deployments: 3 });
  exchange = new DeploymentExchange({ ids: ['a', 'b', 'b'], state }, () => now);
});

const beat = { processes: 2, epoch: 'e', cooldownVersion: 1 };

describe('use of deployments', () => {
  it('reports what came since the last report, and sums the entries of one id', () => {
    state.minutes.addRequest(0, now);
    state.minutes.addRequest(1, now);
    state.minutes.addTokens(2, 30, now);
    expect(exchange.newUse()).toEqual([
      { deployment: 'a', requests: 1, tokens: 0 },
      { deployment: 'b', requests: 1, tokens: 30 },
    ]);
    expect(exchange.newUse()).toEqual([]);
  });

  it('adds what the others used and never its own, and does not report it again', () => {
    state.minutes.addRequest(0, now);
    const reported = exchange.newUse();
    exchange.applyUsage(reported, { minute: 5, totals: [{ deployment: 'a', requests: 7, tokens: 100 }] });
    expect([state.minutes.requests(0, now), state.minutes.tokens(0, now)]).toEqual([7, 100]);
    expect(exchange.newUse()).toEqual([]);
    exchange.applyUsage([], { minute: 5, totals: [{ deployment: 'a', requests: 9, tokens: 100 }] });
    expect(state.minutes.requests(0, now)).toBe(9);
  });

  it('begins again with the store’s next minute and with the own one, whichever comes first', () => {
    exchange.applyUsage([], { minute: 5, totals: [{ deployment: 'a', requests: 7, tokens: 0 }] });
    now += 60_000;
    // The clock here is ahead: what is new counts, what was known does not.
    exchange.applyUsage([], { minute: 5, totals: [{ deployment: 'a', requests: 8, tokens: 0 }] });
    expect(state.minutes.requests(0, now)).toBe(1);
    exchange.applyUsage([], { minute: 6, totals: [{ deployment: 'a', requests: 2, tokens: 0 }] });
    expect(state.minutes.requests(0, now)).toBe(3);
    expect(exchange.newUse()).toEqual([]);
  });

  it('reports again what nobody heard', () => {
    state.minutes.addRequest(0, now);
    exchange.reportAgain(exchange.newUse());
    state.minutes.addRequest(0, now);
    expect(exchange.newUse()).toEqual([{ deployment: 'a', requests: 2, tokens: 0 }]);
  });
});

describe('cooldowns', () => {
  it('are told once, and again when they became longer or the store forgot them', () => {
    state.coolDown(0, now, 10, { status: 429, rule: 'rate-limited' });
    const told = exchange.newCooldowns();
    expect(told).toEqual([{ deployment: 'a', leftMs: 10_000, status: 429, rule: 'rate-limited' }]);
    exchange.applyBeat(told, { ...beat, cooldowns: told }, now);
    expect(exchange.newCooldowns()).toEqual([]);
    state.coolDown(0, now, 20, { status: 500, rule: 'status' });
    expect(exchange.newCooldowns()).toMatchObject([{ leftMs: 20_000 }]);
    exchange.applyBeat(exchange.newCooldowns(), { ...beat, cooldowns: null }, now);
    exchange.forgetTold();
    expect(exchange.newCooldowns()).toHaveLength(1);
    now += 20_001;
    expect(exchange.newCooldowns()).toEqual([]);
  });

  it('tell a longer one of here also when a shorter one comes from elsewhere before', () => {
    state.coolDown(0, now, 60, { status: 429, rule: 'rate-limited' });
    const shorter = { deployment: 'a', leftMs: 5000, status: 500, rule: 'status' };
    exchange.applyBeat([], { ...beat, cooldowns: [shorter] }, now);
    expect(state.cooledUntil(0)).toBe(START + 60_000);
    expect(exchange.newCooldowns()).toMatchObject([{ leftMs: 60_000 }]);
  });

  it('of others begin for every entry of the id, without being told again, whatever their rule is called', () => {
    const theirs = { deployment: 'b', leftMs: 5000, status: 401, rule: 'of a later version' };
    exchange.applyBeat([], { ...beat, cooldowns: [theirs, { ...theirs, deployment: 'unknown' }] }, now);
    expect([1, 2].map((slot) => state.cooledUntil(slot))).toEqual([START + 5000, START + 5000]);
    expect([state.cooledStatus(1), state.cooledRule(1)]).toEqual([401, 'none']);
    expect(exchange.newCooldowns()).toEqual([]);
  });
});
