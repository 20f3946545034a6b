/** Strict mode: each call asks Redis, over LiteLLM's keys; exact, all or nothing, and bounded when Redis is gone. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Descriptor } from '../../src/rate-limit/contract.ts';
import type { Admission, Refusal } from '../../src/rate-limit/rate-limiter.ts';
import { createStrictLimiter, type RunningStrictLimiter } from '../../src/store/redis/create-strict-limiter.ts';
import type { RedisSettings } from '../../src/store/redis/redis-settings.ts';
import { ClusterMember, type MemberOptions } from '../support/cluster-member.ts';
import { RedisServer } from '../support/redis-server.ts';

/** Asked as often as Redis can have changed. */
const POLL = { interval: 10, timeout: 10_000 };

let redis: RedisServer;
const members: ClusterMember[] = [];
const running: RunningStrictLimiter[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.kill();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await Promise.all(members.splice(0).map((member) => member.sync.stop()));
});

async function start(settings: RedisSettings, options: Partial<MemberOptions> = {}): Promise<void> {
  const member = await ClusterMember.start({ settings, ...options });
  members.push(member);
  running.push(await createStrictLimiter({ settings, slices: member.slices, local: member.limiter, now: member.now }));
}

const scope = (value: string, limits: Partial<Descriptor>, key: Descriptor['key'] = 'api_key'): Descriptor => ({
  key,
  value,
  requests: null,
  tokens: null,
  parallel: null,
  ...limits,
});

async function admit(index: number, descriptors: readonly Descriptor[], tokens = 1): Promise<Admission | Refusal> {
  const limiter = running[index]?.limiter;
  if (limiter === undefined) throw new Error('not started');
  const size = { kind: 'chat', characters: 0, outputCap: tokens, candidates: 1 } as const;
  return await limiter.admit(limiter.prepare(descriptors), { size: () => size });
}

describe('strict mode', () => {
  it('admits exactly the limit to all at once, under LiteLLM’s keys', async () => {
    const settings = { ...redis.settings, namespace: 'strict' };
    for (let count = 0; count < 3; count++) await start(settings);
    const decisions = await Promise.all(
      Array.from({ length: 300 }, (_, index) => admit(index % 3, [scope('h', { requests: 100 })])),
    );
    const admitted = decisions.filter((one) => one.admitted);
    expect(admitted).toHaveLength(100);
    const left = admitted.flatMap(({ statuses }) => statuses.map(({ remaining }) => remaining)).sort((a, b) => a - b);
    expect(left).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(await redis.command('get', 'strict:{api_key:h}:requests')).toBe('100');
    const began = Number(await redis.command('get', 'strict:{api_key:h}:window'));
    expect(Math.abs(began - Date.now() / 1000)).toBeLessThan(20);
    const refusal = decisions.find((one) => !one.admitted);
    expect(refusal).toMatchObject({ status: { type: 'requests', limit: 100, remaining: 0 } });
  });

  it('takes from all scopes or from none', async () => {
    await start({ ...redis.settings, namespace: 'all' });
    const both = [scope('k', { requests: 10, parallel: 10 }), scope('t', { tokens: 100 }, 'team')];
    expect((await admit(0, both, 80)).admitted).toBe(true);
    expect(await admit(0, both, 80)).toMatchObject({ admitted: false, status: { type: 'tokens', remaining: 20 } });
    expect(await redis.command('get', 'all:{api_key:k}:requests')).toBe('1');
    expect(await redis.command('zcard', 'all:{api_key:k}:slots')).toBe('1');
    expect(await redis.command('get', 'all:{team:t}:tokens')).toBe('80');
  });

  it('takes the true use in place of the reservation, once, and gives the slot back', async () => {
    await start({ ...redis.settings, namespace: 'settle' });
    const both = [scope('k', { tokens: 100, parallel: 1 })];
    const taken = await admit(0, both, 60);
    if (!taken.admitted) throw new Error('the first call is admitted');
    expect((await admit(0, both, 10)).admitted).toBe(false);
    const usage = { promptTokens: 5, completionTokens: 10, totalTokens: 15 };
    running[0]?.limiter.settle(taken.hold, usage);
    running[0]?.limiter.settle(taken.hold, usage);
    running[0]?.limiter.fail(taken.hold);
    const next = await admit(0, both, 85);
    expect(next).toMatchObject({ admitted: true });
    expect(await redis.command('get', 'settle:{api_key:k}:tokens')).toBe('100');
    if (next.admitted) running[0]?.limiter.fail(next.hold);
    expect((await admit(0, both, 85)).admitted).toBe(true);
  });

  it('counts one token before the call and its use after it where tokens are not reserved', async () => {
    await start({ ...redis.settings, namespace: 'after' }, { reservesTokens: false, tokenKind: 'output' });
    const limits = [scope('k', { tokens: 50 })];
    const taken = await admit(0, limits, 1000);
    if (!taken.admitted) throw new Error('one token is there');
    expect(await redis.command('get', 'after:{api_key:k}:tokens')).toBe('1');
    running[0]?.limiter.settle(taken.hold, { promptTokens: 1000, completionTokens: 49, totalTokens: 1049 });
    running[0]?.limiter.settle(taken.hold, { promptTokens: 1000, completionTokens: 49, totalTokens: 1049 });
    // Commands of one connection are run in order: this one sees the correction.
    expect(await admit(0, limits)).toMatchObject({ admitted: false, status: { type: 'tokens', remaining: 0 } });
    expect(await redis.command('get', 'after:{api_key:k}:tokens')).toBe('50');
  });

  it('decides within the bound by its part of the limit when Redis is gone', async () => {
    const settings = { ...redis.settings, namespace: 'gone', timeoutMs: 200 };
    for (let count = 0; count < 2; count++) await start(settings);
    await Promise.all(members.map((member) => member.healthy(({ processes }) => processes === 2)));
    await redis.kill();
    const began = Date.now();
    const decisions = await Promise.all(Array.from({ length: 60 }, () => admit(0, [scope('h', { requests: 20 })])));
    expect(decisions.filter((one) => one.admitted)).toHaveLength(10);
    expect(Date.now() - began).toBeLessThan(1500);
    await redis.restart();
    await Promise.all(members.map((member) => member.healthy(({ state }) => state === 'shared')));
    // Each thread has a connection of its own, which comes back by itself.
    for (const [index] of running.entries()) {
      await expect
        .poll(async () => {
          await admit(index, [scope(`back${index}`, { requests: 1000 })]);
          return await redis.command('exists', `gone:{api_key:back${index}}:requests`);
        }, POLL)
        .toBe('1');
    }
    expect((await admit(0, [scope('after', { requests: 1 })])).admitted).toBe(true);
    expect((await admit(1, [scope('after', { requests: 1 })])).admitted).toBe(false);
  });
});
