/** `--fallback`: who answers a request, and that nobody answers it twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeLitellm } from '../support/fake-litellm.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const SERVED_BY = 'x-fast-litellm-served-by';
const MESSAGES = [{ role: 'user', content: 'Hello' }];

let provider: ScriptedProvider;
let litellm: FakeLitellm;
const running: GatewayProcess[] = [];

beforeEach(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  litellm = await FakeLitellm.start({ keys: ['sk-virtual'] });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  await litellm.kill();
  await provider.close();
});

interface Parts {
  /** Further entries of `model_list`. */
  readonly models?: string;
  /** Further sections. */
  readonly settings?: string;
  readonly general?: string;
}

function configOf({ models = '', settings = '', general = 'master_key: sk-1234' }: Parts): string {
  return `model_list:
  - model_name: native
    litellm_params: { model: openai/native, api_base: ${provider.apiBase}, api_key: k }
${models}
general_settings: { ${general} }
${settings}
`;
}

async function start(parts: Parts = {}, environment: Record<string, string> = {}): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(configOf(parts), { args: ['--fallback', litellm.origin], environment });
  running.push(gateway);
  return gateway;
}

/** Who answered: `litellm`, or `native` with the status. */
async function whoAnswers(
  gateway: GatewayProcess,
  body: Readonly<Record<string, unknown>>,
  { key = 'sk-1234', path = '/v1/chat/completions' }: { key?: string | null; path?: string } = {},
): Promise<string> {
  const reply = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model: 'native', messages: MESSAGES, ...body }),
  });
  await reply.arrayBuffer();
  return reply.headers.get(SERVED_BY) === 'litellm' ? `litellm ${reply.status}` : `native ${reply.status}`;
}

describe('a credential that cannot be judged here', () => {
  it.each([
    ['a virtual key', 'sk-virtual', 'litellm 200'],
    ['a key that nobody knows', 'sk-nobody', 'litellm 401'],
    ['no key', null, 'litellm 401'],
  ] as const)('is never served natively and never refused: %s', async (_name, key, expected) => {
    const gateway = await start();
    const body = { model: 'native', messages: MESSAGES, odd: '\u00fc' };
    expect(await whoAnswers(gateway, { odd: '\u00fc' }, { key })).toBe(expected);
    expect(provider.calls).toHaveLength(0);
    const received = await litellm.nth('/v1/chat/completions');
    expect((await received.body).toString()).toBe(JSON.stringify(body));
    expect(received.headers.authorization).toBe(key === null ? undefined : `Bearer ${key}`);
    const models = await fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': 'sk-virtual' } });
    expect(models.headers.get(SERVED_BY)).toBe('litellm');
  });

  it('is not what a wrong request with the right key is', async () => {
    const gateway = await start();
    expect(await whoAnswers(gateway, { api_base: 'http://elsewhere' })).toBe('native 401');
    expect(await whoAnswers(gateway, { messages: 'none' })).toBe('native 400');
    expect(litellm.received).toHaveLength(0);
  });
});

