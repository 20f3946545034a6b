/** Three members of a cluster over a redis-server of this test: exact limits, shared windows, cooldowns, use, faults. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Admission, Refusal } from '../../src/rate-limit/rate-limiter.ts';
import type { RedisSettings } from '../../src/store/redis/redis-settings.ts';
import { ClusterMember, type MemberOptions } from '../support/cluster-member.ts';
import { RedisServer } from '../support/redis-server.ts';

let redis: RedisServer;
const members: ClusterMember[] = [];
let names = 0;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.kill();
});
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.sync.stop()));
});

/** Members that know of one another, under a namespace of their own. */
async function startMembers(count: number, over: Partial<RedisSettings> = {}, options: Partial<MemberOptions> = {}) {
  const settings = { ...redis.settings, namespace: `test-${++names}`, ...over };
  for (let index = 0; index < count; index++) members.push(await ClusterMember.start({ settings, ...options }));
  await Promise.all(members.map((member) => member.healthy(({ processes }) => processes === count)));
  return members;
}

/** As many calls at once. */
async function askAll(
  count: number,
  ask: (index: number) => Promise<Admission | Refusal>,
): Promise<readonly (Admission | Refusal)[]> {
  return await Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
}

function at(cluster: readonly ClusterMember[], index: number): ClusterMember {
  const member = cluster[index];
  if (member === undefined) throw new Error(`there are ${cluster.length} members`);
  return member;
}

function countAdmitted(decisions: readonly (Admission | Refusal)[]): number {
  return decisions.filter(({ admitted }) => admitted).length;
}

describe('limits over Redis', () => {
  it('admits a limit of 3 exactly, one after the other through any member', async () => {
    const [first, second, third] = await startMembers(3);
    const decisions: (Admission | Refusal)[] = [];
    for (let turn = 0; turn < 2; turn++)
      for (const member of [first, second, third])
        if (member !== undefined) decisions.push(await member.admit('a', { requests: 3 }));
    expect(decisions.map(({ admitted }) => admitted)).toEqual([true, true, true, false, false, false]);
    expect(
      decisions.slice(0, 3).flatMap((one) => (one.admitted ? one.statuses.map(({ remaining }) => remaining) : [])),
    ).toEqual([2, 1, 0]);
  });

  it('never passes a limit of requests, however uneven and however many at once', async () => {
    const cluster = await startMembers(3);
    const decisions = await askAll(1500, (index) =>
      at(cluster, index % 7 === 0 ? 1 : index % 31 === 0 ? 2 : 0).admit('b', { requests: 600 }),
    );
    const admitted = countAdmitted(decisions);
    expect(admitted).toBeLessThanOrEqual(600);
    expect(admitted).toBeGreaterThanOrEqual(0.9 * 600);
    // What lay idle elsewhere comes back within a few intervals.
    const decide = () => at(cluster, 0).admit('b', { requests: 600 });
    let all = admitted;
    await until(async () => {
      if (all < 600 && (await decide()).admitted) all++;
      return all === 600;
    });
    expect((await decide()).admitted).toBe(false);
  });

  it('reserves tokens for all members and takes the true use in their place', async () => {
    const [first, second] = await startMembers(2);
    const taken = await first?.admit('c', { tokens: 1000 }, 800);
    expect(taken?.admitted).toBe(true);
    expect((await second?.admit('c', { tokens: 1000 }, 300))?.admitted).toBe(false);
    if (taken?.admitted === true)
      first?.limiter.settle(taken.hold, { promptTokens: 0, completionTokens: 100, totalTokens: 100 });
    await until(async () => (await second?.admit('c', { tokens: 1000 }, 300))?.admitted === true);
  });

  it('counts slots of all members and gives them back', async () => {
    const [first, second] = await startMembers(2);
    const held = await Promise.all([
      first?.admit('d', { parallel: 3 }),
      first?.admit('d', { parallel: 3 }),
      second?.admit('d', { parallel: 3 }),
    ]);
    expect(held.map((one) => one?.admitted)).toEqual([true, true, true]);
    expect((await second?.admit('d', { parallel: 3 }))?.admitted).toBe(false);
    const [released] = held;
    if (released?.admitted === true) first?.limiter.fail(released.hold);
    await until(async () => (await second?.admit('d', { parallel: 3 }))?.admitted === true);
  });

  it('shares the beginning of a window, so that it is open again for all at the same time', async () => {
    const [first, second] = await startMembers(2, {}, { windowMs: 2000 });
    const began = Date.now();
    expect((await first?.admit('e', { requests: 1 }))?.admitted).toBe(true);
    expect((await second?.admit('e', { requests: 1 }))?.admitted).toBe(false);
    await until(async () => (await second?.admit('e', { requests: 1 }))?.admitted === true);
    // A window begins with its second.
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(Date.now() - began).toBeLessThan(2600);
    expect((await first?.admit('e', { requests: 1 }))?.admitted).toBe(false);
  });

  it('is exact with clocks that are hours apart', async () => {
    const settings = { ...redis.settings, namespace: `test-${++names}` };
    const hour = 3_600_000;
    for (const skew of [-hour, 0, 5 * hour])
      members.push(await ClusterMember.start({ settings, now: () => Date.now() + skew }));
    const decisions = await askAll(90, (index) => at(members, index % 3).admit('f', { requests: 30 }));
    expect(countAdmitted(decisions)).toBeLessThanOrEqual(30);
    const [first, second] = members;
    first?.state.coolDown(0, first.now(), 20, { status: 429, rule: 'rate-limited' });
    await until(() => second?.state.isCooled(0, second.now()) === true);
    expect((second?.state.cooledUntil(0) ?? 0) - (second?.now() ?? 0)).toBeLessThanOrEqual(20_100);
  });
});

