/** One measure in a fresh process: `node --expose-gc child.ts NAME speed|memory|memory-without|threads KEYS`; prints JSON. */
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { spread } from '../statistics.ts';
import { CONTESTANTS, keyText, tablesFor, type Contestant, type Subject } from './contestants.ts';
import { PROBE_CALLS, PROBE_LIMIT, type LimiterAnswer } from './protocol.ts';

const SAMPLES = 7;
const DECISIONS = 300_000;
const THREAD_ROUNDS = 9;
/** Over all keys, in one round: a few hundred milliseconds. */
const THREAD_PASSES = 24;

/** What a measure gives beside what its contestant's {@link probe} admits. */
type Answer = Pick<LimiterAnswer, 'value' | 'wall'>;

const [name, measure, keyCount] = process.argv.slice(2);
const contestant = CONTESTANTS.find((each) => each.name === name);
if (contestant === undefined) throw new Error(`no contestant "${name}"`);
const keys = Number(keyCount);

async function speed({ make }: Contestant): Promise<Answer> {
  const subject = make({ capacity: keys });
  const own = prepared(subject, keys);
  // At most the limit in one call of `decide`, each call in a window of its own.
  const batch = keys < 1000 ? Array.from({ length: 50_000 }, (_, at) => own[at % keys]) : own;
  const samples: { readonly value: number; readonly wall: number }[] = [];
  let now = Date.now();
  for (let sample = 0; sample < SAMPLES; sample++) {
    // CPU time: a busy neighbour hardly moves it.
    const [begun, wall] = [process.cpuUsage(), performance.now()];
    let admitted = 0;
    while (admitted < DECISIONS) admitted += await subject.decide(batch, (now += 61_000));
    const { user, system } = process.cpuUsage(begun);
    samples.push({
      value: ((user + system) * 1000) / admitted,
      wall: ((performance.now() - wall) * 1e6) / admitted,
    });
  }
  const settled = samples.slice(2);
  return {
    value: spread(settled.map(({ value }) => value)).median,
    wall: spread(settled.map((one) => one.wall)).median,
  };
}

/** Each key as a string of its own, as it comes from the wire. */
function prepared({ prepare }: Subject, count: number): unknown[] {
  const texts = Array.from({ length: count }, (_, number) => Buffer.from(keyText(number)).toString('latin1'));
  return prepare === undefined ? texts : texts.map(prepare);
}

/**
 * Resident bytes of a process that decided once on each of `keys` keys in as many tables as make a million together; a
 * process differs from the next by a megabyte or two. The same without: on 500 keys in turn, so that the difference is
 * what the keys cost.
 */
async function memory({ make }: Contestant, isWith: boolean): Promise<Answer> {
  let now = Date.now();
  const warm = make({ capacity: 1000 });
  const keep = async (of: Subject, number: number): Promise<unknown> =>
    of.decide([of.prepare?.(keyText(number)) ?? keyText(number)], now);
  for (let number = 0; number < 200_000; number++) await keep(warm, number % 500);
  now += 600_000;
  const subjects = Array.from({ length: tablesFor(keys) }, () => (isWith ? make({ capacity: keys }) : warm));
  for (const subject of subjects) {
    for (let number = 0; number < keys; number++) await keep(subject, isWith ? number : number % 500);
  }
  collect();
  const bytes = process.memoryUsage().rss;
  // Still in use.
  for (const subject of subjects) await keep(subject, 0);
  return { value: bytes };
}

/** How many of {@link PROBE_CALLS} calls on one key with a limit of {@link PROBE_LIMIT} are admitted. */
async function probe({ make }: Contestant): Promise<number> {
  const subject = make({ capacity: 1000, limit: PROBE_LIMIT });
  const [key] = prepared(subject, 1);
  return subject.decide(
    Array.from({ length: PROBE_CALLS }, () => key),
    Date.now(),
  );
}

function collect(): void {
  for (let times = 0; times < 4; times++) globalThis.gc?.();
}

/** Decisions a second of two threads on one table against one thread: medians of rounds that take turns. */
async function threads({ make }: Contestant): Promise<Answer> {
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < THREAD_ROUNDS; round++) {
    one.push(await run(make({ capacity: keys }), 1));
    two.push(await run(make({ capacity: keys }), 2));
  }
  return { value: spread(two).median / spread(one).median };
}

async function run(subject: { readonly buffers?: unknown }, count: number): Promise<number> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(async ({ CONTESTANTS, keyText }) => {
      const subject = CONTESTANTS.find(({ name }) => name === workerData.name).make({
        capacity: workerData.keys,
        shared: workerData.buffers,
      });
      const { decide } = subject;
      const texts = Array.from({ length: workerData.keys }, (_, at) => subject.prepare(keyText(at)));
      // Each thread in an order of its own.
      const step = workerData.index === 0 ? 7919 : 104729;
      const order = texts.map((_, at) => texts[(at * step) % texts.length]);
      for (let warm = 0; warm < 3; warm++) decide(order, Date.now());
      Atomics.add(workerData.gate, 0, 1);
      while (Atomics.load(workerData.gate, 0) < workerData.count);
      const begun = process.hrtime.bigint();
      for (let pass = 0; pass < workerData.passes; pass++) decide(order, Date.now());
      parentPort.postMessage(Number(process.hrtime.bigint() - begun) / 1e9);
    });`;
  const module = new URL('./contestants.ts', import.meta.url).href;
  const seconds = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const workerData = { module, name, keys, buffers: subject.buffers, gate, count, index, passes: THREAD_PASSES };
      const worker = new Worker(code, { eval: true, workerData });
      return new Promise<number>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
  return (count * THREAD_PASSES * keys) / Math.max(...seconds);
}

const measures: Readonly<Record<string, (contestant: Contestant) => Promise<Answer>>> = {
  speed,
  memory: (each) => memory(each, true),
  'memory-without': (each) => memory(each, false),
  threads,
};
const chosen = measures[measure ?? ''];
if (chosen === undefined) throw new Error(`no measure "${measure}"`);
const answer = await chosen(contestant);
process.stdout.write(`${JSON.stringify({ ...answer, admitted: await probe(contestant) })}\n`);
process.exit(0);
