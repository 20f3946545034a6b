/**
 * Malformed requests, each on a connection of its own: never a 5xx because of the input (501 and 505 say what is not
 * spoken), never a crash or a stack trace, a JSON error for everything that is valid HTTP, and nothing that hides in the
 * body of an ambiguous request is run.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { BODIES, CHAT, GOOD, KEY, MEMBERS, MESSAGES, TOLERATED } from '../support/malformed-bodies.ts';
import { HTTP, post, WORKING } from '../support/malformed-http.ts';
import { jsonPost, rawRequest, type RawAnswer, type RawReply } from '../support/raw-reply.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: healthy
    litellm_params: { model: openai/healthy, api_base: ${provider.apiBase}, api_key: k, timeout: 5 }
general_settings: { master_key: sk-1234, max_request_size_mb: 8 }
`);
});

afterAll(async () => {
  const { code } = await gateway.stop();
  await provider.close();
  if (code !== 0) throw new Error(`the gateway ended with ${code}`);
});

afterEach(async () => {
  const { text } = await chat(gateway.url, { model: 'healthy' });
  if (text !== HEALTHY_TEXT) throw new Error('the gateway does not serve any more');
});

function first(reply: RawReply): RawAnswer {
  expect(reply.timedOut).toBe(false);
  expect(reply.bytes.toString('latin1')).not.toMatch(/\n\s+at \S+ ?\(|node_modules|node:internal/);
  const [answer] = reply.answers;
  if (answer === undefined) throw new Error(`no answer: ${reply.bytes.toString('latin1', 0, 200)}`);
  return answer;
}

function expectRefused(answer: RawAnswer): void {
  expect(answer.status >= 400 && (answer.status < 500 || answer.status === 501 || answer.status === 505)).toBe(true);
  const body = JSON.parse(answer.body) as { error?: unknown; detail?: unknown };
  if (body.detail !== undefined) return;
  expect(body.error).toEqual(
    expect.objectContaining({
      message: expect.stringMatching(/\S/),
      type: expect.any(String),
      code: expect.any(String),
    }),
  );
  expect(body.error).toHaveProperty('param');
}

function postBody(body: string | Buffer): Promise<RawReply> {
  return rawRequest(gateway.port, jsonPost(CHAT, body, [KEY]));
}

describe('bodies', () => {
  const tooLarge = `{"model":"healthy","messages":"${'x'.repeat(9 * 1024 * 1024)}"}`;

  it.each([...BODIES, ['larger than allowed', tooLarge] as const])('%s', async (_name, body) => {
    const before = provider.calls.length;
    expectRefused(first(await postBody(body)));
    expect(provider.calls.length).toBe(before);
  });

  it.each(MEMBERS)('%s', async (_name, body) => {
    const before = provider.calls.length;
    const answer = first(await postBody(body));
    expectRefused(answer);
    expect(answer.headers.has('x-injected')).toBe(false);
    expect(answer.body.length).toBeLessThan(20_000);
    expect(provider.calls.length).toBe(before);
  });
});

describe('odd values', () => {
  it.each(TOLERATED)('%s', async (_name, body) => {
    const before = provider.calls.length;
    const answer = first(await postBody(body));
    expect(answer.headers.has('x-injected')).toBe(false);
    if (answer.status !== 200) {
      expectRefused(answer);
      return;
    }
    expect(provider.calls.length).toBe(before + 1);
    const sent = provider.calls.at(-1);
    expect(sent?.headers['x-injected']).toBeUndefined();
    expect(sent?.model).toBe('healthy');
  });

  it('sends what was decided on when a member comes twice', async () => {
    const answer = first(await postBody(`{"model":"unknown","messages":${MESSAGES},"model":"healthy"}`));
    expect(answer.status).toBe(200);
    expect(
      provider.calls
        .at(-1)
        ?.body.toString()
        .match(/"model"/g),
    ).toHaveLength(1);
  });
});

describe('HTTP', () => {
  it.each(HTTP)('%s', async (_name, bytes) => {
    const before = provider.calls.length;
    const reply = await rawRequest(gateway.port, bytes);
    expectRefused(first(reply));
    await chat(gateway.url, { model: 'healthy' });
    expect(provider.calls.length).toBe(before + 1);
    expect(provider.calls.filter((call) => call.body.includes('hidden'))).toEqual([]);
  });

  it('a body shorter than announced, then FIN', async () => {
    const before = provider.calls.length;
    const reply = await rawRequest(gateway.port, post('content-length: 500', GOOD), { end: true });
    expect(reply.timedOut).toBe(false);
    for (const answer of reply.answers) expectRefused(answer);
    expect(provider.calls.length).toBe(before);
  });

  it.each(WORKING)('%s works', async (_name, bytes) => {
    const answer = first(await rawRequest(gateway.port, bytes));
    expect([answer.status, answer.body.includes(HEALTHY_TEXT)]).toEqual([200, true]);
    expect(provider.calls.at(-1)?.headers['content-encoding']).toBeUndefined();
  });

  it('three pipelined requests get three answers in order', async () => {
    const one = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
    const bytes = one('/health/liveliness') + post(`content-length: ${GOOD.length}`, GOOD) + one('/no/such/path');
    const reply = await rawRequest(gateway.port, bytes, { answers: 3 });
    expect(reply.answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(reply.answers[1]?.body).toContain(HEALTHY_TEXT);
  });
});
