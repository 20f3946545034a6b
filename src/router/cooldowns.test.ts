import { describe, expect, it } from 'vitest';
import { failure, SUCCESS, testRouter, type TestDeployment, type TestRouter } from '../../test/support/router.ts';
import type { AttemptFailure } from './contract.ts';
import type { JsonObject } from '../protocol/json.ts';
import { routingRequest } from './routing-request.ts';

const pair: readonly TestDeployment[] = [{ id: 'a' }, { id: 'b' }];

function fail({ core }: TestRouter, id: string, how: AttemptFailure): void {
  const call = core.route(routingRequest(id));
  call.next();
  call.failed(how, 1);
}

function succeed({ core }: TestRouter, id: string): void {
  const call = core.route(routingRequest(id));
  call.next();
  call.succeeded(SUCCESS);
}

function cooledSeconds({ core, clock }: TestRouter, id: string): number {
  const slot = core.facts.byId(id)?.slot ?? -1;
  return core.state.isCooled(slot, clock.nowMs) ? (core.state.cooledUntil(slot) - clock.nowMs) / 1000 : 0;
}

describe('seconds', () => {
  it.each<[string, JsonObject, JsonObject, string | null, number]>([
    ['the router', {}, {}, null, 5],
    ['the router, set', {}, { cooldown_time: 30 }, null, 30],
    ['retry-after', {}, { cooldown_time: 30 }, '7', 7],
    ['retry-after above a minute', {}, {}, '3600', 3600],
    ['retry-after 0 means none', {}, {}, '0', 0],
    ['a fraction does not count', {}, {}, '1.5', 5],
    ['nor does a text', {}, {}, 'soon', 5],
    ['a date', {}, {}, new Date(1_790_000_020_000).toUTCString(), 20],
    ['the deployment first', { cooldown_time: 9 }, { cooldown_time: 30 }, '7', 9],
    ['the deployment never', { cooldown_time: 0 }, {}, '7', 0],
    ['disabled', {}, { disable_cooldowns: true }, null, 0],
  ])('%s', (_name, ...row) => {
    const [params, router, retryAfter, expected] = row;
    const made = testRouter([{ id: 'a', params }, { id: 'b' }], { router });
    fail(made, 'a', failure('rate_limit', { retryAfter }));
    expect(cooledSeconds(made, 'a')).toBe(expected);
  });

  it('are capped where retry-after is obeyed', () => {
    const made = testRouter(pair, { resilience: { obeyRetryAfter: true, retryAfterCapSeconds: 60 } });
    fail(made, 'a', failure('rate_limit', { retryAfter: '3600' }));
    expect(cooledSeconds(made, 'a')).toBe(60);
    fail(made, 'b', failure('rate_limit', { retryAfter: '0.5' }));
    expect(cooledSeconds(made, 'b')).toBe(0.5);
  });
});

const lostConnection: AttemptFailure = {
  ...failure('internal'),
  error: failure('internal', { status: 401 }).error.with({ message: 'litellm.APIConnectionError: lost' }),
};

describe('a second failure', () => {
  it('makes a cooldown longer, never shorter', () => {
    const made = testRouter(pair);
    fail(made, 'a', failure('rate_limit', { retryAfter: '600' }));
    fail(made, 'a', failure('rate_limit'));
    expect(cooledSeconds(made, 'a')).toBe(600);
    fail(made, 'a', failure('rate_limit', { retryAfter: '900' }));
    expect(cooledSeconds(made, 'a')).toBe(900);
  });
});

describe('what counts', () => {
  it.each<[string, readonly TestDeployment[], AttemptFailure, boolean]>([
    ['429 in a group', pair, failure('rate_limit'), true],
    ['429 alone', pair.slice(0, 1), failure('rate_limit'), false],
    ['401 alone', pair.slice(0, 1), failure('authentication'), true],
    ['404', pair, failure('not_found'), true],
    ['400', pair, failure('bad_request'), false],
    ['403', pair, failure('permission_denied'), false],
    ['408 once', pair, failure('timeout'), false],
    ['500 once', pair, failure('internal'), false],
    ['a lost connection, by its text', pair, lostConnection, false],
    ['the caller’s own credential', pair, failure('authentication', { callerCredential: true }), false],
  ])('%s', (_name, deployments, how, expected) => {
    const made = testRouter(deployments);
    fail(made, 'a', how);
    expect(cooledSeconds(made, 'a') > 0).toBe(expected);
  });

  it('more than half of at least five requests of the last minute', () => {
    const made = testRouter(pair);
    for (let count = 0; count < 3; count++) succeed(made, 'a');
    for (let count = 0; count < 3; count++) fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(5);
    made.clock.nowMs += 61_000;
    for (let count = 0; count < 4; count++) fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(5);
  });

  it('a thousand failures without a success, even alone', () => {
    const made = testRouter([{ id: 'a' }]);
    for (let count = 0; count < 999; count++) fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(5);
  });

  it('a deadline of the caller is not the deployment’s fault', () => {
    const made = testRouter(pair, { router: { allowed_fails: 0 } });
    fail(made, 'a', failure('timeout', { clientTimeout: true }));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('timeout'));
    expect(cooledSeconds(made, 'a')).toBe(5);
  });
});

