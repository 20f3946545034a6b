/** Percentages between native code and LiteLLM: set, seen, compared and taken back, over one thread and several. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLitellm } from '../support/fake-litellm.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const MAIN = path.join(import.meta.dirname, '../../src/cli/main.ts');
const SERVED_BY = 'x-fast-litellm-served-by';
const KEY = { authorization: 'Bearer sk-1234' };
const CHAT = 'route:/v1/chat/completions';
const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'mocked',
  choices: [{ index: 0, message: { role: 'assistant', content: 'from a mock' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
};

interface Component {
  readonly name: string;
  readonly configured: string;
  readonly override: string | null;
  readonly state: string;
  readonly percent: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Status {
  readonly components: readonly Component[];
  readonly unknown: readonly string[];
  readonly recommendations: readonly unknown[];
  readonly fallback: Readonly<Record<string, unknown>> | null;
}

let provider: ScriptedProvider;
let litellm: FakeLitellm;
const running: GatewayProcess[] = [];

beforeEach(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  litellm = await FakeLitellm.start({ keys: ['sk-viewer', 'sk-admin', 'sk-user'] });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  await litellm.kill();
  await provider.close();
});

interface Parts {
  readonly acceleration?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

function configOf(acceleration: string): string {
  return `model_list:
  - { model_name: mocked, litellm_params: { model: openai/x, mock_response: from a mock } }
  - { model_name: paid, litellm_params: { model: openai/paid, api_base: ${provider.apiBase}, api_key: k } }
general_settings: { master_key: sk-1234 }
acceleration: ${acceleration}
`;
}

async function start({ acceleration = '{}', args = [], environment = {} }: Parts = {}): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configOf(acceleration), {
    args: ['--fallback', litellm.origin, ...args],
    environment,
  });
  running.push(gateway);
  return gateway;
}

async function ask(gateway: GatewayProcess, model = 'mocked', headers: Record<string, string> = {}): Promise<string> {
  const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...KEY, ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await reply.arrayBuffer();
  return reply.headers.get(SERVED_BY) ?? 'native';
}

async function many(gateway: GatewayProcess, count: number): Promise<number> {
  const answers: string[] = [];
  for (let left = count; left > 0; left -= 20)
    answers.push(...(await Promise.all(Array.from({ length: Math.min(20, left) }, () => ask(gateway)))));
  return answers.filter((by) => by === 'native').length;
}

async function status(gateway: GatewayProcess, key = 'sk-1234'): Promise<Status> {
  const reply = await fetch(`${gateway.url}/acceleration`, { headers: { authorization: `Bearer ${key}` } });
  expect(reply.status).toBe(200);
  return (await reply.json()) as Status;
}

async function chatOf(gateway: GatewayProcess): Promise<Component> {
  const found = (await status(gateway)).components.find(({ name }) => name === CHAT);
  if (found === undefined) throw new Error('the component is missing');
  return found;
}

async function put(gateway: GatewayProcess, target: string, mode: unknown, key = 'sk-1234'): Promise<Response> {
  return await fetch(`${gateway.url}/acceleration/${target}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  });
}

describe('a percentage', () => {
  it('is drawn for each call, and counted', async () => {
    const gateway = await start({ acceleration: `{ "${CHAT}": "canary:50" }` });
    const native = await many(gateway, 400);
    // Four standard deviations.
    expect(native).toBeGreaterThan(160);
    expect(native).toBeLessThan(240);
    expect(litellm.received.length).toBe(400 - native);
    expect(await chatOf(gateway)).toMatchObject({
      configured: 'canary:50',
      state: 'serving',
      percent: 50,
      counts: { fastCalls: native, originalCalls: 400 - native },
    });
    expect((await status(gateway)).fallback).toMatchObject({
      kind: 'url',
      health: 'up',
      handedOver: { rollout: 400 - native },
    });
  });

  it('may be one of keys or sessions', async () => {
    const gateway = await start({ acceleration: `{ "${CHAT}": { mode: "canary:50", sticky: request } }` });
    for (const session of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const by = await Promise.all(
        Array.from({ length: 5 }, () => ask(gateway, 'mocked', { 'x-litellm-session-id': session })),
      );
      expect(new Set(by).size).toBe(1);
    }
  });

  it('is 0 for all routes with one word, and does not touch other routes with another', async () => {
    const off = await start({ environment: { FAST_LITELLM_ROUTE: 'off' } });
    expect(await ask(off)).toBe('litellm');
    expect((await fetch(`${off.url}/v1/models`, { headers: KEY })).headers.get(SERVED_BY)).toBe('litellm');
    expect((await fetch(`${off.url}/health/liveliness`)).headers.get(SERVED_BY)).toBeNull();
    const one = await start({ acceleration: `{ "${CHAT}": off }` });
    expect(await ask(one)).toBe('litellm');
    expect((await fetch(`${one.url}/v1/models`, { headers: KEY })).headers.get(SERVED_BY)).toBeNull();
  });
});

describe('a configuration that is loaded again', () => {
  it('changes what it says, and nothing that was set by hand', async () => {
    const gateway = await start();
    await put(gateway, 'route:/v1/embeddings', 'shadow');
    gateway.writeConfig(configOf('{ route: "canary:0" }'));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('version 2'));
    expect(await ask(gateway)).toBe('litellm');
    expect(await chatOf(gateway)).toMatchObject({ configured: 'canary:0', override: null });
    const { components } = await status(gateway);
    expect(components.find(({ name }) => name === 'route:/v1/embeddings')).toMatchObject({ override: 'shadow' });
    gateway.writeConfig(configOf('{ route: sometimes }'));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('acceleration.route: not a mode'));
    expect(await ask(gateway)).toBe('litellm');
  });
});

describe('/acceleration', () => {
  it('changes a component at run time and takes the change back', async () => {
    const gateway = await start();
    expect(await ask(gateway)).toBe('native');
    expect((await put(gateway, encodeURIComponent(CHAT), 'off')).status).toBe(200);
    expect(await ask(gateway)).toBe('litellm');
    expect(await chatOf(gateway)).toMatchObject({ configured: 'on', override: 'off', state: 'off' });
    const back = await put(gateway, CHAT, null);
    expect([back.status, await ask(gateway)]).toEqual([200, 'native']);
    expect(await chatOf(gateway)).toMatchObject({ override: null, state: 'serving' });
  });

  it('says what is wrong with an order', async () => {
    const gateway = await start();
    const unknown = await put(gateway, 'route:/v1/nothing', 'off');
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining(CHAT)]);
    const wrong = await put(gateway, CHAT, 'sometimes');
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('canary:10')]);
    expect(litellm.received).toHaveLength(0);
  });

  it('is for administrators, and for viewers to look at', async () => {
    litellm.on('/v2/user/info', ({ headers }, response) => {
      const key = (headers.authorization ?? '').replace('Bearer ', '');
      const role = { 'sk-viewer': 'proxy_admin_viewer', 'sk-admin': 'proxy_admin' }[key] ?? 'internal_user';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ user_role: role }));
    });
    const gateway = await start();
    const get = async (key: string): Promise<number> =>
      (await fetch(`${gateway.url}/acceleration`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await get('sk-viewer'), await get('sk-admin'), await get('sk-user'), await get('sk-nobody')]).toEqual([
      200, 200, 401, 401,
    ]);
    expect((await put(gateway, CHAT, 'off', 'sk-viewer')).status).toBe(403);
    expect((await put(gateway, CHAT, 'off', 'sk-user')).status).toBe(401);
    expect((await put(gateway, CHAT, 'off', 'sk-admin')).status).toBe(200);
    expect(await ask(gateway)).toBe('litellm');
  });

  it('tells that programs count for themselves, and what was set for nothing', async () => {
    const gateway = await start({ acceleration: '{ "route:/v1/nothing": off }' });
    expect(await status(gateway)).toMatchObject({
      unknown: ['route:/v1/nothing'],
      fallback: { counting: expect.stringContaining('each for itself') },
    });
  });

  it('is there without a fallback, with nothing to show', async () => {
    const gateway = await GatewayProcess.start('general_settings: { master_key: sk-1234 }\nmodel_list: []\n');
    running.push(gateway);
    expect(await status(gateway)).toMatchObject({ components: [], fallback: null });
    expect((await fetch(`${gateway.url}/acceleration`)).status).toBe(401);
  });
});

describe('shadow', () => {
  const answers = (body: object) => {
    litellm.on('/v1/chat/completions', (_received, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };
  const SHADOW = '{ route: { mode: shadow, shadow: { percent: 100 } } }';

  async function compared(gateway: GatewayProcess, count: number): Promise<Component> {
    for (;;) {
      const component = await chatOf(gateway);
      const { comparisons = 0, skippedComparisons = 0 } = component.counts;
      if (comparisons + skippedComparisons >= count) return component;
    }
  }

  it('has LiteLLM answer, and finds nothing where there is nothing', async () => {
    answers({ ...COMPLETION, id: 'chatcmpl-2', created: 2, provider_specific_fields: { a: 1 } });
    const gateway = await start({ acceleration: SHADOW });
    for (let call = 0; call < 5; call++) expect(await ask(gateway)).toBe('litellm');
    const { counts, state } = await compared(gateway, 5);
    expect([state, counts['comparisons'], counts['mismatches'], counts['fastCalls']]).toEqual(['shadow', 5, 0, 0]);
  });

  it('finds an answer that differs', async () => {
    answers({ ...COMPLETION, choices: [{ ...COMPLETION.choices[0], finish_reason: 'length' }] });
    const gateway = await start({ acceleration: SHADOW });
    await ask(gateway);
    expect((await compared(gateway, 1)).counts).toMatchObject({ comparisons: 1, mismatches: 1 });
  });

  it('never asks a provider that is paid a second time, unless that is allowed', async () => {
    answers({ ...COMPLETION, model: 'paid' });
    const gateway = await start({ acceleration: SHADOW });
    for (let call = 0; call < 3; call++) expect(await ask(gateway, 'paid')).toBe('litellm');
    expect((await status(gateway)).fallback).toMatchObject({ notCompared: { paid: 3, unreadable: 0 } });
    expect((await chatOf(gateway)).counts).toMatchObject({ comparisons: 0 });
    expect(provider.calls).toHaveLength(0);

    const generous = await start({
      acceleration: '{ route: { mode: shadow, shadow: { percent: 100 } }, shadow_paid_calls: true }',
    });
    await ask(generous, 'paid');
    expect((await compared(generous, 1)).counts).toMatchObject({ comparisons: 1, mismatches: 0 });
    expect(provider.calls).toHaveLength(1);
  });

  it('compares what is read, and never repeats what writes', async () => {
    litellm.on('/v1/models', (_received, response) => {
      const data = ['mocked', 'paid'].map((id) => ({ id, object: 'model', created: 1, owned_by: 'openai' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, object: 'list' }));
    });
    const gateway = await start({ acceleration: SHADOW });
    await fetch(`${gateway.url}/v1/models`, { headers: KEY });
    await fetch(`${gateway.url}/key/generate`, { headers: KEY, method: 'POST' });
    for (;;) {
      const models = (await status(gateway)).components.find(({ name }) => name === 'route:/v1/models');
      if ((models?.counts['comparisons'] ?? 0) === 0) continue;
      expect(models?.counts).toMatchObject({ comparisons: 1, mismatches: 0 });
      break;
    }
    expect(litellm.received.map(({ url }) => url)).toEqual(['/v1/models', '/key/generate']);
  });
});

describe('several threads', () => {
  it('follow one order and report together; one that comes later does, too', async () => {
    const gateway = await start({ args: ['--num_workers', '2'] });
    expect((await put(gateway, CHAT, 'off')).status).toBe(200);
    expect(await many(gateway, 40)).toBe(0);
    const { counts, state } = await chatOf(gateway);
    expect([state, counts['originalCalls']]).toEqual(['off', 40]);
    expect((await status(gateway)).fallback).toMatchObject({ handedOver: { rollout: 40 } });
    expect((await put(gateway, CHAT, 'on')).status).toBe(200);
    expect(await many(gateway, 40)).toBe(40);
    expect((await chatOf(gateway)).counts).toMatchObject({ fastCalls: 40, originalCalls: 40 });
    expect((await put(gateway, 'route:/nothing', 'on')).status).toBe(404);
  });
});

describe('the command line', () => {
  const command = (gateway: GatewayProcess, args: readonly string[], key = 'sk-1234') => {
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync(process.execPath, [MAIN, ...args, '--url', gateway.url], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LITELLM_MASTER_KEY: key },
    });
    return { code, stdout, stderr };
  };

  it('shows a table, and sets a component', async () => {
    const gateway = await start();
    const set = command(gateway, ['rollout', 'route:/v1/embeddings', 'canary', '10']);
    expect([set.code, set.stderr]).toEqual([0, '']);
    expect(set.stdout).toMatch(/route:\/v1\/embeddings +canary:10 +10 /);
    const shown = command(gateway, ['status']);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`LiteLLM at ${litellm.origin} is up since `);
    for (const name of [CHAT, 'route:/v1/models', 'route:/v1/embeddings']) expect(shown.stdout).toContain(name);
    expect(JSON.parse(command(gateway, ['status', '--json']).stdout)).toMatchObject({ unknown: [] });
    const back = command(gateway, ['rollout', 'route:/v1/embeddings', 'configured']);
    expect(back.stdout).toMatch(/route:\/v1\/embeddings +on +100 /);
  });

  it('says what is wrong in one line', async () => {
    const gateway = await start();
    expect(command(gateway, ['status'], 'sk-wrong')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('LITELLM_MASTER_KEY'),
    });
    expect(command(gateway, ['rollout', 'route:/none', 'on'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(CHAT),
    });
    expect(command(gateway, ['rollout', CHAT, 'canary'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('canary:10'),
    });
  });
});
