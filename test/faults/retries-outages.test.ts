/** How often a provider that fails is asked, and how soon one that is back is used again: entries R1 to R3. */
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat, type ChatReply } from '../support/chat-client.ts';
import { scaledSeconds } from '../support/fault-scale.ts';
import { isClearError, refuse } from '../support/fault-scenario.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider, type Script } from '../support/scripted-provider.ts';
import { judgeRules, limited, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const MASTER = { master_key: 'sk-1234' };
const failing = refuse(500, { message: 'internal error', type: 'server_error' });
const isServed = (reply: ChatReply | null): boolean => reply?.status === 200 && reply.text === HEALTHY_TEXT;

let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
});

afterAll(() => provider.close());

function deployment(group: string, model = group): object {
  return {
    model_name: group,
    litellm_params: { model: `openai/${model}`, api_base: provider.apiBase, api_key: 'k' },
  };
}

async function withGateway(config: object, judged: (url: string) => Promise<Judgement>): Promise<Judgement> {
  const gateway = await GatewayProcess.start(stringify({ general_settings: MASTER, ...config }));
  try {
    return await judged(gateway.url);
  } finally {
    await gateway.stop();
  }
}

/** Three groups that fall back to one another: `name`, `name-b`, `name-c`. */
function chain(name: string, script: Script): { models: object[]; fallbacks: object; calls: () => number } {
  const groups = [name, `${name}-b`, `${name}-c`];
  for (const group of groups) provider.on(group, script);
  return {
    models: groups.map((group) => deployment(group)),
    fallbacks: { [name]: groups.slice(1) },
    calls: () => groups.reduce((sum, group) => sum + provider.callsFor(group).length, 0),
  };
}

/** Errors that no second attempt mends. */
const FINAL: readonly (readonly [string, Script])[] = [
  ...[400, 401, 403, 404, 422].map(
    (status) => [`final-${status}`, refuse(status, { message: 'no', type: 'invalid_request_error' })] as const,
  ),
  [
    'final-filter',
    refuse(400, { message: 'rejected', type: 'invalid_request_error', code: 'content_policy_violation' }),
  ],
];

async function playAttempts(): Promise<Judgement> {
  const broken = chain('broken', failing);
  const silent = chain('silent', (call) => call.pause(60_000));
  for (const [name, script] of FINAL) provider.on(name, script);
  for (const name of ['alone', 'unretried']) provider.on(name, failing);
  const names = ['alone', 'unretried', ...FINAL.map(([name]) => name)];
  const config = {
    model_list: [...broken.models, ...silent.models, ...names.map((name) => deployment(name))],
    router_settings: { num_retries: 2, timeout: scaledSeconds(5), fallbacks: [broken.fallbacks, silent.fallbacks] },
  };
  const rules: Rule[] = [];
  const atMost = (what: string, calls: number, most: number): void => {
    rules.push({ text: `${what}: ${calls} attempts, at most ${most}`, held: calls >= 1 && calls <= most });
  };
  return await withGateway(config, async (url) => {
    const ask = async (model: string, stream = true, body = {}): Promise<void> => {
      const reply = await chat(url, { model, stream, body });
      rules.push({ text: `${model}: a clear error (${reply.status})`, held: isClearError(reply) });
    };
    const slow = Promise.all([ask('broken'), ask('silent'), ask('alone')]);
    await ask('unretried', true, { num_retries: 0 });
    for (const [name] of FINAL) {
      await ask(name, true);
      atMost(`${name}, stream`, provider.callsFor(name).length, 1);
      await ask(name, false);
      atMost(`${name}, stream and not`, provider.callsFor(name).length, 2);
    }
    await slow;
    atMost('three groups answer 500', broken.calls(), 9);
    atMost('one group answers 500', provider.callsFor('alone').length, 3);
    atMost('num_retries: 0 in the request', provider.callsFor('unretried').length, 1);
    atMost('three groups are silent', silent.calls(), 9);
    rules.push({ text: `${silent.calls()} attempts at silent groups`, held: silent.calls() === 3, advisory: true });
    return judgeRules(rules);
  });
}

const CLIENTS = 200;
const HEALTHY_MS = 3000;
const OUTAGE_MS = 10_000;
const AFTER_MS = 8000;