describe('deployments over Redis', () => {
  it('tells a cooldown to all within three intervals; a shorter one never replaces a longer one', async () => {
    const [first, second] = await startMembers(2);
    if (first === undefined || second === undefined) throw new Error('two members were started');
    const began = Date.now();
    first.state.coolDown(1, first.now(), 30, { status: 429, rule: 'rate-limited' });
    await until(() => second.state.isCooled(1, second.now()));
    expect(Date.now() - began).toBeLessThan(400);
    expect([second.state.cooledStatus(1), second.state.cooledRule(1)]).toEqual([429, 'rate-limited']);
    const long = second.state.cooledUntil(1);
    // A longer one of the other deployment shows that beats went on.
    first.state.coolDown(0, first.now(), 5, { status: 500, rule: 'status' });
    second.state.coolDown(0, second.now(), 60, { status: 401, rule: 'status' });
    await until(() => first.state.cooledUntil(0) > first.now() + 30_000);
    expect(second.state.cooledUntil(0)).toBeGreaterThan(second.now() + 30_000);
    expect(second.state.cooledUntil(1)).toBe(long);
    // One that comes with a shorter one before it has heard of the longer one changes nothing for those who come later.
    const settings = { ...redis.settings, namespace: `test-${names}` };
    const prepare = ({ state, now }: ClusterMember): void =>
      state.coolDown(0, now(), 3, { status: 408, rule: 'status' });
    members.push(await ClusterMember.start({ settings, prepare }), await ClusterMember.start({ settings }));
    for (const late of [at(members, 2), at(members, 3)])
      await until(() => late.state.cooledUntil(0) > late.now() + 30_000);
    expect(at(members, 3).state.cooledStatus(0)).toBe(401);
  });

  it('adds the use of others in this minute to the own', async () => {
    const [first, second] = await startMembers(2);
    if (first === undefined || second === undefined) throw new Error('two members were started');
    for (let count = 0; count < 5; count++) first.state.minutes.addRequest(0, first.now());
    first.state.minutes.addTokens(0, 70, first.now());
    second.state.minutes.addRequest(0, second.now());
    for (const { state, now } of [first, second]) {
      await until(() => state.minutes.requests(0, now()) === 6);
      await until(() => state.minutes.tokens(0, now()) === 70);
      expect(state.minutes.requests(1, now())).toBe(0);
    }
  });
});

