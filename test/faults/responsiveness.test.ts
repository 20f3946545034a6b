/** The gateway keeps answering while it moves large bodies, and when many clients leave at once: entries L1 and L2. */
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { isShortForm } from '../support/fault-scale.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { HealthProber, type ProbeFigures } from '../support/health-prober.ts';
import { LoadProvider, type LoadKind } from '../support/load-provider.ts';
import { cpuSeconds } from '../support/process-figures.ts';
import { judgeRules, limited, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const P99_LIMITS_MS = { pass: 50, partial: 250 };
/** Long enough for a p99 of 240 probes, which a single pause of 60 ms would not change. */
const L1_MS = isShortForm ? 6000 : 15_000;
const LEAST_GAP_MS = 500;
const IMAGE = Buffer.alloc(7_500_000, 'image').toString('base64');

let provider: LoadProvider;
let gateway: GatewayProcess;

beforeAll(async () => {
  provider = await LoadProvider.start();
  const kinds: readonly LoadKind[] = ['healthy', 'large', 'huge-error', 'large-stream'];
  gateway = await GatewayProcess.start(
    stringify({
      model_list: kinds.map((kind) => provider.deployment(kind)),
      general_settings: { master_key: 'sk-1234' },
    }),
  );
});

afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

function post(model: LoadKind, fields: object): Promise<IncomingMessage> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...fields });
  const headers = { authorization: 'Bearer sk-1234', 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
}

/** Reads up to so many bytes, and leaves where there are more. */
async function read(reply: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<number> {
  let bytes = 0;
  for await (const chunk of reply) {
    bytes += (chunk as Buffer).length;
    if (bytes >= most) break;
  }
  reply.destroy();
  return bytes;
}

function responsive(what: string, figures: ProbeFigures): readonly Rule[] {
  const { probes, failures, p99Ms, worstMs, rawP99Ms } = figures;
  const said = `${what}: p99 in ms (worst ${worstMs.toFixed()}, p99 by the wall clock ${rawP99Ms.toFixed()})`;
  return [
    { text: `${what}: ${failures} of ${probes} probes failed`, held: failures === 0 && probes >= 20 },
    ...limited(said, p99Ms, P99_LIMITS_MS),
  ];
}

interface LoadClient {
  readonly model: LoadKind;
  readonly fields: object;
  readonly status: number;
  readonly leastBytes: number;
}

const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } };
const POSTING: LoadClient = {
  model: 'healthy',
  fields: { messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }] },
  status: 200,
  leastBytes: 300,
};
const READING: LoadClient = { model: 'large', fields: {}, status: 200, leastBytes: 9_900_000 };
const FAILING: LoadClient = { model: 'huge-error', fields: { num_retries: 0 }, status: 500, leastBytes: 20 };

/** One request after the other, two a second at most. */
async function load({ model, fields, status, leastBytes }: LoadClient, endMs: number): Promise<Rule> {
  let requests = 0;
  let odd = '';
  while (performance.now() < endMs) {
    const nextMs = performance.now() + LEAST_GAP_MS;
    const reply = await post(model, fields);
    const bytes = await read(reply);
    requests += 1;
    if (reply.statusCode !== status || bytes < leastBytes) odd = `, one of them ${reply.statusCode}, ${bytes} bytes`;
    await pause(Math.max(0, nextMs - performance.now()));
  }
  return { text: `${requests} requests to ${model}${odd}`, held: odd === '' && requests > 2 };
}

async function playLargeBodies(): Promise<Judgement> {
  const prober = new HealthProber(gateway);
  const endMs = performance.now() + L1_MS;
  const loads = await Promise.all([POSTING, POSTING, READING, READING, FAILING].map((client) => load(client, endMs)));
  return judgeRules([...loads, ...responsive('under load', await prober.stop())]);
}

const STREAMS = 30;
const LEAVE_AFTER_BYTES = 2_000_000;
const CLOSED_WITHIN_MS = 10_000;

async function playLeavingReaders(): Promise<Judgement> {
  const during = new HealthProber(gateway);
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async () => read(await post('large-stream', { stream: true }), LEAVE_AFTER_BYTES)),
  );
  const leftMs = performance.now();
  const whileOpen = await during.stop();
  const afterwards = new HealthProber(gateway);
  const before = cpuSeconds(gateway.pid);
  while ((await provider.openStreams()) > 0 && performance.now() - leftMs < CLOSED_WITHIN_MS) await pause(50);
  const closedMs = performance.now() - leftMs;
  const open = await provider.openStreams();
  await pause(Math.max(0, 2000 - closedMs));
  const used = cpuSeconds(gateway.pid) - before;
  return judgeRules([
    { text: 'all read 2 MB', held: streams.every((bytes) => bytes >= LEAVE_AFTER_BYTES) },
    ...responsive('while streams run', whileOpen),
    ...responsive('after the clients left', await afterwards.stop()),
    { text: `${open} streams open after ${closedMs.toFixed()} ms`, held: open === 0 },
    { text: `${used.toFixed(2)} CPU seconds in the 2 s afterwards, at most 1`, held: used <= 1 },
  ]);
}

describe('responsiveness', () => {
  it('L1: bodies of 10 MB both ways, and errors of 114 MB', async (context) => {
    expectVerdict(context, 'L1', await playLargeBodies());
  });

  it('L2: 30 readers that leave a large stream', async (context) => {
    expectVerdict(context, 'L2', await playLeavingReaders());
  });
});
