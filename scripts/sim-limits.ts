/**
 * `npm run sim:limits [-- --minutes 30]`: limiters in virtual time under steady, bursty and adversarial arrivals.
 *
 * Per run: the most that was admitted in any 60 s (`sliding`: at most 101 % of the limit) and all that was admitted
 * against an exact log of the last 60 s that sees the same arrivals (at least 99 %); for `window` the most that was
 * admitted in one of its windows, which must be the limit exactly in every window that refused somebody. Exit code 1 when
 * outside. Then the same for limits that several gateways share (`sim-limits/cluster.ts`); `--write` puts that table into
 * docs/cluster.md.
 */
import { seededRandom } from '../test/support/seeded-random.ts';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { TableKey } from '../src/primitives/table-key.ts';
import { REFUSED, type Counter } from '../src/rate-limit/contract.ts';
import { SlidingCounter } from '../src/rate-limit/sliding-counter.ts';
import { TokenBucket } from '../src/rate-limit/token-bucket.ts';
import { WindowRequests } from '../src/rate-limit/window-requests.ts';
import { bursty, LIMIT, percent, START, steady, WINDOW_MS, type Arrivals } from './sim-limits/arrivals.ts';
import { simulateClusters } from './sim-limits/cluster.ts';

/** All at once as soon as anything is free, asked every 7 ms: what a greedy client gets. */
function* greedy(_random: () => number, end: number): Generator<number, void, boolean> {
  for (let at = START; at < end; at += 7) while (!(yield at));
}

/** The whole limit just before an edge (of a bucket, a second, a window), and again just after it. */
function* edges(random: () => number, end: number): Generator<number, void, boolean> {
  const steps = [500, 1000, WINDOW_MS];
  for (let at = START; at < end;) {
    const step = steps[Math.floor(random() * steps.length)] ?? 500;
    const edge = (Math.floor(at / step) + 1) * step;
    for (const time of [edge - 1, edge, edge + 1]) for (let call = 0; call < LIMIT; call++) yield time;
    at = edge + 1 + random() * 30_000;
  }
}

/** A slow start, then everything at the end of the window, then as much as possible after it. */
function* lateFill(_random: () => number, end: number): Generator<number, void, boolean> {
  for (let at = START; at < end; at += 2 * WINDOW_MS) {
    yield at;
    for (let call = 0; call < LIMIT; call++) yield at + WINDOW_MS - 1;
    for (let ms = 0; ms < 1500; ms += 50) for (let call = 0; call < LIMIT; call++) yield at + WINDOW_MS + ms;
  }
}

const ARRIVALS: readonly (readonly [string, Arrivals])[] = [
  ['steady, half the limit', (random, end) => steady(random, end, 0.5)],
  ['steady, twice the limit', steady],
  ['steady, ten times', (random, end) => steady(random, end, 10)],
  ['bursty', bursty],
  ['adversarial: greedy', greedy],
  ['adversarial: edges', edges],
  ['adversarial: late fill', lateFill],
];

interface Run {
  readonly admitted: readonly number[];
  /** Whether each arrival was admitted, in order. */
  readonly decisions: readonly Decision[];
  /** What an exact log would have admitted, deciding on the same arrivals by itself. */
  readonly exact: number;
  readonly asked: number;
}

interface Decision {
  readonly at: number;
  readonly passed: boolean;
}

/** A log of the last limit of admissions: admits when the oldest is 60 s ago. */
class ExactLog {
  readonly #times = new Float64Array(LIMIT).fill(-Infinity);
  count = 0;

  take(now: number): void {
    const slot = this.count % LIMIT;
    if (now - (this.#times[slot] ?? 0) < WINDOW_MS) return;
    this.#times[slot] = now;
    this.count++;
  }
}

function simulate(counter: Counter, arrivals: Arrivals, minutes: number): Run {
  const key = new TableKey().fill(counter.seed, 1, 'caller');
  const decisions: Decision[] = [];
  const log = new ExactLog();
  const source = arrivals(seededRandom(7), START + minutes * 60_000);
  let asked = 0;
  for (let next = source.next(); next.done !== true; asked++) {
    const now = Math.floor(next.value);
    const passed = counter.take(key, LIMIT, 1, now) !== REFUSED;
    decisions.push({ at: now, passed });
    log.take(now);
    next = source.next(!passed);
  }
  const admitted = decisions.filter(({ passed }) => passed).map(({ at }) => at);
  return { admitted, decisions, exact: log.count, asked };
}

/** Most admissions within any 60 s. */
function mostInAny(admitted: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [index, at] of admitted.entries()) {
    while (at - (admitted[first] ?? at) >= WINDOW_MS) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Whether every window admitted the limit at most, and exactly the limit if it refused; each begins with an admission. */
function areWindowsExact(decisions: readonly Decision[]): boolean {
  let [start, count, refused] = [-Infinity, 0, false];
  const isExact = (): boolean => (refused ? count === LIMIT : count <= LIMIT);
  for (const { at, passed } of decisions) {
    if (!passed) refused = true;
    else if (Math.floor(at / 1000) - Math.floor(start / 1000) >= WINDOW_MS / 1000) {
      if (start !== -Infinity && !isExact()) return false;
      [start, count, refused] = [at, 1, false];
    } else count++;
  }
  return isExact();
}

function main(minutes: number): number {
  let failures = 0;
  const options = { windowMs: WINDOW_MS, capacity: 16, seed: 1 };
  const cells = (values: readonly string[]): string =>
    values.map((value, at) => value.padEnd(at === 1 ? 26 : 13)).join('');
  const print = (...values: readonly string[]): void => void process.stdout.write(`${cells(values).trimEnd()}\n`);
  print('limiter', 'arrivals', 'asked', 'admitted', 'in any 60 s', 'of exact log', 'verdict');
  for (const [name, arrivals] of ARRIVALS) {
    const kinds: readonly (readonly [string, Counter])[] = [
      ['sliding', new SlidingCounter(options)],
      ['window', new WindowRequests(options)],
      ['token_bucket', new TokenBucket(options)],
    ];
    for (const [kind, counter] of kinds) {
      const done = simulate(counter, arrivals, minutes);
      const { admitted, exact, asked } = done;
      const most = mostInAny(admitted);
      const verdict = judge(kind, done, most);
      if (verdict !== 'ok') failures++;
      print(
        kind,
        name,
        String(asked),
        String(admitted.length),
        percent(most, LIMIT),
        percent(admitted.length, exact),
        verdict,
      );
    }
  }
  print(failures === 0 ? 'all within bounds' : `${failures} outside of bounds`);
  return failures === 0 ? 0 : 1;
}

function judge(kind: string, run: Run, most: number): string {
  if (kind === 'sliding') {
    if (most > 1.01 * LIMIT) return 'too many in 60 s';
    return run.admitted.length >= 0.99 * run.exact ? 'ok' : 'too few';
  }
  if (kind === 'token_bucket') return most <= 2 * LIMIT ? 'ok' : 'too many in 60 s';
  return areWindowsExact(run.decisions) ? 'ok' : 'not the limit in a window';
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, write: { type: 'boolean', default: false } },
});
const failures = main(Number(values.minutes));
// A tenth of the time: there are up to a hundred limiters in step with one another.
const shared = await simulateClusters({ minutes: Math.max(3, Number(values.minutes) / 10), write: values.write });
process.exitCode = failures === 0 && shared === 0 ? 0 : 1;
