/** Stopping and reloading under load: entries X1 and X2 of the fault catalogue. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chat, looksComplete } from '../support/chat-client.ts';
import { scaledMs } from '../support/fault-scale.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { answerWhole, endStream, HEALTHY_TEXT, part, WORDS } from '../support/scripted-answers.ts';
import { ScriptedProvider, type Script } from '../support/scripted-provider.ts';
import { judgeRules, together, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const STREAMS = 50;
const STREAM_MS = scaledMs(6);
const CLIENTS = 10;

let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await ScriptedProvider.start();
  provider.on('*', answerWhole);
});

afterAll(() => provider.close());

function configOf(...models: readonly string[]): string {
  return stringify({
    model_list: models.map((name) => ({
      model_name: name,
      litellm_params: { model: `openai/${name}`, api_base: provider.apiBase, api_key: 'k' },
    })),
    general_settings: { master_key: 'sk-1234' },
  });
}

const slow: Script = async (call) => {
  call.streamHead();
  for (const word of WORDS) {
    call.event(part(call.model, word));
    await call.pause(STREAM_MS / WORDS.length);
  }
  if (call.connectionOpen) endStream(call);
};

/** Whether a new connection is turned away: not accepted, or answered with 503. */
async function isRefused(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.on('error', () => done(true)).on('close', () => done(true));
    socket.once('connect', () => socket.write('GET /health/liveliness HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.once('data', (bytes: Buffer) => done(bytes.toString('latin1').startsWith('HTTP/1.1 503')));
  });
}

async function playSigterm(): Promise<Judgement> {
  provider.on('slow', slow);
  const gateway = await GatewayProcess.start(configOf('slow'));
  let lastMs = 0;
  const streams = Array.from({ length: STREAMS }, async () => {
    const reply = await chat(gateway.url, { model: 'slow', stream: true });
    lastMs = performance.now();
    return reply;
  });
  await provider.nthCall('slow', STREAMS);
  gateway.signal('SIGTERM');
  const signalMs = performance.now();
  const accepted: number[] = [];
  const probe = async (): Promise<void> => {
    // The signal takes a moment to arrive in the process.
    await pause(100);
    while (lastMs === 0) {
      if (!(await isRefused(gateway.port))) accepted.push(performance.now() - signalMs);
      await pause(100);
    }
  };
  const [replies] = await Promise.all([Promise.all(streams), probe()]);
  const servedMs = performance.now();
  const exit = await gateway.exited;
  const exitMs = performance.now() - servedMs;
  const whole = replies.filter((reply) => looksComplete(reply) && reply.text === HEALTHY_TEXT).length;
  return judgeRules([
    { text: `${whole} of ${STREAMS} streams whole`, held: whole === STREAMS },
    {
      text: `connections served ${accepted.map((ms) => ms.toFixed()).join(', ')} ms after the signal`,
      held: accepted.length === 0,
    },
    {
      text: `exit with ${exit.code} ${exit.signal} after ${exitMs.toFixed()} ms, 5 s`,
      held: exit.code === 0 && exitMs < 5000,
    },
  ]);
}

interface Load {
  readonly failures: string[];
  requests: number;
}

/** Ten clients in a loop until `until` resolves. */
async function underLoad(url: string, model: string, until: Promise<unknown>): Promise<Load> {
  const load: Load = { failures: [], requests: 0 };
  let stopping = false;
  const client = async (index: number): Promise<void> => {
    while (!stopping) {
      const reply = await chat(url, { model, stream: index % 2 === 0 }).catch((error: unknown) => String(error));
      load.requests += 1;
      if (typeof reply === 'string') load.failures.push(reply);
      else if (reply.text !== HEALTHY_TEXT || !looksComplete(reply)) load.failures.push(`status ${reply.status}`);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(index));
  await until.finally(() => (stopping = true));
  await Promise.all(clients);
  return load;
}

/** Milliseconds until the model is served, or is not any more; infinite after ten seconds. */
async function timeUntilServed(url: string, model: string, served: boolean): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const { status } = await chat(url, { model });
    const ms = performance.now() - startedMs;
    if ((status === 200) === served) return ms;
    if (ms > 10_000) return Number.POSITIVE_INFINITY;
    await pause(10);
  }
}

type Way = 'SIGHUP' | '--watch';

/** The changes of X2, one after the other. */
async function change(gateway: GatewayProcess, way: Way, load: string): Promise<Rule[]> {
  const write = (text: string): void => {
    gateway.writeConfig(text);
    if (way === 'SIGHUP') gateway.signal('SIGHUP');
  };
  const served = async (model: string, isServed: boolean, withinMs: number): Promise<Rule> => {
    const ms = await timeUntilServed(gateway.url, model, isServed);
    return { text: `${way}: ${model} ${isServed ? '' : 'not '}served after ${ms.toFixed()} ms`, held: ms <= withinMs };
  };
  const rules: Rule[] = [];
  write(configOf(load, 'second'));
  rules.push(await served('second', true, 1000));
  write('model_list: [ {');
  await gateway.until(() => gateway.stderr.includes('refused'));
  const kept = await chat(gateway.url, { model: 'second' });
  rules.push({ text: `${way}: a file that cannot be parsed changes nothing`, held: kept.text === HEALTHY_TEXT });
  for (let round = 0; round < 10; round += 1) write(configOf(load, `third-${round}`));
  rules.push(await served('third-9', true, 1000));
  rules.push(await served('second', false, 5000));
  return rules;
}

async function playReload(way: Way): Promise<Judgement> {
  const load = way === 'SIGHUP' ? 'load-signal' : 'load-watch';
  const gateway = await GatewayProcess.start(configOf(load), { args: way === '--watch' ? ['--watch'] : [] });
  const changed = change(gateway, way, load);
  const { failures, requests } = await underLoad(gateway.url, load, changed);
  const { code } = await gateway.stop();
  return judgeRules([
    ...(await changed),
    { text: `${way}: ${failures.length} of ${requests} requests failed: ${failures[0]}`, held: failures.length === 0 },
    { text: `${way}: a load of ${requests} requests`, held: requests > 20 },
    { text: `${way}: exit with ${code}`, held: code === 0 },
  ]);
}

describe.concurrent('operations', () => {
  it('X1: SIGTERM with fifty streams in flight', async (context) => {
    expectVerdict(context, 'X1', await playSigterm());
  });

  it('X2: a new configuration under load', async (context) => {
    expectVerdict(context, 'X2', together(await Promise.all([playReload('SIGHUP'), playReload('--watch')])));
  });
});