describe('a provider, parameter or model that is not native', () => {
  const FOREIGN = '  - { model_name: foreign, litellm_params: { model: bedrock/anthropic.claude-v2 } }';

  it('makes the calls of its group LiteLLM’s, and those of groups that may fall back to it', async () => {
    const gateway = await start({
      models: `${FOREIGN}
  - { model_name: mixed, litellm_params: { model: openai/mixed, api_base: ${provider.apiBase}, api_key: k } }
  - { model_name: mixed, litellm_params: { model: bedrock/amazon.titan } }
  - { model_name: first, litellm_params: { model: openai/first, api_base: ${provider.apiBase}, api_key: k } }
  - { model_name: second, litellm_params: { model: openai/second, api_base: ${provider.apiBase}, api_key: k } }`,
      settings: `router_settings:
  model_group_alias: { other: foreign, own: native }
  fallbacks: [{ first: [second] }, { second: [foreign] }]`,
    });
    const asked = async (model: string, more: object = {}): Promise<string> =>
      await whoAnswers(gateway, { model, ...more });
    expect(await asked('native')).toBe('native 200');
    expect(await asked('own')).toBe('native 200');
    for (const model of ['foreign', 'other', 'mixed', 'first', 'second'])
      expect(await asked(model)).toBe('litellm 200');
    expect(await asked('native', { fallbacks: ['foreign'] })).toBe('litellm 200');
    expect(await asked('native', { fallbacks: [{ model: 'mixed' }] })).toBe('litellm 200');
    expect(await asked('native', { fallbacks: ['own'] })).toBe('native 200');
    expect(provider.calls.map(({ model }) => model)).toEqual(['native', 'native', 'native']);
  });

  it('is told by the route, too', async () => {
    const gateway = await start();
    expect(await whoAnswers(gateway, { query: 'x', documents: ['y'] }, { path: '/v1/rerank' })).toBe('litellm 200');
    expect(await whoAnswers(gateway, {})).toBe('native 200');
  });

  it.each([
    ['a model of its database', { model: 'in-the-database' }],
    ['a prompt that it keeps', { prompt_id: 'p-1' }],
    ['a guardrail of the request', { guardrails: ['pii'] }],
    ['one in the metadata', { metadata: { guardrails: ['pii'] } }],
    ['its own tools', { tools: [{ type: 'mcp', server_label: 'litellm', server_url: 'litellm_proxy/mcp/a' }] }],
  ])('goes to LiteLLM with the very bytes: %s', async (_name, body) => {
    const gateway = await start();
    expect(await whoAnswers(gateway, body)).toBe('litellm 200');
    const received = await litellm.nth('/v1/chat/completions');
    expect((await received.body).toString()).toBe(JSON.stringify({ model: 'native', messages: MESSAGES, ...body }));
    expect(provider.calls).toHaveLength(0);
  });

  it('is found in a form as well, and the form goes on unchanged', async () => {
    const gateway = await start({ models: FOREIGN });
    const form = new FormData();
    form.set('model', 'foreign');
    form.set('file', new Blob(['RIFF']), 'a.wav');
    const request = new Request(`${gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-1234' },
      body: form,
    });
    const sent = Buffer.from(await request.clone().arrayBuffer());
    expect((await fetch(request)).headers.get(SERVED_BY)).toBe('litellm');
    expect((await (await litellm.nth('/v1/audio/transcriptions')).body).equals(sent)).toBe(true);
  });

  it('is a response that LiteLLM made, and not one that was made here', async () => {
    const gateway = await start();
    const post = async (previous: string): Promise<string> =>
      await whoAnswers(gateway, { input: 'x', previous_response_id: previous }, { path: '/v1/responses' });
    expect(await post('resp_bGl0ZWxsbTo')).toBe('litellm 200');
    expect(provider.calls).toHaveLength(0);
  });
});

describe('a setting that is not heeded here', () => {
  it.each([
    ['litellm_settings: { success_callback: [langfuse] }'],
    ['litellm_settings: { cache: true }'],
    ['guardrails: [{ guardrail_name: pii, litellm_params: { guardrail: presidio, mode: pre_call } }]'],
  ])('makes model calls LiteLLM’s: %s', async (settings) => {
    const gateway = await start({ settings });
    for (const path of ['/v1/chat/completions', '/v1/embeddings', '/openai/deployments/native/chat/completions'])
      expect(await whoAnswers(gateway, { input: 'x' }, { path })).toBe('litellm 200');
    expect(provider.calls).toHaveLength(0);
    const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: 'Bearer sk-1234' } });
    expect([models.status, models.headers.get(SERVED_BY)]).toEqual([200, null]);
  });

  it('may be done without, when the configuration says so', async () => {
    const gateway = await start({
      settings: `litellm_settings: { success_callback: [langfuse] }
acceleration: { native_without: [litellm_settings.success_callback] }`,
    });
    expect(await whoAnswers(gateway, {})).toBe('native 200');
  });

  it('of one group makes the calls of this group LiteLLM’s', async () => {
    const gateway = await start({
      models: `  - { model_name: own, litellm_params: { model: openai/own, api_base: ${provider.apiBase}, guardrails: [pii] } }
  - { model_name: odd, litellm_params: { model: openai/odd, api_base: ${provider.apiBase}, prompt_id: p } }`,
    });
    expect(await whoAnswers(gateway, { model: 'own' })).toBe('litellm 200');
    expect(await whoAnswers(gateway, { model: 'odd' })).toBe('litellm 200');
    expect(await whoAnswers(gateway, {})).toBe('native 200');
  });

  it('that is about keys leaves the master key native', async () => {
    const gateway = await start({ general: 'master_key: sk-1234, custom_auth: my.auth' });
    expect(await whoAnswers(gateway, {})).toBe('native 200');
    expect(await whoAnswers(gateway, {}, { key: 'sk-virtual' })).toBe('litellm 200');
  });

  it('such as a database makes the list of models LiteLLM’s', async () => {
    const gateway = await start({}, { DATABASE_URL: 'postgresql://nobody/litellm' });
    const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: 'Bearer sk-1234' } });
    expect(models.headers.get(SERVED_BY)).toBe('litellm');
    expect(await whoAnswers(gateway, {})).toBe('native 200');
  });
});

describe('a call that has left', () => {
  it('is never repeated by LiteLLM, however it ends', async () => {
    const gateway = await start({ settings: 'router_settings: { num_retries: 0, disable_cooldowns: true }' });
    for (const [status, body] of [
      [500, '{"error":{"message":"no"}}'],
      [501, '{"error":{"message":"not implemented"}}'],
      [400, '{"error":{"message":"unknown model"}}'],
    ] as const) {
      provider.on('native', (call) => call.answer(status, body));
      expect(await whoAnswers(gateway, {})).toMatch(/^native/);
    }
    provider.on('native', (call) => void call.socket.destroy());
    expect(await whoAnswers(gateway, {})).toMatch(/^native 5/);
    expect(litellm.received).toHaveLength(0);
    expect(provider.calls).toHaveLength(4);
  });
});

describe('a LiteLLM that asks nobody for a key', () => {
  it('is refused at the start of a gateway that does', async () => {
    litellm.open = true;
    const started = GatewayProcess.start(configOf({}), { args: ['--fallback', litellm.origin] });
    await expect(started).rejects.toThrow(/answers without a key, and this gateway asks for one/);
  });

  it('is no fault when the gateway asks for none either', async () => {
    litellm.open = true;
    const gateway = await start({ general: '' });
    expect(await whoAnswers(gateway, { prompt_id: 'p' }, { key: null })).toBe('litellm 200');
    // The host check of a gateway without a key holds for everything behind it.
    const reply = await fetch(`${gateway.url}/key/info`, {
      headers: { origin: 'https://evil.example' },
      method: 'POST',
    });
    expect([reply.status, litellm.received.length]).toEqual([403, 1]);
  });

  it('is never used when it turns up later', async () => {
    const port = Number(new URL(litellm.origin).port);
    await litellm.kill();
    const gateway = await start();
    expect(await whoAnswers(gateway, { prompt_id: 'p' })).toBe('native 503');
    litellm = await FakeLitellm.start({ port, open: true });
    await gateway.until(() => gateway.stderr.includes('asks nobody for a key'));
    expect(await whoAnswers(gateway, { prompt_id: 'p' })).toBe('native 502');
    expect(await whoAnswers(gateway, {}, { key: 'sk-nobody' })).toBe('native 502');
    expect(await whoAnswers(gateway, {})).toBe('native 200');
    expect(litellm.received).toHaveLength(0);
  });
});

describe('the option itself', () => {
  it.each([
    ['nonsense', /needs an address as http/],
    ['ftp://127.0.0.1', /needs an address as http/],
    ['http://user:secret@127.0.0.1:4001', /without path, query or credentials/],
    ['http://127.0.0.1:4001/litellm', /without path, query or credentials/],
  ])('is refused when it is no address: %s', async (value, text) => {
    await expect(GatewayProcess.start(configOf({}), { args: ['--fallback', value] })).rejects.toThrow(text);
  });

  it('may name a LiteLLM that is not up yet', async () => {
    await litellm.kill();
    const gateway = await start();
    expect(gateway.stderr).toContain('LiteLLM does not answer yet');
    await litellm.restart();
    await gateway.until(() => gateway.stderr.includes('LiteLLM answers.'));
    expect(await whoAnswers(gateway, {}, { key: 'sk-virtual' })).toBe('litellm 200');
  });
});
