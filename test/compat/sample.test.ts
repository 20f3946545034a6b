/** A sample of LiteLLM's recorded answers against a running gateway; `npm run test:compat` replays all of them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { sampleSchema, type SampleCase } from '../support/compat-sample.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { differencesOf, upstreamDifferences, type Answer } from '../support/recorded-answer.ts';
import { ReplayingProvider } from '../support/replaying-provider.ts';

const sample = path.join(import.meta.dirname, '../sample');
const read = (file: string): string => readFileSync(path.join(sample, file), 'utf8');
const { cases, environment } = sampleSchema.parse(JSON.parse(read('compat/recordings.json')));

let provider: ReplayingProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ReplayingProvider.start();
  const variables = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace('{{upstream}}', provider.origin),
  ]);
  const prices = path.join(sample, 'golden/model_prices.json.gz');
  gateway = await GatewayProcess.start(read('compat/config-main.yaml'), {
    environment: { ...Object.fromEntries(variables), FAST_LITELLM_PRICES: prices },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

async function ask({
  method,
  path: route,
  headers,
  body,
  raw_body: raw,
}: SampleCase['steps'][0]['request']): Promise<Answer> {
  const json = body === undefined ? null : JSON.stringify(body);
  const reply = await fetch(`${gateway.url}${route}`, {
    method,
    headers: { ...(json === null ? {} : { 'content-type': 'application/json' }), ...headers },
    body: raw ?? json,
    redirect: 'manual',
  });
  return { status: reply.status, contentType: reply.headers.get('content-type') ?? '', text: await reply.text() };
}

test('the sample is there', () => {
  expect(cases.length).toBeGreaterThan(50);
  expect(new Set(cases.map(({ area }) => area)).size).toBeGreaterThan(10);
});

test.each(cases)('$name', async ({ steps: [{ request, expect: expected }], replies }) => {
  provider.replay(replies);
  const answer = await ask(request);
  expect([
    ...differencesOf(expected, answer, provider.origin),
    ...upstreamDifferences(expected, provider.requests, provider.origin),
  ]).toEqual([]);
});
