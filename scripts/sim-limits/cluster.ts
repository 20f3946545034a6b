/**
 * Limits that 3 and 100 gateways share over a store that is 1 to 50 ms away and sometimes does not answer, in virtual
 * time with the real slices, limiter and sync.
 *
 * Bounds: in a window of the store that it answered all the time never more than the limit; where it did not, at most
 * twice the limit and one per gateway. Usable: all that was admitted against one exact counter that sees the same calls.
 */
import process from 'node:process';
import type { Descriptor } from '../../src/rate-limit/contract.ts';
import { SliceSet } from '../../src/rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../../src/rate-limit/slices/sliced-limiter.ts';
import { ClusterSync } from '../../src/store/cluster-sync.ts';
import type { ClusterStore } from '../../src/store/contract.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { SimulatedClusterStore } from '../../test/support/simulated-cluster-store.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import { writeGenerated } from '../write-generated.ts';
import { LIMIT, percent, START, WINDOW_MS } from './arrivals.ts';
import { CLUSTER_ARRIVALS, type ClusterArrivals } from './cluster-arrivals.ts';
import { VirtualSignals, VirtualTime } from '../../test/support/virtual-time.ts';

const TIMEOUT_MS = 150;
const LEAST_USABLE = 0.97;

interface Setting {
  readonly gateways: number;
  /** Milliseconds there and back. */
  readonly delay: readonly [number, number];
  /** Minutes of the run in which the store does not answer. */
  readonly outage: readonly [number, number] | null;
}

const SETTINGS: readonly Setting[] = [
  { gateways: 3, delay: [1, 1], outage: null },
  { gateways: 3, delay: [1, 50], outage: null },
  { gateways: 3, delay: [1, 50], outage: [1.2, 1.8] },
  { gateways: 100, delay: [1, 1], outage: null },
  { gateways: 100, delay: [1, 50], outage: null },
  { gateways: 100, delay: [1, 50], outage: [1.2, 1.8] },
];

interface Result {
  readonly most: number;
  readonly mostInOutage: number;
  readonly usable: number;
  readonly waited: number;
  readonly longestWaitMs: number;
}

export async function simulateClusters({
  minutes,
  write,
}: {
  readonly minutes: number;
  readonly write: boolean;
}): Promise<number> {
  const rows: string[][] = [];
  let failures = 0;
  for (const setting of SETTINGS) {
    for (const [name, arrivals] of CLUSTER_ARRIVALS) {
      const result = await simulate(setting, arrivals, minutes);
      const verdict = judge(setting, result);
      if (verdict !== 'ok') failures++;
      rows.push(rowOf(setting, name, result, verdict));
    }
  }
  const head = [
    'gateways',
    'store',
    'calls',
    'most in a window',
    'with an outage',
    'usable',
    'waited',
    'longest wait',
    'verdict',
  ];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  process.stdout.write(`\n${[head, ...rows].map(line).join('\n')}\n`);
  process.stdout.write(failures === 0 ? 'all within bounds\n' : `${failures} outside of bounds\n`);
  if (write && failures === 0) {
    const table = markdownTable(
      head.slice(0, -1),
      rows.map((row) => row.slice(0, -1)),
    );
    writeGenerated('docs/cluster.md', 'sim:limits', table);
  }
  return failures;
}

/** One run of one limit. */
async function simulate(
  { gateways, delay, outage }: Setting,
  arrivals: ClusterArrivals,
  minutes: number,
): Promise<Result> {
  const time = new VirtualTime(START);
  const random = seededRandom(11);
  const windows: number[] = [];
  const store = new SimulatedClusterStore({
    now: time.now,
    windowMs: WINDOW_MS,
    onWindow: (start) => void windows.push(start),
  });
  const isDown = (): boolean =>
    outage !== null && time.now() >= START + outage[0] * 60_000 && time.now() < START + outage[1] * 60_000;
  const members = Array.from({ length: gateways }, (_, index) =>
    startMember(String(index), { time, random, store: far(store, { time, random, delay, isDown }) }),
  );
  await time.runUntil(START + 1000);
  const exact = new ExactWindow();
  const admitted: number[] = [];
  let [asked, waited, longestWaitMs] = [0, 0, 0];
  const ask = async (index: number): Promise<void> => {
    const { limiter } = members[index % gateways] ?? members[0] ?? unreachable();
    const at = time.now();
    asked++;
    exact.take(at);
    const decision = limiter.admit(limiter.prepare([SCOPE]), NO_TOKENS);
    if (decision instanceof Promise) waited++;
    const { admitted: isAdmitted } = await decision;
    longestWaitMs = Math.max(longestWaitMs, time.now() - at);
    if (isAdmitted) admitted.push(time.now());
  };
  const end = START + minutes * 60_000;
  const source = arrivals({ random, gateways, start: START + 1000, end });
  const next = (): void => {
    const call = source.next();
    if (call.done === true || call.value.at >= end) return;
    time.startTimer(
      () => {
        void ask(call.value.gateway);
        next();
      },
      Math.max(0, call.value.at - time.now()),
    );
  };
  next();
  await time.runUntil(end + 2000);
  const stopped = Promise.all(members.map(({ sync }) => sync.stop()));
  await time.runUntil(time.now() + 1000);
  await stopped;
  const counts = countByWindow(admitted, windows, outage);
  return { ...counts, usable: admitted.length / exact.admitted, waited: waited / asked, longestWaitMs };
}

