/**
 * A thousand clients at once, of which half leave at a random moment: before their request is whole, while they wait for a
 * place, while the provider is silent, in the middle of an answer. The others are served to the end, and nothing is left.
 */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawConnection, rawRequest } from '../support/raw-reply.ts';
import { residentMegabytes } from '../support/resident-memory.ts';
import { PROBE, type HeldResources } from '../support/resource-probe.ts';
import { beginStream, completion, HEALTHY_TEXT, part, speak, WORDS } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall } from '../support/scripted-provider.ts';
import { seededRandom } from '../support/seeded-random.ts';

const CLIENTS = 1000;
/** After the first round every connection to the provider is open, and every code path has run. */
const WARM_UP = 1;
const ROUNDS = 9;
/** How late a client leaves at most; answers take between 0.1 and 1 s. */
const LATEST_MS = 1500;
/** Of resident memory after the warm-up; 4500 clients leave in that time. */
const GROWTH_MB = 15;
/** Of what is reachable: a quarter of a kilobyte left by each of these clients is too much. */
const GROWTH_KB = 1024;
const DEPLOYMENTS = ['first', 'second'];
const KEY = 'authorization: Bearer sk-1234';

const random = seededRandom(2026);
let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  for (const model of DEPLOYMENTS) provider.on(model, answerSlowly);
  const deployment = (model: string): string => `
  - model_name: group
    litellm_params: { model: openai/${model}, api_base: ${provider.apiBase}, api_key: k, max_parallel_requests: 300 }
    model_info: { id: ${model} }`;
  gateway = await GatewayProcess.start(
    `
model_list:${DEPLOYMENTS.map(deployment).join('')}
router_settings: { timeout: 60 }
general_settings: { master_key: sk-1234, global_max_parallel_requests: ${CLIENTS} }
`,
    { environment: { NODE_OPTIONS: `--import=${path.join(import.meta.dirname, '../support/resource-probe.ts')}` } },
  );
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

async function answerSlowly(call: ProviderCall): Promise<void> {
  await call.pause(100 + 300 * random());
  if (call.json['stream'] !== true) {
    call.answer(200, completion(call.model, HEALTHY_TEXT));
    return;
  }
  beginStream(call, 30);
  await speak(call, WORDS.slice(30));
  call.event(part(call.model, null, 'stop'));
  call.event('[DONE]');
  call.endChunks();
}

function ask(stream: boolean): Buffer {
  const body = JSON.stringify({ model: 'group', stream, messages: [{ role: 'user', content: 'Hello' }] });
  return jsonPost('/v1/chat/completions', body, [KEY]);
}

async function leave(stream: boolean): Promise<void> {
  const request = ask(stream);
  const sends = random() < 0.1 ? request.length - 10 : request.length;
  const client = await rawConnection(gateway.port, request.toString('latin1', 0, sends));
  client.resume();
  await pause(LATEST_MS * random());
  client.destroy();
}

/** @returns what the client was told, short */
async function stay(stream: boolean): Promise<string> {
  const { answers } = await rawRequest(gateway.port, ask(stream), { timeoutMs: 15_000 });
  const [answer] = answers;
  const isWhole = stream ? answer?.body.includes('data: [DONE]') : answer?.body.includes(HEALTHY_TEXT);
  return isWhole === true ? 'whole' : `${answer?.status}: ${answer?.body.slice(0, 200)}`;
}

/** Half of the clients leave. @returns what the others were told, without repetition */
async function round(): Promise<Set<string>> {
  const stays: Promise<string>[] = [];
  const leaves: Promise<void>[] = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    const stream = random() < 0.5;
    if (client % 2 === 0) stays.push(stay(stream));
    else leaves.push(leave(stream));
  }
  await Promise.all(leaves);
  return new Set(await Promise.all(stays));
}

async function inFlight(): Promise<readonly number[]> {
  const reply = await fetch(`${gateway.url}/router/state`, { headers: { authorization: 'Bearer sk-1234' } });
  const { deployments } = (await reply.json()) as { deployments: readonly { in_flight: number }[] };
  return deployments.map(({ in_flight }) => in_flight);
}

/** What the gateway holds beside its idle connections to the provider, each of which has one time limit. */
async function held(): Promise<HeldResources> {
  const before = gateway.stderr.length;
  gateway.signal('SIGUSR2');
  await gateway.until(() => gateway.stderr.slice(before).includes('\n'));
  const line = gateway.stderr.slice(before).split('\n')[0] ?? '';
  const { timers, sockets, listeners, kilobytes } = JSON.parse(line.slice(PROBE.length)) as HeldResources;
  const idle = provider.openConnections;
  return { timers: timers - idle, sockets: sockets - idle, listeners, kilobytes };
}

function atMost(bound: number): unknown {
  return expect.toSatisfy((count: number) => count <= bound, `at most ${bound}`);
}

/** From the end of the warm-up to the end. */
function growth(afterRounds: readonly number[]): number {
  return (afterRounds.at(-1) ?? 0) - (afterRounds[WARM_UP - 1] ?? 0);
}

describe('a thousand clients, of which half leave', () => {
  it('leave no place, lease, socket, timer or listener behind, and no memory', async () => {
    expect(await inFlight()).toEqual([0, 0]);
    const alone = await held();
    const nothingMore = {
      timers: atMost(alone.timers),
      sockets: atMost(alone.sockets),
      listeners: atMost(alone.listeners),
      kilobytes: expect.any(Number),
    };
    const megabytes: number[] = [];
    const kilobytes: number[] = [];
    for (let count = 0; count < WARM_UP + ROUNDS; count += 1) {
      // Leases that are left would add up, and refuse clients of later rounds.
      expect(await round()).toEqual(new Set(['whole']));
      await expect.poll(inFlight, { timeout: 5000 }).toEqual([0, 0]);
      await expect.poll(held, { timeout: 5000 }).toEqual(nothingMore);
      kilobytes.push((await held()).kilobytes);
      megabytes.push(residentMegabytes(gateway.pid));
    }
    expect(growth(megabytes)).toBeLessThan(GROWTH_MB);
    expect(growth(kilobytes)).toBeLessThan(GROWTH_KB);
    // Told once for an emitter with more listeners than anybody meant.
    expect(gateway.stderr).not.toContain('MaxListenersExceededWarning');
  }, 180_000);
});
