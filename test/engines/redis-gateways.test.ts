/** Three gateway processes over one Redis: limits and cooldowns are common, also when one is killed and Redis goes away. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { RedisServer } from '../support/redis-server.ts';
import { answerWhole } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

let redis: RedisServer;
let provider: ScriptedProvider;
const gateways: GatewayProcess[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
  provider = await ScriptedProvider.start();
  provider.on('limited', answerWhole);
  provider.on('refused', (call) => call.answer(401, '{"error": {"message": "no"}}'));
});
afterAll(async () => {
  await provider.close();
  await redis.kill();
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

function configOf(rpm: number, port: number | null = redis.port): string {
  const place = port === null ? '' : `, redis_url: 'redis://127.0.0.1:${port}'`;
  return `
model_list:
  - model_name: limited
    litellm_params: { model: openai/limited, api_base: ${provider.apiBase}, api_key: k, rpm: ${rpm} }
    model_info: { id: limited-1 }
  - model_name: refused
    litellm_params: { model: openai/refused, api_base: ${provider.apiBase}, api_key: k, cooldown_time: 30 }
    model_info: { id: refused-1 }
router_settings: { optional_pre_call_checks: [enforce_model_rate_limits], num_retries: 0${place} }
general_settings: { master_key: sk-1234 }
`;
}

async function start(namespace: string, rpm: number, args: readonly string[] = []): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configOf(rpm), { args, environment: { REDIS_NAMESPACE: namespace } });
  gateways.push(gateway);
  return gateway;
}

/** Without a Redis so far. */
async function startAlone(namespace: string, workers: number): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configOf(20, null), {
    args: ['--num_workers', String(workers)],
    environment: { REDIS_NAMESPACE: namespace },
  });
  gateways.push(gateway);
  return gateway;
}

function reload(gateway: GatewayProcess, config: string): void {
  gateway.writeConfig(config);
  gateway.signal('SIGHUP');
}

/** @returns how many of the calls were answered */
async function flood(gateway: GatewayProcess, calls: number): Promise<number> {
  const statuses = await Promise.all(
    Array.from({ length: calls }, async () => (await chat(gateway.url, { model: 'limited', stream: false })).status),
  );
  for (const status of statuses) expect([200, 429]).toContain(status);
  return statuses.filter((status) => status === 200).length;
}

async function stateOf(gateway: GatewayProcess, id: string): Promise<string> {
  const reply = await fetch(`${gateway.url}/router/state`, { headers: { authorization: 'Bearer sk-1234' } });
  const { deployments } = (await reply.json()) as { deployments: readonly { id: string; state: string }[] };
  return deployments.find((one) => one.id === id)?.state ?? 'unknown';
}

describe('cluster_limits: strict', () => {
  it('counts every call of a key in Redis', async () => {
    const config = `
model_list:
  - model_name: limited
    litellm_params: { model: openai/limited, api_base: ${provider.apiBase}, api_key: k, default_api_key_rpm_limit: 30 }
router_settings: { cluster_limits: strict, redis_url: 'redis://127.0.0.1:${redis.port}' }
general_settings: { master_key: sk-1234 }
`;
    const environment = { REDIS_NAMESPACE: 'strict' };
    const pair = [
      await GatewayProcess.start(config, { environment }),
      await GatewayProcess.start(config, { environment }),
    ];
    gateways.push(...pair);
    const admitted = await Promise.all(pair.map((gateway) => flood(gateway, 25)));
    expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(30);
  });
});

describe('three gateways over one Redis', () => {
  it('pass one limit together, and no more when one is killed under load and started again', async () => {
    const limit = 60;
    const before = provider.callsFor('limited').length;
    const [first, second, third] = [await start('load', limit), await start('load', limit), await start('load', limit)];
    const early = await Promise.all([flood(first, 20), flood(second, 8)]);
    expect(early).toEqual([20, 8]);
    second.signal('SIGKILL');
    await second.exited;
    const fourth = await start('load', limit, ['--num_workers', '2']);
    const late = await Promise.all([flood(first, 30), flood(third, 30), flood(fourth, 30)]);
    const admitted = [...early, ...late].reduce((sum, count) => sum + count, 0);
    expect(admitted).toBeLessThanOrEqual(limit);
    // A killed gateway's slice stays counted until the window ends: of what was free, the part that is given ahead of its
    // use to one of two gateways or more.
    expect(admitted).toBeGreaterThanOrEqual(limit - limit / (2 * 2));
    expect(provider.callsFor('limited').length - before).toBe(admitted);
  });

  it('know of a cooldown that one of them began', async () => {
    const [first, second] = [await start('cool', 1000), await start('cool', 1000)];
    const refused = await chat(first.url, { model: 'refused', stream: false });
    expect(refused.status).toBe(401);
    await expect.poll(() => stateOf(second, 'refused-1'), { timeout: 3000 }).toBe('cooling');
    const asked = provider.callsFor('refused').length;
    expect((await chat(second.url, { model: 'refused', stream: false })).status).toBe(429);
    expect(provider.callsFor('refused')).toHaveLength(asked);
  });

  it('go on alone, alarmed once, when Redis goes away, and say when it is back', async () => {
    const own = await RedisServer.start();
    const gateway = await GatewayProcess.start(configOf(1000, own.port));
    gateways.push(gateway);
    expect(await flood(gateway, 5)).toBe(5);
    await own.kill();
    await expect.poll(() => gateway.stderr, { timeout: 5000 }).toContain('the cluster does not answer');
    expect(await flood(gateway, 20)).toBe(20);
    await own.restart();
    await expect.poll(() => gateway.stderr, { timeout: 15_000 }).toMatch(/does not answer[^]*limits are shared/);
    expect(gateway.stderr.split('does not answer')).toHaveLength(2);
    expect(await flood(gateway, 5)).toBe(5);
    await own.kill();
  });

  it.each([1, 2])('join, move and leave with a reload (%i workers)', async (workers) => {
    const other = await RedisServer.start();
    const namespace = `reload-${workers}`;
    const [fixed, moving] = [await start(namespace, 20), await startAlone(namespace, workers)];
    const said = async (text: string, times: number): Promise<void> => {
      await expect.poll(() => moving.stderr.split(text).length - 1, { timeout: 10_000 }).toBe(times);
    };
    expect(await flood(fixed, 12)).toBe(12);
    reload(moving, configOf(20));
    await said('limits are shared', 1);
    let joined = 0;
    // What the other one holds for its next calls comes when it has been idle.
    await expect.poll(async () => (joined += await flood(moving, 8)), { timeout: 10_000 }).toBe(8);
    expect(await flood(moving, 8)).toBe(0);
    reload(moving, configOf(20, other.port));
    await said('limits are shared', 2);
    reload(moving, configOf(20, null));
    await said('was loaded again', 3);
    await other.kill();
    expect(await flood(moving, 5)).toBe(5);
    expect(moving.stderr).not.toContain('does not answer');
  });
});