interface World {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly store: ClusterStore;
}

function startMember(name: string, { time, random, store }: World) {
  const slices = new SliceSet({ seed: 3, capacity: 16, leases: 16, signals: new VirtualSignals(time) });
  const limiter = new SlicedLimiter({ slices, waitMs: 2 * TIMEOUT_MS, now: time.now });
  const sync = new ClusterSync({
    connect: () => Promise.resolve(store),
    process: name,
    slices,
    deployments: null,
    timeoutMs: TIMEOUT_MS,
    now: time.now,
    random,
    startTimer: time.startTimer,
    log: { info: () => {}, warn: () => {} },
  });
  // Gateways are not started at one moment.
  time.startTimer(() => void sync.start(), random() * 100);
  return { limiter, sync };
}

interface Distance extends Omit<World, 'store'> {
  readonly delay: readonly [number, number];
  readonly isDown: () => boolean;
}

/** The store with the way to it and back; while it is down no answer comes, as with a machine that is gone. */
function far(store: ClusterStore, { time, random, delay: [least, most], isDown }: Distance): ClusterStore {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    const oneWay = (least + random() * (most - least)) / 2;
    await time.wait(oneWay);
    if (isDown()) {
      await time.wait(1000);
      throw new Error('connection lost');
    }
    const answer = await work();
    await time.wait(oneWay);
    return answer;
  };
  return {
    exchangeSlices: (who, reports) => call(() => store.exchangeSlices(who, reports)),
    beat: (beat) => call(() => store.beat(beat)),
    exchangeUsage: (uses) => call(() => store.exchangeUsage(uses)),
    close: () => Promise.resolve(),
  };
}

/** Most admissions in one window of the store; windows that touch the outage, and the time without any, apart. */
function countByWindow(admitted: readonly number[], windows: readonly number[], outage: Setting['outage']) {
  const [from, to] = outage === null ? [Infinity, -Infinity] : [START + outage[0] * 60_000, START + outage[1] * 60_000];
  let [most, mostInOutage] = [0, 0];
  for (const start of windows) {
    const count = admitted.filter((at) => at >= start && at < start + WINDOW_MS).length;
    // A gateway learns a little later that the store is back.
    const isTouched = start < to + 6000 && start + WINDOW_MS > from;
    if (isTouched) mostInOutage = Math.max(mostInOutage, count);
    else most = Math.max(most, count);
  }
  return { most, mostInOutage };
}

/** What one exact counter of LiteLLM's window admits. */
class ExactWindow {
  admitted = 0;
  #start = -Infinity;
  #count = 0;

  take(now: number): void {
    const second = Math.floor(now / 1000);
    if (second - this.#start >= WINDOW_MS / 1000) [this.#start, this.#count] = [second, 0];
    if (this.#count >= LIMIT) return;
    this.#count++;
    this.admitted++;
  }
}

function judge({ gateways, outage }: Setting, { most, mostInOutage, usable }: Result): string {
  if (most > LIMIT) return 'too many in a window';
  if (mostInOutage > 2 * LIMIT + gateways) return 'too many in an outage';
  return usable >= LEAST_USABLE || outage !== null ? 'ok' : 'too few';
}

function rowOf(
  { gateways, delay: [least, most], outage }: Setting,
  name: string,
  result: Result,
  verdict: string,
): string[] {
  const store = `${least === most ? least : `${least} to ${most}`} ms${outage === null ? '' : ', outage'}`;
  return [
    String(gateways),
    store,
    name,
    percent(result.most, LIMIT),
    outage === null ? '' : percent(result.mostInOutage, LIMIT),
    percent(result.usable, 1),
    percent(result.waited, 1),
    `${Math.round(result.longestWaitMs)} ms`,
    verdict,
  ];
}

const SCOPE: Descriptor = { key: 'api_key', value: 'shared', requests: LIMIT, tokens: null, parallel: null };
const NO_TOKENS = { size: () => unreachable() };

function unreachable(): never {
  throw new Error('never asked');
}