describe('allowed fails', () => {
  it('of the router count any failure, by their window', () => {
    const made = testRouter(pair, { router: { allowed_fails: 1, cooldown_time: 10 } });
    fail(made, 'a', failure('internal'));
    made.clock.nowMs += 11_000;
    fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('internal'));
    expect(cooledSeconds(made, 'a')).toBe(10);
  });

  it('of a deployment count per class, and reach what is otherwise never cooled', () => {
    const info = { allowed_fails_policy: { BadRequestErrorAllowedFails: 1 } };
    const made = testRouter([{ id: 'a', info }]);
    fail(made, 'a', failure('bad_request'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('context_window_exceeded'));
    expect(cooledSeconds(made, 'a')).toBe(0);
    fail(made, 'a', failure('bad_request'));
    expect(cooledSeconds(made, 'a')).toBe(5);
  });

  it('as a plain number never take the only deployment of a group', () => {
    const alone = testRouter([{ id: 'a', info: { allowed_fails: 0 } }]);
    fail(alone, 'a', failure('internal'));
    expect(cooledSeconds(alone, 'a')).toBe(0);
    const both = testRouter([{ id: 'a', info: { allowed_fails: 0 } }, { id: 'b' }]);
    fail(both, 'a', failure('internal'));
    expect(cooledSeconds(both, 'a')).toBe(5);
  });
});

describe('half-open probe', () => {
  const options = { router: { cooldown_time: 10 }, resilience: { halfOpenProbe: true } };

  it('lets one call through after the cooldown, all after its success', () => {
    const made = testRouter([{ id: 'a' }], options);
    const { core, clock } = made;
    core.cooldowns.coolDown(core.facts.rows[0] as never, 10, { status: 500, rule: 'manual' });
    expect(core.peek(routingRequest('g'))).toBeNull();
    clock.nowMs += 10_001;
    const probe = core.route(routingRequest('g'));
    expect(probe.next()).toMatchObject({ probe: true });
    expect(core.peek(routingRequest('g'))).toBeNull();
    probe.succeeded(SUCCESS);
    expect(core.route(routingRequest('g')).next()).toMatchObject({ kind: 'attempt', probe: false });
  });

  it('cools down again at the first failure, whatever the rates', () => {
    const made = testRouter(pair, options);
    const { core, clock } = made;
    for (const facts of core.facts.rows) core.cooldowns.coolDown(facts, 10, { status: 500, rule: 'manual' });
    clock.nowMs += 10_001;
    const probe = core.route(routingRequest('g'));
    const first = probe.next();
    probe.failed(failure('internal'), 1);
    expect(first.kind === 'attempt' ? cooledSeconds(made, first.deployment.id) : 0).toBe(10);
  });

  it('is due again when the probe was abandoned or never came back', () => {
    const { core, clock } = testRouter([{ id: 'a' }], options);
    core.cooldowns.coolDown(core.facts.rows[0] as never, 10, { status: 500, rule: 'manual' });
    clock.nowMs += 10_001;
    const abandoned = core.route(routingRequest('g'));
    abandoned.next();
    abandoned.abandoned();
    expect(core.route(routingRequest('g')).next()).toMatchObject({ probe: true });
    expect(core.peek(routingRequest('g'))).toBeNull();
    clock.nowMs += 60_001;
    expect(core.route(routingRequest('g')).next()).toMatchObject({ probe: true });
  });
});

describe('credentials', () => {
  const knowledge = { credentialKeyOf: ({ id }: { id: string }) => (id === 'c' ? 'other' : 'same') };

  it('a 401 takes out all deployments with the same one, where that is wanted', () => {
    const three = [...pair, { id: 'c' }];
    const told: string[] = [];
    const wanted = testRouter(three, { knowledge, resilience: { credentialScope: true } });
    fail(wanted, 'a', failure('authentication'));
    for (const { id } of wanted.core.facts.rows) if (cooledSeconds(wanted, id) > 0) told.push(id);
    expect(told).toEqual(['a', 'b']);
    const recorded = testRouter(three, { knowledge });
    fail(recorded, 'a', failure('authentication'));
    expect(cooledSeconds(recorded, 'b')).toBe(0);
  });
});

describe('many routers', () => {
  // LiteLLM keeps at most 100 callbacks per process: routers made after that never cool anything down.
  it('all cool down, however many there are in a process', () => {
    const routers = Array.from({ length: 150 }, () => testRouter(pair));
    for (const made of routers) fail(made, 'a', failure('rate_limit'));
    expect(routers.every((made) => cooledSeconds(made, 'a') === 5)).toBe(true);
    for (const made of routers) succeed(made, 'b');
    expect(routers.every(({ core, clock }) => core.state.successes(1, clock.nowMs) === 1)).toBe(true);
  });
});
