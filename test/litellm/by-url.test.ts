/** A real LiteLLM behind the gateway: what only it serves is its own answer, and what both know they know alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { RealLitellm } from '../support/real-litellm.ts';
import { RealtimeProvider } from '../support/realtime-provider.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

const SERVED_BY = 'x-fast-litellm-served-by';
const KEY = { authorization: 'Bearer sk-1234' };

let provider: ScriptedProvider;
let realtime: RealtimeProvider;
let litellm: RealLitellm;
let gateway: GatewayProcess;

function configOf(): string {
  return `model_list:
  - { model_name: native, litellm_params: { model: openai/native, api_base: ${provider.apiBase}, api_key: k } }
  - { model_name: claude, litellm_params: { model: anthropic/claude-sonnet-4-5, api_base: '${provider.apiBase.replace(/\/v1$/, '')}', api_key: k } }
  - { model_name: live, litellm_params: { model: openai/gpt-realtime, api_base: ${realtime.origin}/v1, api_key: k }, model_info: { mode: realtime } }
general_settings: { master_key: sk-1234 }
router_settings: { num_retries: 0, disable_cooldowns: true }
acceleration: { "route:/v1/moderations": off }
`;
}

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  realtime = await RealtimeProvider.start();
  litellm = await RealLitellm.start(configOf());
  gateway = await GatewayProcess.start(configOf(), { args: ['--fallback', litellm.origin] });
});

afterAll(async () => {
  await gateway?.stop();
  await litellm?.stop();
  await realtime?.close();
  await provider?.close();
});

beforeEach(() => {
  provider.on('*', answerWhole);
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly servedBy: string | null;
  readonly text: string;
}

async function answerOf(base: string, method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const reply = await fetch(base + path, { redirect: 'manual', headers: KEY, ...init, method });
  const { status, headers } = reply;
  return { status, type: headers.get('content-type'), servedBy: headers.get(SERVED_BY), text: await reply.text() };
}

describe('a route that only LiteLLM has', () => {
  it.each([
    ['GET', '/openapi.json'],
    ['GET', '/'],
    ['GET', '/nobody/knows/this'],
    ['PUT', '/v1/chat/completions'],
    ['POST', '/key/generate'],
    ['GET', '/get/config/callbacks'],
    ['GET', '/health/readiness/nothing'],
    ['GET', '/v1/files'],
    ['GET', '/public/providers'],
  ])('%s %s is answered as LiteLLM answers it', async (method, path) => {
    const through = await answerOf(gateway.url, method, path);
    const direct = await answerOf(litellm.origin, method, path);
    expect(through.servedBy).toBe('litellm');
    expect([through.status, through.type, through.text]).toEqual([direct.status, direct.type, direct.text]);
  });

  it('leads back to the gateway where LiteLLM sends a client elsewhere', async () => {
    const through = await fetch(`${gateway.url}/key/list/`, { redirect: 'manual', headers: KEY });
    expect([through.status, through.headers.get('location')]).toEqual([307, '/key/list']);
  });
});

describe('a key', () => {
  it.each([['sk-unknown'], ['nonsense'], [null]])('that is %s is judged by LiteLLM', async (key) => {
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    const init = {
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"model":"native","messages":[]}',
    };
    const through = await answerOf(gateway.url, 'POST', '/v1/chat/completions', init);
    const direct = await answerOf(litellm.origin, 'POST', '/v1/chat/completions', init);
    expect([through.servedBy, through.status, through.text]).toEqual(['litellm', direct.status, direct.text]);
  });
});

describe('a model call', () => {
  it('is native where the provider is, and LiteLLM’s where it is not', async () => {
    expect((await chat(gateway.url, { model: 'native' })).headers.get(SERVED_BY)).toBeNull();
    provider.on('claude-sonnet-4-5', (call) => {
      const usage = { input_tokens: 3, output_tokens: 2 };
      const content = [{ type: 'text', text: 'from Anthropic' }];
      const message = {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: call.model,
        content,
        stop_reason: 'end_turn',
        usage,
      };
      call.answer(200, JSON.stringify(message));
    });
    const reply = await chat(gateway.url, { model: 'claude' });
    expect([reply.status, reply.headers.get(SERVED_BY), reply.text]).toEqual([200, 'litellm', 'from Anthropic']);
  });

  it('streams through LiteLLM as well', async () => {
    // A percentage of 0: LiteLLM answers what could be native.
    await setMode('route:/v1/chat/completions', 'off');
    const reply = await chat(gateway.url, { model: 'native', stream: true });
    expect([reply.headers.get(SERVED_BY), reply.text, reply.finishReason, reply.done]).toEqual([
      'litellm',
      HEALTHY_TEXT,
      'stop',
      true,
    ]);
    await setMode('route:/v1/chat/completions', null);
  });

  it('with a body of several megabytes reaches LiteLLM whole', async () => {
    const content = 'x'.repeat(3_000_000);
    const reply = await chat(gateway.url, {
      model: 'native',
      headers: { authorization: 'Bearer sk-1234' },
      body: { messages: [{ role: 'user', content }], prompt_variables: { a: 'b' } },
    });
    expect([reply.status, reply.headers.get(SERVED_BY)]).toEqual([200, 'litellm']);
    const sent = JSON.stringify(provider.callsFor('native').at(-1)?.json['messages']);
    expect(sent.includes(content)).toBe(true);
  });
});

async function setMode(component: string, mode: string | null): Promise<void> {
  const reply = await fetch(`${gateway.url}/acceleration/${component}`, {
    method: 'PUT',
    headers: KEY,
    body: JSON.stringify({ mode }),
  });
  expect(reply.status).toBe(200);
}

describe('a response that was made natively', () => {
  const RESPONSE = {
    id: 'resp_provider_1',
    object: 'response',
    created_at: 1_700_000_000,
    model: 'native',
    status: 'completed',
    output: [
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'hi', annotations: [] }],
      },
    ],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  };

  it('is found again by LiteLLM, which follows it up, too', async () => {
    provider.on('*', (call) => call.answer(200, JSON.stringify(RESPONSE)));
    const post = async (body: object): Promise<{ readonly id: string; readonly servedBy: string | null }> => {
      const reply = await fetch(`${gateway.url}/v1/responses`, {
        method: 'POST',
        headers: { ...KEY, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'native', input: 'hi', ...body }),
      });
      expect(reply.status).toBe(200);
      return { id: ((await reply.json()) as { id: string }).id, servedBy: reply.headers.get(SERVED_BY) };
    };
    const made = await post({});
    expect(made.servedBy).toBeNull();

    const got = await answerOf(gateway.url, 'GET', `/v1/responses/${encodeURIComponent(made.id)}`);
    expect([got.status, got.servedBy]).toEqual([200, 'litellm']);
    expect(provider.calls.at(-1)).toMatchObject({ method: 'GET', path: '/v1/responses/resp_provider_1' });

    await setMode('route:/v1/responses', 'off');
    const followed = await post({ previous_response_id: made.id });
    expect(followed.servedBy).toBe('litellm');
    expect(provider.calls.at(-1)?.json['previous_response_id']).toBe('resp_provider_1');
    await setMode('route:/v1/responses', null);

    // The other way round: LiteLLM's own id is LiteLLM's to read.
    const back = await post({ previous_response_id: followed.id });
    expect(back.servedBy).toBe('litellm');
    expect(provider.calls.at(-1)?.json['previous_response_id']).toBe('resp_provider_1');
  });
});

describe('a websocket', () => {
  const open = (key: string): WebSocket =>
    new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/realtime?model=live`, [
      'realtime',
      `openai-insecure-api-key.${key}`,
    ]);

  it('is joined with LiteLLM, and through it with the provider', async () => {
    const socket = open('sk-1234');
    const said = await new Promise<unknown>((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))));
      socket.addEventListener('error', () => reject(new Error('the websocket failed')));
    });
    expect(said).toMatchObject({ type: 'session.created' });
    socket.close();
    await realtime.closed;
  });

  it('is refused by LiteLLM for a wrong key', async () => {
    const socket = open('sk-wrong');
    const outcome = await new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('open'));
      socket.addEventListener('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  });
});

describe('what is off', () => {
  it('is LiteLLM’s by configuration, and the gateway says so', async () => {
    provider.on('*', (call) =>
      call.answer(
        200,
        '{"id":"modr-1","model":"m","results":[{"flagged":false,"categories":{},"category_scores":{}}]}',
      ),
    );
    const init = { headers: { ...KEY, 'content-type': 'application/json' }, body: '{"model":"native","input":"x"}' };
    expect(await answerOf(gateway.url, 'POST', '/v1/moderations', init)).toMatchObject({
      status: 200,
      servedBy: 'litellm',
    });
    const status = (await (await fetch(`${gateway.url}/acceleration`, { headers: KEY })).json()) as {
      components: { name: string; state: string }[];
      fallback: { health: string };
    };
    expect(status.components.find(({ name }) => name === 'route:/v1/moderations')?.state).toBe('off');
    expect(status.fallback.health).toBe('up');
  });
});
