/** The same over a Redis Cluster of three nodes, behind sentinels, with a password, a user and a URL. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ClusterMember } from '../support/cluster-member.ts';
import { RedisServer, redisSettings } from '../support/redis-server.ts';
import type { RedisSettings } from '../../src/store/redis/redis-settings.ts';

/** Servers tell one another what they know by their own clocks; there is nothing to subscribe to. */
const POLL = { interval: 50, timeout: 15_000 };

const servers: RedisServer[] = [];
const members: ClusterMember[] = [];

afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.sync.stop()));
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

async function server(...options: Parameters<typeof RedisServer.start>): Promise<RedisServer> {
  const started = await RedisServer.start(...options);
  servers.push(started);
  return started;
}

async function expectExact(settings: RedisSettings): Promise<void> {
  for (let count = 0; count < 2; count++) members.push(await ClusterMember.start({ settings }));
  await Promise.all(
    members.map((member) => member.healthy(({ processes, state }) => state === 'shared' && processes === 2)),
  );
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const decisions = [];
    for (let turn = 0; turn < 6; turn++)
      decisions.push(await members[turn % 2]?.admit(name, { requests: 4, tokens: 100, parallel: 9 }, 10));
    expect(decisions.map((one) => one?.admitted)).toEqual([true, true, true, true, false, false]);
  }
}

describe('other kinds of Redis', () => {
  it('is exact over a cluster of three nodes', async () => {
    const nodes = [];
    for (let node = 0; node < 3; node++)
      nodes.push(await server({ flags: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] }));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
    // Each node learns by itself that all slots are served.
    for (const node of nodes)
      await expect.poll(() => node.command('cluster', 'info'), POLL).toContain('cluster_state:ok');
    await expectExact(
      redisSettings({ kind: 'cluster', nodes: nodes.map(({ port }) => ({ host: '127.0.0.1', port })) }),
    );
    const keys = await Promise.all(nodes.map((node) => node.command('dbsize')));
    // Each node has a part of the keys, else nothing was shown.
    expect(Math.min(...keys.map(Number))).toBeGreaterThan(0);
  });

  it('finds the master through sentinels, and the new one when it is gone', async () => {
    const master = await server();
    const replica = await server({ flags: ['--replicaof', '127.0.0.1', String(master.port)] });
    const watch = [
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000',
    ].join('\n');
    const sentinels: RedisServer[] = [];
    for (let count = 0; count < 3; count++) sentinels.push(await server({ sentinel: `${watch}\n` }));
    const nodes = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
    await expectExact(redisSettings({ kind: 'sentinel', nodes, serviceName: 'mymaster', sentinelPassword: null }));
    await expect.poll(() => master.command('info', 'replication'), POLL).toContain('state=online');
    await expect.poll(() => sentinels[0]?.command('sentinel', 'ckquorum', 'mymaster'), POLL).toMatch(/^OK 3/);
    const lost = Promise.all(members.map((member) => member.healthy(({ state }) => state === 'alone')));
    await master.kill();
    await lost;
    await Promise.all(members.map((member) => member.healthy(({ state }) => state === 'shared')));
    expect(await replica.command('role')).toMatch(/^master/);
  }, 60_000);

  it('logs in with a password, with a user, and as a URL says', async () => {
    const locked = await server({
      flags: ['--requirepass', 'p@ss/word', '--user', 'limits', 'on', '>secret', '~*', '+@all'],
    });
    const place = { kind: 'single', node: { host: '127.0.0.1', port: locked.port } } as const;
    const url = `redis://limits:secret@127.0.0.1:${locked.port}/2`;
    for (const settings of [
      redisSettings(place, { password: 'p@ss/word' }),
      redisSettings(place, { username: 'limits', password: 'secret', database: 1 }),
      redisSettings({ kind: 'url', url }),
    ]) {
      await expectExact(settings);
      await Promise.all(members.splice(0).map((member) => member.sync.stop()));
    }
  });
});
