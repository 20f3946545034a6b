/**
 * A setting that restricts and is not enforced here is never ignored: with each one alone in the configuration, a call
 * that it governs reaches no provider.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigStore } from '../../src/config/config-store.ts';
import { restrictionExamples, type RestrictionExample } from '../../src/config/restrictions.ts';
import { startGateway, type RunningGateway } from '../../src/gateway/start-gateway.ts';
import { CountedConfigurations } from '../../src/gateway/threads/configuration-source.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let folder: string;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  folder = mkdtempSync(path.join(tmpdir(), 'restrictions-'));
});

afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The examples name their provider's address when they are made; the real one is known only once it listens. */
const PLACEHOLDER = 'http://127.0.0.1:1/v1';
const EXAMPLES = restrictionExamples(PLACEHOLDER).map((example, index) => ({ ...example, index }));

async function started(document: RestrictionExample['document']): Promise<RunningGateway> {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, stringify(document).replaceAll(PLACEHOLDER, provider.apiBase));
  const store = ConfigStore.open({ path: file, env: new Map() });
  const log = pino({ level: 'silent' });
  const configurations = new CountedConfigurations(store, 1);
  return await startGateway({ configurations, lane: 0, host: '127.0.0.1', port: 0, log, drainTimeoutMs: 1000 });
}

const BODIES: readonly (readonly [string, object])[] = [
  ['/v1/chat/completions', { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] }],
  ['/openai/deployments/gpt/chat/completions', { messages: [{ role: 'user', content: 'Hello' }], stream: true }],
  ['/v1/embeddings', { model: 'gpt', input: 'Hello' }],
  ['/v1/responses', { model: 'gpt', input: 'Hello' }],
];

async function post(url: string, [route, body]: (typeof BODIES)[number], key: string | null): Promise<Response> {
  return await fetch(url + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  });
}

async function errorMessage(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { message: string; type: string } };
  expect([error.message, error.type]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/\S/)]);
  return error.message;
}

describe.each(EXAMPLES)('$key ($index)', ({ key, masterKeyPasses, document }) => {
  it('keeps calls that it governs from every provider', async () => {
    const gateway = await started(document);
    const before = provider.calls.length;
    try {
      for (const body of BODIES) {
        for (const wrong of [null, 'sk-other', 'sk-1234x']) {
          const response = await post(gateway.url, body, wrong);
          expect([401, 403, 501]).toContain(response.status);
          await errorMessage(response);
        }
        if (masterKeyPasses) continue;
        const response = await post(gateway.url, body, 'sk-1234');
        // 403: a setting that is enforced here after all.
        const message = await errorMessage(response);
        expect(response.status === 403 || (response.status === 501 && message.includes(key))).toBe(true);
      }
      expect(provider.calls.length).toBe(before);
      const passing = await post(gateway.url, ['/v1/chat/completions', BODIES[0]?.[1] ?? {}], 'sk-1234');
      expect(passing.status === 200).toBe(masterKeyPasses);
      expect((await passing.text()).includes(HEALTHY_TEXT)).toBe(masterKeyPasses);
      expect(provider.calls.length).toBe(before + (masterKeyPasses ? 1 : 0));
    } finally {
      await gateway.stop('test');
    }
  });
});

it('serves the same file without the setting', async () => {
  const document = EXAMPLES.find(({ key }) => key === 'guardrails')?.document ?? {};
  const { guardrails: _guardrails, ...rest } = document;
  const gateway = await started(rest);
  try {
    expect((await post(gateway.url, BODIES[0] ?? ['', {}], 'sk-1234')).status).toBe(200);
  } finally {
    await gateway.stop('test');
  }
});
