/** `node src/primitives/timer-wheel.bench.ts`: deadlines on one wheel against one timer of the runtime for each. */
import { bench, group, run } from 'mitata';
import { Deadline, TimerWheel } from './timer-wheel.ts';

const wheel = new TimerWheel({ now: () => performance.now() });
const deadlines = Array.from({ length: 4000 }, () => new Deadline(() => {}));
for (const deadline of deadlines) wheel.arm(deadline, 600_000);
const timers = Array.from({ length: 4000 }, () => setTimeout(() => {}, 600_000).unref());
const first = deadlines[0];
const timer = timers[0];

group('put off', () => {
  bench('TimerWheel', () => {
    if (first !== undefined) wheel.arm(first, 600_000);
  });
  bench('timeout.refresh', () => timer?.refresh());
});

group('start and stop', () => {
  const deadline = new Deadline(() => {});
  bench('TimerWheel', () => {
    wheel.arm(deadline, 300);
    wheel.cancel(deadline);
  });
  bench('setTimeout', () => clearTimeout(setTimeout(() => {}, 300)));
});

await run();
wheel.close();
for (const each of timers) clearTimeout(each);
