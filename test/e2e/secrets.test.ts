/**
 * Keys and secrets: who has no key gets nothing, the provider's key never comes out, and a client cannot choose where a
 * request goes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bearer,
  CLOSED_TARGETS,
  HOST_MEMBERS,
  hostHeaders,
  keyEchoes,
  READABLE_TARGETS,
  REFUSED_HOST_MEMBERS,
  wrongKeys,
} from '../support/forbidden-requests.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { rawRequest } from '../support/raw-reply.ts';
import { answerWhole } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const CANARY = 'sk-canary-7f3a9c1e5b2d4f60a8b7c6d5e4f30211';
const TAIL = CANARY.slice(-24);
const MASTER = 'sk-master-9d8c7b6a';
const MESSAGES = [{ role: 'user', content: 'Hello' }];

let provider: ScriptedProvider;
let elsewhere: ScriptedProvider;
let gateway: GatewayProcess;
const heard: string[] = [];

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  elsewhere = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  elsewhere.on('*', answerWhole);
  gateway = await GatewayProcess.start(
    `
model_list:
  - model_name: gpt
    litellm_params: { model: openai/gpt, api_base: ${provider.apiBase}, api_key: ${CANARY}, timeout: 5 }
  - model_name: from-env
    litellm_params: { model: openai/env, api_base: ${provider.apiBase}, api_key: os.environ/CANARY_KEY, timeout: 5 }
  - model_name: short
    litellm_params: { model: openai/silent, api_base: ${provider.apiBase}, api_key: ${CANARY}, timeout: 0.3 }
  - model_name: unreachable
    litellm_params: { model: openai/x, api_base: "http://127.0.0.1:9/v1", api_key: ${CANARY}, timeout: 5 }
  - model_name: "fault-*"
    litellm_params: { model: "openai/fault-*", api_base: ${provider.apiBase}, api_key: ${CANARY}, timeout: 5 }
router_settings: { num_retries: 0, disable_cooldowns: true }
general_settings: { master_key: ${MASTER} }
`,
    { args: ['--detailed_debug'], environment: { CANARY_KEY: CANARY } },
  );
});

afterAll(async () => {
  await provider.close();
  await elsewhere.close();
});

async function fetchText(
  target: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(gateway.url + target, { redirect: 'manual', ...init });
  const text = await response.text();
  heard.push(text, JSON.stringify([...response.headers]));
  return { status: response.status, text };
}

function post(body: object, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return fetchText('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('A1: without the key', () => {
  it.each(wrongKeys(MASTER, CANARY))('%s is refused', async (_name, headers) => {
    const before = provider.calls.length;
    const { status, text } = await post({ model: 'gpt', messages: MESSAGES }, headers);
    expect([400, 401, 403, 431]).toContain(status);
    expect(JSON.parse(text)).toHaveProperty('error.message');
    expect(text).not.toContain(MASTER);
    const sent = headers['authorization']?.slice('Bearer '.length) ?? '';
    expect(sent.length > 12 && text.includes(sent)).toBe(false);
    expect(provider.calls.length).toBe(before);
  });

  it.each([...CLOSED_TARGETS, `/v1/models?key=${MASTER}`])('%s stays closed', async (target) => {
    const request = `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
    const reply = await rawRequest(gateway.port, request);
    const [answer] = reply.answers;
    heard.push(reply.bytes.toString());
    expect(answer?.status === 307 || (answer?.status ?? 0) >= 400).toBe(true);
    expect(reply.bytes.toString()).not.toMatch(/"gpt"|from-env|127\.0\.0\.1:\d+\/v1"/);
  });
});

describe('A3: the client does not choose where a request goes', () => {
  it.each(HOST_MEMBERS)('not by %s', async (name, member) => {
    const before = elsewhere.connections;
    const { status } = await post({ model: 'gpt', messages: MESSAGES, ...member(elsewhere.apiBase) }, bearer(MASTER));
    expect(status >= 400 || !REFUSED_HOST_MEMBERS.has(name)).toBe(true);
    expect(elsewhere.connections).toBe(before);
  });

  it('not by a member whose name is written with escapes', async () => {
    const body = `{"model":"gpt","messages":${JSON.stringify(MESSAGES)},"api\\u005fbase":"${elsewhere.apiBase}"}`;
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: bearer(MASTER),
      body,
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(elsewhere.connections).toBe(0);
  });

  it('not by a header', async () => {
    const headers = hostHeaders(elsewhere.apiBase);
    expect((await post({ model: 'gpt', messages: MESSAGES }, { ...bearer(MASTER), ...headers })).status).toBe(200);
    expect(elsewhere.connections).toBe(0);
    expect(JSON.stringify(provider.calls.at(-1)?.rawHeaders)).not.toContain(new URL(elsewhere.apiBase).host);
  });

  it.each([301, 302, 303, 307, 308])('not by a redirect of the provider (%i)', async (status) => {
    provider.on(`fault-${status}`, (call) =>
      call.answer(status, '', [`location: ${elsewhere.apiBase}/chat/completions`]),
    );
    const reply = await post({ model: `fault-${status}`, messages: MESSAGES }, bearer(MASTER));
    expect(reply.text).toMatch(/^\{"error":/);
    expect(elsewhere.connections).toBe(0);
    expect(provider.callsFor(`fault-${status}`)).toHaveLength(1);
  });
});

describe('A2: the provider’s key', () => {
  it.each(keyEchoes(CANARY))('is not in the reply to a failure (%s)', async (name, script) => {
    provider.on(`fault-${name}`, script);
    for (const stream of [false, true]) {
      const reply = await post({ model: `fault-${name}`, messages: MESSAGES, stream }, bearer(MASTER));
      expect(reply.text).not.toContain(TAIL);
    }
  });

  it('is not in the replies of any route, nor in the outputs at the most talkative level', async () => {
    provider.on('silent', () => undefined);
    for (const model of ['gpt', 'from-env', 'short', 'unreachable', 'unknown']) {
      await post({ model, messages: MESSAGES }, bearer(MASTER));
      await post({ model, messages: MESSAGES, stream: true }, bearer(MASTER));
    }
    // The health route asks every deployment; a silent one would keep it waiting.
    provider.on('silent', answerWhole);
    for (const route of READABLE_TARGETS) await fetchText(route, { headers: bearer(MASTER) });
    expect((await post({ model: 'gpt', messages: MESSAGES }, bearer(MASTER))).status).toBe(200);
    await gateway.stop();
    expect(provider.calls.some((call) => call.headers.authorization === `Bearer ${CANARY}`)).toBe(true);
    expect(gateway.stdout).toContain('listens on');
    for (const text of [...heard, gateway.stdout, gateway.stderr]) {
      expect(text).not.toContain(TAIL);
      expect(text).not.toContain(MASTER.slice(-8));
    }
  });
});

it('names a wrong key’s caller nowhere in the logs', () => {
  expect(gateway.stderr + gateway.stdout).not.toContain('k'.repeat(100));
});
