/**
 * The client closes its socket: the provider's connection is closed too, in whatever phase the call is, and nothing more
 * is tried. Time limits are far away, so that only the disconnect can have ended the call.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawConnection } from '../support/raw-reply.ts';
import { answerWhole, beginStream, HEALTHY_TEXT, part } from '../support/scripted-answers.ts';
import { ScriptedProvider, type Script } from '../support/scripted-provider.ts';
import { UnacceptingProvider } from '../support/unaccepting-provider.ts';
import { within } from '../support/within.ts';

const LIMIT_MS = 1_000;

let provider: ScriptedProvider;
let gateway: GatewayProcess;
let unaccepting: UnacceptingProvider;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('healthy', answerWhole);
  unaccepting = await UnacceptingProvider.start();
  gateway = await GatewayProcess.start(`
model_list:
  - model_name: unaccepting
    litellm_params: { model: openai/m, api_base: "http://127.0.0.1:${unaccepting.port}/v1", api_key: k, timeout: 60 }
  - model_name: "*"
    litellm_params: { model: openai/*, api_base: ${provider.apiBase}, api_key: k, timeout: 60 }
general_settings: { master_key: sk-1234 }
`);
});

afterAll(async () => {
  unaccepting.stop();
  await gateway.stop();
  await provider.close();
});

function ask(model: string, stream: boolean): Promise<Socket> {
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] });
  return rawConnection(
    gateway.port,
    jsonPost('/v1/chat/completions', body, ['authorization: Bearer sk-1234']).toString(),
  );
}

/** Asks, leaves once the call has come so far, and holds the gateway to its promise. @returns attempts that the provider saw */
async function leave(name: string, stream: boolean, script: Script, received = 0): Promise<number> {
  provider.on(name, script);
  const client = await ask(name, stream);
  const call = await provider.nthCall(name);
  let bytes = 0;
  client.on('data', (chunk: Buffer) => (bytes += chunk.length));
  while (bytes < received) await once(client, 'data');
  expect(call.connectionOpen).toBe(true);
  client.destroy();
  expect(await within(LIMIT_MS, call.closed)).toBe(true);
  const next = await chat(gateway.url, { model: 'healthy', stream });
  expect([next.status, next.text]).toEqual([200, HEALTHY_TEXT]);
  return provider.callsFor(name).length;
}

describe('the client leaves', () => {
  it.each([true, false])('D3, D4: while the provider is silent (stream: %s)', async (stream) => {
    expect(await leave(`silent-${stream}`, stream, () => undefined)).toBe(1);
  });

  it('D3: after the head of a stream', async () => {
    expect(await leave('head-only', true, (call) => call.streamHead())).toBe(1);
  });

  it('D5: while tokens flow', async () => {
    let timer: NodeJS.Timeout | undefined;
    expect(
      await leave(
        'flowing',
        true,
        (call) => {
          call.streamHead();
          timer = setInterval(() => call.event(part(call.model, ' word')), 100);
        },
        400,
      ),
    ).toBe(1);
    clearInterval(timer);
  });

  it('D6: in the middle of a JSON body', async () => {
    expect(
      await leave('half-body', false, async (call) => {
        call.head(200, ['content-type: application/json', 'content-length: 100000']);
        await call.writeAll(`{"id":"${'x'.repeat(50_000)}`);
      }),
    ).toBe(1);
  });

  it('D7: between two tokens, with nothing being written', async () => {
    expect(await leave('stalled', true, (call) => beginStream(call, 10), 1500)).toBe(1);
  });

  it('D8: while 10 MB arrive', async () => {
    expect(
      await leave('large', false, async (call) => {
        call.head(200, ['content-type: application/json', 'content-length: 10000000']);
        call.write('{"id":"');
        const block = Buffer.alloc(64_000, 'x');
        for (let sent = 0; sent < 9_000_000 && call.connectionOpen; sent += block.length) {
          await call.writeAll(block);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }),
    ).toBe(1);
  });

  it('before its request is whole: no provider is asked', async () => {
    const before = provider.calls.length;
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-1234\r\n';
    const client = await rawConnection(gateway.port, `${head}content-length: 500\r\n\r\n{"model":"never",`);
    client.destroy();
    await chat(gateway.url, { model: 'healthy' });
    expect(provider.calls.length).toBe(before + 1);
  });

  it('with its sending half: a system that closes a socket says no more than that', async () => {
    provider.on('half-closed', () => undefined);
    const client = await ask('half-closed', false);
    const call = await provider.nthCall('half-closed');
    client.end();
    expect(await within(LIMIT_MS, call.closed)).toBe(true);
  });

  it('twenty at once, and the gateway keeps nothing of them', async () => {
    provider.on('many', (call) => beginStream(call, 2));
    const clients = await Promise.all(Array.from({ length: 20 }, () => ask('many', true)));
    await provider.nthCall('many', 20);
    for (const client of clients) client.destroy();
    const closed = Promise.all(provider.callsFor('many').map((call) => call.closed));
    expect(await within(LIMIT_MS, closed)).toBe(true);
  });

  it('D1, D2: while the connection to the provider is being made, and the request is never sent', async () => {
    const clients = [await ask('unaccepting', true), await ask('unaccepting', false)];
    await chat(gateway.url, { model: 'healthy' });
    await unaccepting.untilPending(2);
    for (const client of clients) client.destroy();
    expect(await within(LIMIT_MS, unaccepting.untilPending(0))).toBe(true);
    unaccepting.accept();
    const reply = await chat(gateway.url, { model: 'unaccepting' });
    expect(reply.text).toBe(HEALTHY_TEXT);
    expect(JSON.parse(reply.raw)).toMatchObject({ requests: 1 });
  });
});
