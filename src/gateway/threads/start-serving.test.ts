/** The real threads, in this process. */
import { get } from 'node:https';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import { TEST_TLS } from '../../wire/test-certificate.contract.ts';
import { startServing, type ServingGateway, type ServingOptions } from './start-serving.ts';

const SNAPSHOT = snapshotWith({
  deployments: [deployment('a', 'a', { model: 'simulated/fast' })],
  environment: { FAST_LITELLM_PRICES: '/nowhere/prices.json' },
});

const running: ServingGateway[] = [];

async function start(options: Partial<ServingOptions>): Promise<ServingGateway> {
  const gateway = await startServing({
    snapshots: { current: () => ({ ...SNAPSHOT, environment: new Map() }), subscribe: () => () => undefined },
    workers: 2,
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
    writeRecord: () => undefined,
    drainTimeoutMs: 1000,
    ...options,
  });
  running.push(gateway);
  return gateway;
}

afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop('the test is over');
});

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca: TEST_TLS.cert, agent: false }, (response) => resolve(response.resume().statusCode)).on(
      'error',
      reject,
    );
  });
}

describe('startServing', () => {
  it('hands the key and the certificate to every thread', async () => {
    const { key, cert } = TEST_TLS;
    const { url } = await start({ tls: { key: Buffer.from(key), cert: Buffer.from(cert) } });
    const answers = Array.from({ length: 20 }, () => statusOf(`${url}/health/liveliness`));
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
  });

  it.each([1, 2])('fails with the error of the gateway, by name, with %i', async (workers) => {
    const snapshots = { current: () => SNAPSHOT, subscribe: () => () => undefined };
    const failed = start({ snapshots, workers });
    await expect(failed).rejects.toMatchObject({
      name: 'PriceMapError',
      message: expect.stringContaining('/nowhere/prices.json cannot be read') as string,
    });
  });
});
