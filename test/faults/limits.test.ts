/**
 * Limits of a deployment: entries U1 and U2 of the fault catalogue.
 *
 * U1 in its short form lasts 26 s and so sees one window only: whether the limit holds across the boundary of two windows
 * is seen by the long form (130 s).
 */
import { Agent, request } from 'node:http';
import { stringify } from 'yaml';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { isShortForm, scaledMs } from '../support/fault-scale.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawConnection } from '../support/raw-reply.ts';
import { answerWhole, beginStream, HEALTHY_TEXT } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall, type Script } from '../support/scripted-provider.ts';
import { judgeRules, limited, together, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const RPM = 300;
const CONNECTIONS = 50;
/** Ten times the limit, spread evenly. */
const OFFER_GAP_MS = (60_000 / (10 * RPM)) * CONNECTIONS;
const OFFER_MS = scaledMs(130);
const COUNT_MS = Math.min(120_000, OFFER_MS);
/** A minute, less what a request may be late on its way to the provider. */
const WINDOW_MS = 59_000;
const SLOTS = 5;

interface Disturbance {
  readonly kind: string;
  readonly stream: boolean;
  readonly script: Script;
  /** What ends the calls; the sockets are their clients'. */
  readonly end: (calls: readonly ProviderCall[], leave: () => void) => void | Promise<void>;
}

const silent: Script = () => undefined;
const halfStream: Script = (call) => beginStream(call, 10);
const resetAll = (calls: readonly ProviderCall[]): void => {
  for (const call of calls) call.reset();
};

const DISTURBANCES: readonly Disturbance[] = [
  { kind: 'disconnects-mid-stream', stream: true, script: halfStream, end: (_calls, leave) => leave() },
  { kind: 'disconnects-before-the-first-byte', stream: false, script: silent, end: (_calls, leave) => leave() },
  { kind: 'resets-before-headers', stream: false, script: silent, end: resetAll },
  { kind: 'resets-mid-stream', stream: true, script: halfStream, end: resetAll },
  {
    kind: 'timeouts',
    stream: false,
    script: silent,
    end: async (calls) => void (await Promise.all(calls.map((call) => call.closed))),
  },
];

let provider: ScriptedProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  const address = { api_base: provider.apiBase, api_key: 'k' };
  const models = ['offered', 'waiting', ...DISTURBANCES.map(({ kind }) => kind)];
  gateway = await GatewayProcess.start(
    stringify({
      model_list: [
        { model_name: 'u1', litellm_params: { model: 'openai/u1', ...address, rpm: RPM } },
        ...models.map((name) => ({
          model_name: name,
          litellm_params: { model: `openai/${name}`, ...address, max_parallel_requests: SLOTS },
        })),
      ],
      router_settings: {
        optional_pre_call_checks: ['enforce_model_rate_limits'],
        // Failures are made on purpose here; what is watched is the slots.
        num_retries: 0,
        disable_cooldowns: true,
      },
      general_settings: { master_key: 'sk-1234' },
    }),
  );
});

afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Fifty connections, each with one request a second, until the time is over. @returns what was not served */
async function offer(model: string): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const startedMs = performance.now();
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  const headers = { authorization: 'Bearer sk-1234', 'content-type': 'application/json' };
  const post = (agent: Agent): Promise<Refusal> =>
    new Promise((resolve, reject) => {
      request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent }, (reply) => {
        const { statusCode = 0, headers: received } = reply.resume();
        reply.once('end', () => resolve({ status: statusCode, retryAfter: received['retry-after'] }));
      })
        .on('error', reject)
        .end(body);
    });
  const client = async (index: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let at = (index / CONNECTIONS) * OFFER_GAP_MS; at < OFFER_MS; at += OFFER_GAP_MS) {
      await pause(Math.max(0, startedMs + at - performance.now()));
      const reply = await post(agent);
      if (reply.status !== 200) refusals.push(reply);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => client(index)));
  return refusals;
}

