/**
 * The client closes its socket: entries D1 to D8 of the fault catalogue. Time limits are far away, so that only the
 * disconnect can have ended the call; each model may be called once at a time, so that a slot that stays taken is seen.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat } from '../support/chat-client.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { jsonPost, rawConnection } from '../support/raw-reply.ts';
import { answerWhole, beginStream, completion, HEALTHY_TEXT, part } from '../support/scripted-answers.ts';
import { ScriptedProvider, type ProviderCall, type Script } from '../support/scripted-provider.ts';
import { UnacceptingProvider } from '../support/unaccepting-provider.ts';
import { judgeRules, limited, type Judgement } from '../support/verdict.ts';
import { within } from '../support/within.ts';
import { expectVerdict } from './expect-verdict.ts';

const LIMITS_MS = { pass: 100, partial: 1000 };
/** Longer than the back-off before a first retry. */
const RETRY_WOULD_COME_MS = 2000;
const LARGE_BYTES = 10_000_000;
const BLOCK = Buffer.alloc(64 * 1024, 'x');

interface Departure {
  readonly id: string;
  readonly what: string;
  readonly stream: boolean;
  readonly script: Script;
  /** Resolves once the call has come as far as the entry says. */
  readonly ready: (client: Socket, call: ProviderCall) => Promise<void>;
}

async function received(client: Socket, bytes: number): Promise<void> {
  let count = 0;
  client.on('data', (chunk: Buffer) => (count += chunk.length));
  while (count < bytes) await once(client, 'data');
}

const soon = (): Promise<void> => pause(50);

const flowing: Script = async (call) => {
  call.streamHead();
  while (call.connectionOpen) {
    call.event(part(call.model, ' word'));
    await call.pause(100);
  }
};

const half: Script = (call) => {
  const body = completion(call.model, HEALTHY_TEXT);
  call.head(200, ['content-type: application/json', `content-length: ${body.length}`]);
  call.write(body.slice(0, body.length / 2));
};

const large: Script = async (call) => {
  call.head(200, ['content-type: application/json', `content-length: ${LARGE_BYTES}`]);
  for (let sent = 0; sent < LARGE_BYTES - BLOCK.length && call.connectionOpen; sent += BLOCK.length) {
    await call.writeAll(BLOCK);
    await call.pause(40);
  }
};

const DEPARTURES: readonly Departure[] = [
  { id: 'D3', what: 'the provider is silent, stream', stream: true, script: () => undefined, ready: soon },
  { id: 'D4', what: 'the provider is silent', stream: false, script: () => undefined, ready: soon },
  {
    id: 'D5',
    what: 'tokens flow',
    stream: true,
    script: flowing,
    ready: (client) => received(client, 1000),
  },
  { id: 'D6', what: 'half of a JSON body arrived', stream: false, script: half, ready: soon },
  {
    id: 'D7',
    what: 'silent after ten tokens',
    stream: true,
    script: (call) => beginStream(call, 10),
    ready: (client) => received(client, 1500),
  },
  { id: 'D8', what: '10 MB arrive', stream: false, script: large, ready: () => pause(500) },
];

const CONNECTING = [
  { id: 'D1', stream: true },
  { id: 'D2', stream: false },
] as const;

let provider: ScriptedProvider;
let unaccepting: readonly UnacceptingProvider[];
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  unaccepting = await Promise.all(CONNECTING.map(() => UnacceptingProvider.start()));
  const deployment = (name: string, apiBase: string): object => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_base: apiBase, api_key: 'k', timeout: 60, max_parallel_requests: 1 },
  });
  gateway = await GatewayProcess.start(
    stringify({
      model_list: [
        ...DEPARTURES.map(({ id }) => deployment(id, provider.apiBase)),
        ...CONNECTING.map(({ id }, index) => deployment(id, `http://127.0.0.1:${unaccepting[index]?.port}/v1`)),
      ],
      router_settings: { num_retries: 2, timeout: 60 },
      general_settings: { master_key: 'sk-1234' },
    }),
  );
});

afterAll(async () => {
  for (const server of unaccepting) server.stop();
  await gateway.stop();
  await provider.close();
});

function ask(model: string, stream: boolean): Promise<Socket> {
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] });
  const bytes = jsonPost('/v1/chat/completions', body, ['authorization: Bearer sk-1234']);
  return rawConnection(gateway.port, bytes.toString());
}

/** The call at the provider. @throws Error when the gateway answers without asking it */
async function callFor(model: string, client: Socket): Promise<ProviderCall> {
  const answered = once(client, 'data').then(([bytes]) => {
    throw new Error(`the gateway answered on its own: ${String(bytes)}`);
  });
  const call = await Promise.race([provider.nthCall(model), answered]);
  answered.catch(() => undefined);
  return call;
}

/** Milliseconds until it happened; infinite above what is a failure anyway. */
async function timeUntil(happened: Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  const inTime = await within(LIMITS_MS.partial * 2, happened);
  return inTime ? performance.now() - startedMs : Number.POSITIVE_INFINITY;
}

async function leave({ id, stream, script, ready }: Departure): Promise<Judgement> {
  provider.on(id, script);
  const client = await ask(id, stream);
  const call = await callFor(id, client);
  await ready(client, call);
  const open = call.connectionOpen;
  client.destroy();
  const closedMs = await timeUntil(call.closed);
  await pause(RETRY_WOULD_COME_MS);
  const attempts = provider.callsFor(id).length;
  provider.on(id, answerWhole);
  const next = await chat(gateway.url, { model: id, stream });
  return judgeRules([
    { text: 'the call was under way', held: open },
    ...limited('ms until the upstream connection is closed', closedMs, LIMITS_MS),
    { text: `${attempts} attempts, none after the client left`, held: attempts === 1 },
    { text: `the same model serves afterwards (${next.status})`, held: next.text === HEALTHY_TEXT },
  ]);
}

async function leaveWhileConnecting(
  { id, stream }: (typeof CONNECTING)[number],
  server: UnacceptingProvider,
): Promise<Judgement> {
  const client = await ask(id, stream);
  const inTime = await within(5000, server.untilPending(1));
  if (!inTime) throw new Error('the gateway makes no connection');
  client.destroy();
  const closedMs = await timeUntil(server.untilPending(0));
  await pause(RETRY_WOULD_COME_MS);
  const pending = server.pendingConnects() ?? 0;
  server.accept();
  const next = await chat(gateway.url, { model: id });
  const { requests } = JSON.parse(next.raw) as { requests?: number };
  return judgeRules([
    ...limited('ms until the connect is given up', closedMs, LIMITS_MS),
    { text: 'nothing is tried after the client left', held: pending === 0 && requests === 1 },
    { text: `the same model serves afterwards (${next.status})`, held: next.text === HEALTHY_TEXT },
  ]);
}

describe.concurrent('the client leaves', () => {
  it.for(DEPARTURES)('$id: $what', async (departure, context) => {
    expectVerdict(context, departure.id, await leave(departure));
  });

  it.for(CONNECTING.map((entry, index) => ({ ...entry, index })))(
    '$id: the connect is pending (stream: $stream)',
    async (entry, context) => {
      const server = unaccepting[entry.index] as UnacceptingProvider;
      expectVerdict(context, entry.id, await leaveWhileConnecting(entry, server));
    },
  );
});