/** Clients in a closed loop until `endMs`: one request after the other, one second of rest after a failure. */
async function closedLoop(url: string, endMs: number): Promise<{ served: (number | null)[]; asked: number[] }> {
  const served: (number | null)[] = Array.from({ length: CLIENTS }, () => null);
  /** When each request was made; its place here is its user. */
  const asked: number[] = [];
  const client = async (index: number, recoveredMs: number): Promise<void> => {
    while (performance.now() < endMs) {
      const user = String(asked.push(performance.now()) - 1);
      const signal = AbortSignal.timeout(30_000);
      const reply = await chat(url, { model: 'r2', signal, body: { user } }).catch(() => null);
      if (!isServed(reply)) await pause(1000);
      else if (performance.now() > recoveredMs) served[index] ??= performance.now();
    }
  };
  const recoveredMs = endMs - AFTER_MS;
  await Promise.all(served.map((_, index) => client(index, recoveredMs)));
  return { served, asked };
}

async function playOutage(): Promise<Judgement> {
  const outageMs = performance.now() + HEALTHY_MS + 2000;
  const recoveredMs = outageMs + OUTAGE_MS;
  const duringOutage = (ms: number): boolean => ms >= outageMs && ms < recoveredMs;
  provider.on('r2', async (call) => {
    if (duringOutage(performance.now())) return refuse(503, { message: 'down', type: 'server_error' })(call);
    await call.pause(500);
    return answerWhole(call);
  });
  const config = {
    model_list: [deployment('r2')],
    router_settings: { num_retries: 2, cooldown_time: 2, allowed_fails: 3 },
  };
  return await withGateway(config, async (url) => {
    const { served, asked } = await closedLoop(url, recoveredMs + AFTER_MS);
    const calls = provider.callsFor('r2').filter((call) => duringOutage(call.arrivedMs));
    const attempts = calls.length;
    // Those of the outage: made in it, or on their way when it began.
    const users = asked.flatMap((ms, user) => (duringOutage(ms) ? [String(user)] : []));
    const requests = new Set([...users, ...calls.map((call) => call.json['user'])]).size;
    const back = served.map((ms) => (ms === null ? Number.POSITIVE_INFINITY : ms - recoveredMs)).sort((a, b) => a - b);
    const clients = back.filter((ms) => ms <= AFTER_MS).length;
    return judgeRules([
      {
        text: `an outage with ${requests} requests and ${attempts} attempts`,
        held: requests > CLIENTS && attempts > 0,
      },
      ...limited('attempts per request of an outage', attempts / requests, { pass: 1.2, partial: 3 }),
      { text: `first success after ${back[0]?.toFixed()} ms, within 3 s`, held: (back[0] ?? Infinity) <= 3000 },
      { text: `${clients} of ${CLIENTS} clients served within 8 s, 95 %`, held: clients >= 0.95 * CLIENTS },
    ]);
  });
}

function isPoliteRefusal({ status, error, headers }: ChatReply): boolean {
  const seconds = Number(headers.get('retry-after'));
  return status === 429 && /\S/.test(error?.message ?? '') && seconds >= 1 && seconds <= 60;
}

async function playBothLimited(): Promise<Judgement> {
  const deployments = ['r3-one', 'r3-two'];
  const limitedScript = refuse(429, { message: 'slow down', type: 'rate_limit_error' }, ['retry-after: 8']);
  for (const name of deployments) provider.on(name, limitedScript);
  const config = {
    model_list: deployments.map((name) => deployment('r3', name)),
    router_settings: { num_retries: 2 },
  };
  return await withGateway(config, async (url) => {
    const rules: Rule[] = [];
    const ask = async (): Promise<ChatReply | null> => {
      const reply = await chat(url, { model: 'r3', signal: AbortSignal.timeout(20_000) }).catch(() => null);
      const held = isServed(reply) || (reply !== null && isPoliteRefusal(reply));
      const said = `${reply?.status} retry-after ${reply?.headers.get('retry-after')} ${reply?.raw.slice(0, 150)}`;
      rules.push({ text: `an answer or a 429 that says when: ${said}`, held });
      return reply;
    };
    for (const untilMs = performance.now() + 4000; performance.now() < untilMs; await pause(500)) await ask();
    for (const name of deployments) provider.on(name, answerWhole);
    const healthyMs = performance.now();
    while (!isServed(await ask()) && performance.now() < healthyMs + 12_000) await pause(500);
    const backMs = performance.now() - healthyMs;
    rules.push({ text: `serves ${backMs.toFixed()} ms after the provider, within 12 s`, held: backMs < 12_000 });
    return judgeRules(rules);
  });
}

describe.concurrent('retries and outages', () => {
  it('R1: attempts of one request', async (context) => {
    expectVerdict(context, 'R1', await playAttempts());
  });

  it('R2: 200 clients and an outage of 10 s', async (context) => {
    expectVerdict(context, 'R2', await playOutage());
  });

  it('R3: both deployments of a group ask for a pause of 8 s', async (context) => {
    expectVerdict(context, 'R3', await playBothLimited());
  });
});