/** The most of them in any `WINDOW_MS`. */
function mostInWindow(timesMs: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, ms] of timesMs.entries()) {
    while (ms - (timesMs[first] ?? 0) >= WINDOW_MS) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

async function playRate(): Promise<Judgement> {
  provider.on('u1', answerWhole);
  const refusals = await offer('u1');
  const times = provider.callsFor('u1').map((call) => call.arrivedMs);
  const admitted = times.filter((ms) => ms - (times[0] ?? 0) < COUNT_MS).length;
  const expected = RPM * Math.ceil(COUNT_MS / 60_000);
  const isPolite = ({ status, retryAfter }: Refusal): boolean => status === 429 && Number(retryAfter) >= 1;
  const odd = refusals.filter((refusal) => !isPolite(refusal));
  return judgeRules([
    {
      text: `${admitted} admitted in ${COUNT_MS / 1000} s, ${expected} ± 1 %`,
      held: Math.abs(admitted - expected) <= expected / 100,
      advisory: true,
    },
    ...limited('the most in a window of a minute', mostInWindow(times), { pass: RPM * 1.01, partial: RPM * 2 }),
    { text: `at least ${expected * 0.99} admitted`, held: admitted >= expected * 0.99 },
    {
      text: `${refusals.length} refused with 429 and retry-after; ${odd.length} not, e.g. ${JSON.stringify(odd[0])}`,
      held: refusals.length > 0 && odd.length === 0,
    },
  ]);
}

/** Fifteen at once. */
async function playParallel(): Promise<Judgement> {
  let running = 0;
  let most = 0;
  provider.on('offered', async (call) => {
    most = Math.max(most, (running += 1));
    await call.pause(300);
    answerWhole(call);
    running -= 1;
  });
  const replies = await Promise.all(Array.from({ length: 3 * SLOTS }, () => chat(gateway.url, { model: 'offered' })));
  const statuses = replies.map(({ status }) => status);
  return judgeRules([
    { text: `${most} at a time, exactly ${SLOTS}`, held: most === SLOTS },
    { text: `statuses ${statuses.join(' ')}`, held: statuses.every((status) => status === 200 || status === 429) },
  ]);
}

function ask(model: string, fields: object): Promise<Awaited<ReturnType<typeof rawConnection>>> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...fields });
  const bytes = jsonPost('/v1/chat/completions', body, ['authorization: Bearer sk-1234']);
  return rawConnection(gateway.port, bytes.toString());
}

/** Milliseconds until all slots are in use at the same time; each client asks again while it is refused. */
async function timeUntilAllUsed(model: string): Promise<number> {
  const startedMs = performance.now();
  const all = Promise.withResolvers<void>();
  let held = 0;
  let allMs = Number.POSITIVE_INFINITY;
  provider.on(model, async (call) => {
    held += 1;
    if (held === SLOTS) {
      allMs = performance.now() - startedMs;
      all.resolve();
    }
    await Promise.race([all.promise, call.pause(3000)]);
    answerWhole(call);
  });
  const client = async (): Promise<void> => {
    for (;;) {
      const reply = await chat(gateway.url, { model });
      if (reply.text === HEALTHY_TEXT || performance.now() - startedMs > 3000) return;
      await pause(20);
    }
  };
  await Promise.all(Array.from({ length: SLOTS }, client));
  return allMs;
}

async function playDisturbance({ kind, stream, script, end }: Disturbance): Promise<Judgement> {
  const rules: Rule[] = [];
  for (let round = 1; round <= 3; round += 1) {
    provider.on(kind, script);
    const before = provider.callsFor(kind).length;
    const fields = { stream, ...(kind === 'timeouts' ? { timeout: 0.3 } : {}) };
    const clients = await Promise.all(Array.from({ length: SLOTS }, () => ask(kind, fields)));
    await provider.nthCall(kind, before + SLOTS);
    await end(provider.callsFor(kind).slice(before), () => clients.forEach((client) => client.destroy()));
    const ms = await timeUntilAllUsed(kind);
    rules.push({ text: `${kind}, round ${round}: all slots in use after ${ms.toFixed()} ms, 1 s`, held: ms <= 1000 });
    for (const client of clients) client.destroy();
  }
  return judgeRules(rules);
}

/** One more than there are slots, and it leaves. */
async function playWaiting(): Promise<Judgement> {
  const held: ProviderCall[] = [];
  provider.on('waiting', (call) => void held.push(call));
  const replies = Array.from({ length: SLOTS }, () => chat(gateway.url, { model: 'waiting' }));
  await provider.nthCall('waiting', SLOTS);
  const leaver = await ask('waiting', { user: 'leaver' });
  await pause(200);
  leaver.destroy();
  // Handled, at the latest, before a request that came after it.
  await fetch(`${gateway.url}/health/liveliness`);
  for (const call of held) answerWhole(call);
  await Promise.all(replies);
  await pause(1000);
  const reached = provider.callsFor('waiting').filter((call) => call.json['user'] === 'leaver').length;
  return judgeRules([{ text: 'who waits and leaves does not reach the provider', held: reached === 0 }]);
}

describe.concurrent('limits', () => {
  it(`U1: ten times the requests that rpm allows${isShortForm ? ', short form' : ''}`, async (context) => {
    expectVerdict(context, 'U1', await playRate());
  });

  it('U2: max_parallel_requests', async (context) => {
    const disturbed = Promise.all(DISTURBANCES.map((disturbance) => playDisturbance(disturbance)));
    const judgements = [await playParallel(), await playWaiting(), ...(await disturbed)];
    expectVerdict(context, 'U2', together(judgements));
  });
});
