/** Stopping and reloading under load: nothing that runs is cut, nothing fails, a bad file changes nothing. */
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chat, looksComplete } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawConnection } from '../support/raw-reply.ts';
import { answerWhole, beginStream, HEALTHY_TEXT, part, WORDS } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;

beforeEach(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
});

afterEach(() => provider.close());

function configOf(...models: readonly string[]): string {
  const entry = (model: string): string =>
    `  - model_name: ${model}\n    litellm_params: { model: openai/${model}, api_base: ${provider.apiBase}, api_key: k }\n`;
  return `model_list:\n${models.map((model) => entry(model)).join('')}general_settings: { master_key: sk-1234 }\n`;
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

function finish(call: ProviderCall): void {
  for (const word of WORDS.slice(10)) call.event(part(call.model, word));
  call.event(part(call.model, null, 'stop'));
  call.event('[DONE]');
  call.endChunks();
}

describe('X1: SIGTERM', () => {
  it('lets twenty streams end, refuses new connections, and exits with 0', async () => {
    const gateway = await GatewayProcess.start(configOf('slow', 'other'));
    provider.on('slow', (call) => beginStream(call, 10));
    const streams = Array.from({ length: 20 }, () => chat(gateway.url, { model: 'slow', stream: true }));
    await provider.nthCall('slow', 20);
    gateway.signal('SIGTERM');
    await gateway.until(() => gateway.stderr.includes('draining'));
    // The line is written just before the port is closed.
    while (!(await refuses(gateway.port)));
    for (const call of provider.callsFor('slow')) finish(call);
    for (const reply of await Promise.all(streams)) {
      expect([reply.status, reply.text, reply.finishReason, reply.done]).toEqual([200, HEALTHY_TEXT, 'stop', true]);
    }
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
  });

  it('lets a plain request end, and closes idle connections at once', async () => {
    const gateway = await GatewayProcess.start(configOf('slow'));
    const idle = await rawConnection(gateway.port, 'GET /health/liveliness HTTP/1.1\r\nhost: x\r\n\r\n');
    await new Promise((resolve) => idle.once('data', resolve));
    provider.on('slow', () => undefined);
    const answer = chat(gateway.url, { model: 'slow' });
    const call = await provider.nthCall('slow');
    const idleClosed = new Promise((resolve) => idle.once('close', resolve));
    gateway.signal('SIGTERM');
    await idleClosed;
    answerWhole(call);
    expect((await answer).text).toBe(HEALTHY_TEXT);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
  });

  it('cuts what is left when the drain time is over, visibly, and still exits with 0', async () => {
    const gateway = await GatewayProcess.start(configOf('stuck'), { args: ['--drain-timeout', '0.3'] });
    provider.on('stuck', (call) => beginStream(call, 10));
    const stream = chat(gateway.url, { model: 'stuck', stream: true });
    const call = await provider.nthCall('stuck');
    gateway.signal('SIGTERM');
    expect(looksComplete(await stream)).toBe(false);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    await call.closed;
  });

  it('ends at once on a second SIGINT', async () => {
    const gateway = await GatewayProcess.start(configOf('stuck'));
    provider.on('stuck', () => undefined);
    const socket = await rawConnection(
      gateway.port,
      jsonPost('/v1/chat/completions', '{"model":"stuck","messages":[{"role":"user","content":"x"}]}', [
        'authorization: Bearer sk-1234',
      ]).toString(),
    );
    await provider.nthCall('stuck');
    gateway.signal('SIGINT');
    await gateway.until(() => gateway.stderr.includes('draining'));
    gateway.signal('SIGINT');
    expect((await gateway.exited).code).toBe(130);
    socket.destroy();
  });
});

/** Ten clients in a loop until `stop`; what any of them got that is not the whole answer. */
function load(url: string): { stop: () => Promise<{ failures: string[]; requests: number }> } {
  let stopping = false;
  let requests = 0;
  const failures: string[] = [];
  const client = async (index: number): Promise<void> => {
    while (!stopping) {
      const reply = await chat(url, { model: 'first', stream: index % 2 === 0 });
      requests += 1;
      if (reply.text !== HEALTHY_TEXT || !looksComplete(reply))
        failures.push(`${reply.status} ${reply.raw.slice(0, 200)}`);
    }
  };
  const clients = Array.from({ length: 10 }, (_, index) => client(index));
  return {
    async stop() {
      stopping = true;
      await Promise.all(clients);
      return { failures, requests };
    },
  };
}

/** Asks until the gateway serves, or no longer serves, this model; the test's own time limit bounds it. */
async function untilServed(url: string, model: string, served: boolean): Promise<void> {
  for (;;) {
    const { status } = await chat(url, { model });
    if ((status === 200) === served) return;
  }
}

describe('X2: a new configuration under load', () => {
  it.each([
    ['SIGHUP', []],
    ['--watch', ['--watch']],
  ])('by %s: no request fails, a bad file is refused', async (by, args) => {
    const gateway = await GatewayProcess.start(configOf('first'), { args });
    const changed = (text: string): void => {
      gateway.writeConfig(text);
      if (by === 'SIGHUP') gateway.signal('SIGHUP');
    };
    const running = load(gateway.url);
    changed(configOf('first', 'second'));
    await untilServed(gateway.url, 'second', true);

    changed('model_list: [ {');
    await gateway.until(() => gateway.stderr.includes('refused'));
    expect(gateway.stderr).toMatch(/config\.yaml:\d+/);
    expect((await chat(gateway.url, { model: 'second' })).status).toBe(200);

    for (let round = 0; round < 10; round += 1) changed(configOf('first', `third-${round}`));
    await untilServed(gateway.url, 'third-9', true);
    await untilServed(gateway.url, 'second', false);

    const { failures, requests } = await running.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(20);
    expect((await gateway.stop()).code).toBe(0);
  });

  it('a request keeps the configuration that it began with', async () => {
    const gateway = await GatewayProcess.start(configOf('first', 'leaving'));
    provider.on('leaving', (call) => beginStream(call, 10));
    const stream = chat(gateway.url, { model: 'leaving', stream: true });
    const call = await provider.nthCall('leaving');
    gateway.writeConfig(configOf('first'));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('version 2'));
    expect((await chat(gateway.url, { model: 'leaving' })).status).toBe(400);
    finish(call);
    expect((await stream).text).toBe(HEALTHY_TEXT);
    await gateway.stop();
  });

  it('a gateway that other machines reach keeps its key when the new file has none', async () => {
    const gateway = await GatewayProcess.start(configOf('first'));
    gateway.writeConfig(configOf('first').replace(/.*master_key.*/, ''));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('has no general_settings.master_key'));
    expect((await chat(gateway.url, { model: 'first', headers: { authorization: '' } })).status).toBe(401);
    expect((await chat(gateway.url, { model: 'first' })).status).toBe(200);
    await gateway.stop();
  });

  it('a changed master key counts at once', async () => {
    const gateway = await GatewayProcess.start(configOf('first'));
    gateway.writeConfig(configOf('first').replace('sk-1234', 'sk-5678'));
    gateway.signal('SIGHUP');
    await gateway.until(() => gateway.stderr.includes('version 2'));
    expect((await chat(gateway.url, { model: 'first' })).status).toBe(401);
    expect((await chat(gateway.url, { model: 'first', headers: { authorization: 'Bearer sk-5678' } })).status).toBe(
      200,
    );
    await gateway.stop();
  });
});
