/** Connections that do not come about. A rejection that nobody hears would fail the run. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort, redisSettings } from '../../../test/support/redis-server.ts';
import { connectRedis } from './connect-redis.ts';
import { scriptOf } from './redis-script.ts';
import type { RedisPlace } from './redis-settings.ts';

const SCRIPT = scriptOf('return 1');

afterEach(() => {
  vi.useRealTimers();
  vi.doUnmock('@redis/client');
});

describe('a connection that does not come about', () => {
  it.each<[string, (port: number) => RedisPlace]>([
    ['a server', (port) => ({ kind: 'single', node: { host: '127.0.0.1', port } })],
    ['a URL', (port) => ({ kind: 'url', url: `redis://u:p%40ss@127.0.0.1:${port}` })],
    ['a cluster', (port) => ({ kind: 'cluster', nodes: [{ host: '127.0.0.1', port }] })],
    [
      'sentinels',
      (port) => ({
        kind: 'sentinel',
        nodes: [{ host: '127.0.0.1', port }],
        serviceName: 'mymaster',
        sentinelPassword: null,
      }),
    ],
  ])('fails calls to %s at once with the reason, without secrets, until it is closed', async (_name, placeAt) => {
    const reasons: string[] = [];
    const settings = redisSettings(placeAt(await freePort()), { password: 'other' });
    const connection = await connectRedis({ settings, onError: (reason) => reasons.push(reason), random: () => 0 });
    const asked = performance.now();
    await expect(connection.run(SCRIPT, [], [])).rejects.toThrow(/ECONNREFUSED|root nodes/i);
    expect(performance.now() - asked).toBeLessThan(500);
    await connection.close();
    await connection.close();
    const told = reasons.length;
    await expect(connection.run(SCRIPT, [], [])).rejects.toThrow(/ECONNREFUSED|root nodes/i);
    expect(told).toBeGreaterThan(0);
    expect(reasons).toHaveLength(told);
    expect(reasons.join(' ')).not.toMatch(/p@ss|p%40ss|other/);
  });

  it('says so and tries again when the client cannot be loaded', async () => {
    vi.doMock('@redis/client', () => {
      throw new Error('no such package');
    });
    const settings = redisSettings({ kind: 'single', node: { host: '127.0.0.1', port: 1 } });
    const reasons: string[] = [];
    const connection = await connectRedis({ settings, onError: (reason) => reasons.push(reason), random: () => 0 });
    expect(reasons).toHaveLength(1);
    await expect(connection.run(SCRIPT, [], [])).rejects.toThrow(reasons[0]);
    await vi.waitFor(() => expect(reasons.length).toBeGreaterThan(1));
    await connection.close();
  });

  it('ends when it is closed while the server has taken it and says nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const connecting = connectRedis({
      settings: redisSettings({ kind: 'single', node: { host: '127.0.0.1', port } }),
      random: () => 0,
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    // It does not wait longer for the first attempt.
    await vi.advanceTimersByTimeAsync(2000);
    const connection = await connecting;
    const waiting = connection.run(SCRIPT, [], []);
    const gone = once(socket.resume(), 'close');
    await connection.close();
    await expect(waiting).rejects.toThrow('no connection');
    await gone;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await connectionsTo(server)).toBe(0);
    server.close();
  });
});

async function connectionsTo(server: ReturnType<typeof createServer>): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