describe('Redis in trouble', () => {
  it('goes on with 1/3 of a limit when Redis is killed, says so once, and is back when Redis is', async () => {
    const cluster = await startMembers(3, { timeoutMs: 300 });
    const [first] = cluster;
    expect((await first?.admit('before', { requests: 100 }))?.admitted).toBe(true);
    await redis.kill();
    await Promise.all(cluster.map((member) => member.healthy(({ state }) => state === 'alone')));
    const decisions = await askAll(300, (index) => at(cluster, index % 3).admit('during', { requests: 90 }));
    expect(countAdmitted(decisions)).toBe(90);
    await redis.restart();
    await Promise.all(cluster.map((member) => member.healthy(({ state }) => state === 'shared')));
    for (const { lines } of cluster) {
      expect(lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('again'))).not.toHaveLength(0);
    }
    // What was counted meanwhile was told: nothing is left for anybody.
    await until(async () => (await first?.admit('during', { requests: 90 }))?.admitted === false);
  });

  it('tells everything again when Redis has lost its data and its scripts', async () => {
    const [first, second] = await startMembers(2);
    const before = await askAll(40, () => at(members, 0).admit('g', { requests: 50 }));
    expect(before.filter((one) => one.admitted)).toHaveLength(40);
    first?.state.coolDown(0, first.now(), 60, { status: 429, rule: 'rate-limited' });
    await until(() => second?.state.isCooled(0, second.now()) === true);
    await redis.command('flushall');
    await redis.command('script', 'flush');
    await until(() => first?.lines.some((line) => line.includes('has lost its data')) === true);
    await until(async () => Number(await redis.command('exists', `test-${names}:{fast-litellm}:cooldowns`)) === 1);
    const key = await redis.command('keys', `test-${names}:fast-litellm:requests:*`);
    await until(async () => Number(await redis.command('hget', key, 'U')) === 40);
    const after = await askAll(40, () => at(members, 1).admit('g', { requests: 50 }));
    expect(after.filter((one) => one.admitted)).toHaveLength(10);
  });

  it('decides alone after the bound while Redis stalls for 2 s, and shares again afterwards', async () => {
    const [first, second] = await startMembers(2, { timeoutMs: 100 });
    if (first === undefined || second === undefined) throw new Error('two members were started');
    await redis.command('client', 'pause', '2000');
    const began = Date.now();
    expect((await first.admit('h', { requests: 10 })).admitted).toBe(true);
    expect(Date.now() - began).toBeLessThan(400);
    await first.healthy(({ state }) => state === 'alone');
    const rest = await Promise.all(Array.from({ length: 9 }, () => first.admit('h', { requests: 10 })));
    expect(rest.filter(({ admitted }) => admitted)).toHaveLength(4);
    await first.healthy(({ state }) => state === 'shared');
    await second.healthy(({ state }) => state === 'shared');
    await until(async () => (await second.admit('h', { requests: 10 })).admitted === false);
  });

  it('goes on alone with a wrong password and with a read-only replica, and says why without the password', async () => {
    const locked = await RedisServer.start({ flags: ['--requirepass', 'right-secret'] });
    const replica = await RedisServer.start({ flags: ['--replicaof', '127.0.0.1', String(redis.port)] });
    const wrong = await ClusterMember.start({
      settings: { ...locked.settings, password: 'wrong-secret', timeoutMs: 300 },
    });
    const readOnly = await ClusterMember.start({ settings: { ...replica.settings, timeoutMs: 300 } });
    members.push(wrong, readOnly);
    expect((await wrong.admit('i', { requests: 5 })).admitted).toBe(true);
    expect((await readOnly.admit('i', { requests: 5 })).admitted).toBe(true);
    expect(wrong.sync.health()).toMatchObject({ state: 'alone', reason: expect.stringMatching(/WRONGPASS|AUTH/i) });
    expect(readOnly.sync.health()).toMatchObject({
      state: 'alone',
      reason: expect.stringMatching(/READONLY|read only/i),
    });
    for (const member of [wrong, readOnly])
      expect(JSON.stringify([member.sync.health(), member.lines])).not.toContain('secret');
    await locked.kill();
    await replica.kill();
  });

  it('starts without Redis and joins when it comes', async () => {
    await redis.kill();
    const member = await ClusterMember.start({ settings: { ...redis.settings, namespace: 'late', timeoutMs: 300 } });
    members.push(member);
    expect((await member.admit('j', { requests: 1 })).admitted).toBe(true);
    await redis.restart();
    await member.healthy(({ state }) => state === 'shared');
  });
});

/** What other members and Redis do is seen only by asking. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { interval: 10, timeout: 15_000 }).toBe(true);
}
