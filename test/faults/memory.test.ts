/** What clients leave behind: entries M1 and M2 of the fault catalogue. */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { COLLECTED } from '../support/garbage-probe.ts';
import { Flood, type FloodRequest } from '../support/flood.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { LoadProvider } from '../support/load-provider.ts';
import { openSockets } from '../support/process-figures.ts';
import { residentMegabytes } from '../support/resident-memory.ts';
import { judgeRules, type Judgement, type Rule } from '../support/verdict.ts';
import { expectVerdict } from './expect-verdict.ts';

const AT_ONCE = 50;
const LEAVING = 1000;
/** The growth is scaled to this. */
const WHOLE = 100_000;
const REQUESTS = WHOLE;

const messages = [{ role: 'user', content: 'Hello' }];
let provider: LoadProvider;
let gateway: GatewayProcess;
let flood: Flood;

beforeAll(async () => {
  provider = await LoadProvider.start();
  gateway = await GatewayProcess.start(
    stringify({
      model_list: [provider.deployment('healthy'), provider.deployment('endless')],
      general_settings: { master_key: 'sk-1234' },
    }),
    { environment: { NODE_OPTIONS: `--import=${path.join(import.meta.dirname, '../support/garbage-probe.ts')}` } },
  );
  flood = new Flood(gateway.url, AT_ONCE);
});

afterAll(async () => {
  flood.close();
  await gateway.stop();
  await provider.stop();
});

/** Without garbage, of which a process keeps more or less by chance. */
async function settledMegabytes(): Promise<number> {
  const before = gateway.stderr.length;
  gateway.signal('SIGUSR2');
  await gateway.until(() => gateway.stderr.slice(before).includes(COLLECTED));
  return residentMegabytes(gateway.pid);
}

/** Growth in MB that is no leak: a tenth of what there was, or 25 MB. */
function grows(what: string, fromMb: number, grownMb: number): Rule {
  const most = Math.max(fromMb / 10, 25);
  return {
    text: `${what}: ${grownMb.toFixed(1)} MB on ${fromMb.toFixed()}, at most ${most.toFixed(1)}`,
    held: grownMb <= most,
  };
}

async function playLeavingClients(): Promise<Judgement> {
  const socketsBefore = openSockets(gateway.pid);
  const figures: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (let started = 0; started < LEAVING; started += AT_ONCE) {
      await flood.leaveEarly({ key: 'sk-1234', body: { model: 'endless', messages, stream: true } });
    }
    figures.push(await settledMegabytes());
  }
  const [first = 0, , third = 0] = figures;
  const leftMs = performance.now();
  const isBusy = async (): Promise<boolean> =>
    (await provider.openStreams()) > 0 || openSockets(gateway.pid) > socketsBefore;
  while ((await isBusy()) && performance.now() - leftMs < 5000) await pause(50);
  const open = await provider.openStreams();
  const sockets = openSockets(gateway.pid);
  return judgeRules([
    grows('after the third round', first, third - first),
    { text: `${open} streams of the provider open`, held: open === 0 },
    { text: `${sockets} sockets, ${socketsBefore} before`, held: sockets <= socketsBefore },
  ]);
}

/** A new user, a new unknown model, a new wrong key. */
function madeUp(index: number): FloodRequest {
  const body = { model: 'healthy', messages, user: `user-${index}` };
  if (index % 3 === 0) return { key: 'sk-1234', body };
  if (index % 3 === 1) return { key: 'sk-1234', body: { ...body, model: `unknown-${index}` } };
  return { key: `sk-wrong-${index}`, body };
}

async function playMadeUpNames(): Promise<Judgement> {
  await flood.run(REQUESTS / 2, madeUp);
  const halfMb = await settledMegabytes();
  const statuses = await flood.run(REQUESTS / 2, (index) => madeUp(index + REQUESTS / 2));
  const grownMb = (await settledMegabytes()) - halfMb;
  return judgeRules([
    grows(`the second half, ${REQUESTS / 2} requests, scaled`, halfMb, (grownMb * WHOLE) / (REQUESTS / 2)),
    { text: `statuses ${JSON.stringify([...statuses])}`, held: statuses.size === 3 && !statuses.has(500) },
  ]);
}

describe('memory', () => {
  it('M1: three rounds of 1,000 clients that leave in the middle of a stream', async (context) => {
    expectVerdict(context, 'M1', await playLeavingClients());
  });

  it('M2: users, keys and model names that clients make up', async (context) => {
    expectVerdict(context, 'M2', await playMadeUpNames());
  });
});
