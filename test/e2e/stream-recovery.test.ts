/**
 * Streams that break off after words of theirs have reached the client, where `stream_recovery` is `resume`. The model name
 * of a request says what its provider does; each has a fallback. A client gets the whole answer or an error event.
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat, type ChatReply } from '../support/chat-client.ts';
import { expectBrokenAfter, expectWhole } from '../support/fault-bench.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerPaced, answerWhole, beginStream, part, prefillOf, WORDS } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall, type Script } from '../support/scripted-provider.ts';

const NAMES = ['s08', 's08-fin', 's09', 's14', 'prefill', 'e15', 'e16', 'e18', 'long', 'alone'];

let provider: ScriptedProvider;
let gateway: GatewayProcess;

const model = (name: string, more = '', info = ''): string => `
  - model_name: ${name}
    litellm_params: { model: openai/${name}, api_base: ${provider.apiBase}, api_key: sk-x, timeout: 30, ${more} }
    model_info: { id: id-${name}, ${info} }`;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  gateway = await GatewayProcess.start(`
model_list:${NAMES.map((name) => model(name, 'stream_timeout: 1')).join('')}${model('same')}${model('refuses')}${model('continues', '', 'supports_assistant_prefill: true')}
router_settings:
  num_retries: 2
  stream_recovery: resume
  fallbacks:
    - s14: [refuses]
    - prefill: [continues]
    - alone: []
    - refuses: []
    - "*": [same]
general_settings: { master_key: sk-1234 }
`);
  provider.on('same', answerWhole);
  // Says something else first, so that prefill is what is left.
  const otherwise = (call: ProviderCall): Promise<void> | void => {
    if (prefillOf(call) !== '') return answerPaced(call);
    call.streamHead();
    call.event(part(call.model, 'Something else'));
  };
  provider.on('continues', otherwise);
  provider.on('refuses', (call) => {
    if (prefillOf(call) === '') return otherwise(call);
    call.answer(400, JSON.stringify({ error: { message: 'no prefill here', type: 'invalid_request_error' } }));
  });
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

async function ask(name: string, script: Script): Promise<ChatReply> {
  provider.on(name, script);
  const body = { stream_options: { include_usage: true } };
  const reply = await chat(gateway.url, { model: name, stream: true, body });
  expectWhole(await chat(gateway.url, { model: 'same', stream: true }));
  return reply;
}

function expectResumed(reply: ChatReply, on: string): void {
  expectWhole(reply);
  expect([reply.done, reply.finishReason]).toEqual([true, 'stop']);
  expect(reply.usage).toMatchObject({ total_tokens: expect.any(Number) });
  expect(reply.raw).toContain(`: fast-litellm resumed on id-${on}\n\n`);
  expect(reply.raw.split(': fast-litellm')[1]).not.toContain('"role"');
}

const cutAfter =
  (words: number, cut: (call: ProviderCall) => void): Script =>
  async (call) => {
    beginStream(call, words);
    // Until a reset could lose nothing that was written.
    await call.pause(50);
    cut(call);
  };
const errorEvent =
  (error: object): ((call: ProviderCall) => void) =>
  (call) => {
    call.event({ error });
    call.event('[DONE]');
    call.endChunks();
  };

describe('a stream that breaks off goes on at the fallback', () => {
  it.each<[string, string, Script]>([
    ['S08: ended after 40 words', 's08', cutAfter(40, (call) => call.endChunks())],
    ['S08: FIN after 40 words', 's08-fin', cutAfter(40, (call) => call.end())],
    ['S09: silent after 20 words', 's09', (call) => beginStream(call, 20)],
    ['E15: RST after 40 words', 'e15', cutAfter(40, (call) => call.reset())],
    ['E16: an error event after 20 words', 'e16', cutAfter(20, errorEvent({ message: 'died', type: 'server_error' }))],
  ])('%s', async (_title, name, script) => {
    const startedMs = performance.now();
    expectResumed(await ask(name, script), 'same');
    expect(performance.now() - startedMs).toBeLessThan(9000);
    expect(provider.callsFor(name)).toHaveLength(1);
  });

  it('by prefill, where it says something else', async () => {
    expectResumed(
      await ask(
        'prefill',
        cutAfter(40, (call) => call.end()),
      ),
      'continues',
    );
    expect(provider.callsFor('continues').map(prefillOf)).toEqual(['', WORDS.slice(0, 40).join('')]);
  });

  it('once more at the same deployment, where there is no other', async () => {
    let calls = 0;
    const cut = cutAfter(40, (call) => call.end());
    const reply = await ask('alone', (call) => (++calls === 1 ? cut(call) : answerWhole(call)));
    expectResumed(reply, 'alone');
    expect(calls).toBe(2);
  });
});

describe('a stream that breaks off and cannot go on', () => {
  it('S14: ends in an error about the cut, prefill neither sent nor told', async () => {
    const reply = await ask(
      's14',
      cutAfter(40, (call) => call.end()),
    );
    expectBrokenAfter(reply, 40);
    expect(reply.raw).not.toContain('prefill');
    expect(provider.callsFor('refuses').map(prefillOf)).toEqual(['']);
  });

  it('E18: a rate-limit error event costs no CPU afterwards', async () => {
    const limited = { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' };
    const reply = await ask('e18', cutAfter(20, errorEvent(limited)));
    expectResumed(reply, 'same');
    const before = cpuTicks(gateway.pid);
    await setTimeout(1000);
    // Ticks of 10 ms; the limit is 1.5 s in 3 s.
    expect(cpuTicks(gateway.pid) - before).toBeLessThan(50);
  });
});

it('a client that leaves while the fallback catches up ends its call', async () => {
  provider.on(
    'long',
    cutAfter(3, (call) => call.end()),
  );
  let resumed: ProviderCall | undefined;
  provider.on('same', (call) => {
    resumed = call;
    call.streamHead();
  });
  const leaving = new AbortController();
  const reply = chat(gateway.url, { model: 'long', stream: true, signal: leaving.signal }).catch(() => null);
  await provider.nthCall('same', provider.callsFor('same').length + 1);
  leaving.abort();
  await reply;
  await resumed?.closed;
  expect(resumed?.connectionOpen).toBe(false);
  provider.on('same', answerWhole);
});

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
