/** Writes docs/benchmarks-gateway.md from the rounds. Tables come from here only; nobody types them. */
import { createHash } from 'node:crypto';
import { markdownTable } from '../markdown-table.ts';
import { spread, type Spread } from '../statistics.ts';
import type { Figures } from './measure.ts';
import { WORKLOADS } from './workloads.ts';

export interface ContestantRounds {
  readonly label: string;
  readonly startMs: number[];
  readonly idleMb: number[];
  /** By workload name. */
  readonly figures: Record<string, Figures[]>;
  /** Median milliseconds to the first event, one per round. */
  readonly firstEventMs: number[];
}

export interface Report {
  readonly contestants: readonly ContestantRounds[];
  readonly skipped: readonly { readonly label: string; readonly why: string }[];
  /** Straight to the mock provider, for what each contestant adds. */
  readonly direct: ContestantRounds;
  readonly rounds: number;
  readonly seconds: number;
  /** Lines that say where it ran. */
  readonly environment: readonly string[];
}

export function render(report: Report): string {
  const parts = [
    '# Benchmarks of gateways',
    '',
    'Written by `npm run bench:gateway`; do not edit. Every contestant runs in a process of its own, in front of the same',
    'mock provider, on the same machine, round by round in alternating order. CPU is user and system time of the process',
    'as the operating system counts it, per answered request: it holds up on a shared machine where rates do not.',
    '',
    ...environmentLines(report),
    '',
    '## Start and memory',
    '',
    markdownTable(
      ['contestant', 'start to first 200, ms', 'idle RSS, MB'],
      report.contestants.map((one) => [one.label, cell(spread(one.startMs), 0), cell(spread(one.idleMb), 0)]),
    ),
    ...WORKLOADS.flatMap(({ name, label }) => ['', `## ${label}`, '', workloadTable(report, name)]),
    '',
    '## Time to the first event of a stream, 1 connection',
    '',
    markdownTable(
      ['contestant', 'median, ms', 'added, ms'],
      report.contestants.map((one) => {
        const mine = spread(one.firstEventMs);
        return [one.label, cell(mine, 2), (mine.median - spread(report.direct.firstEventMs).median).toFixed(2)];
      }),
    ),
    ...report.skipped.flatMap(({ label, why }) => ['', `Not run here: ${label} (${why}).`]),
    '',
  ];
  return parts.join('\n');
}

function workloadTable(report: Report, workload: string): string {
  const of = (one: ContestantRounds, pick: (figures: Figures) => number): Spread =>
    spread((one.figures[workload] ?? []).map(pick));
  const floor = report.contestants[0];
  const floorCpu = floor === undefined ? Number.NaN : of(floor, (f) => f.cpuMicrosecondsPerRequest).median;
  const directP99 = of(report.direct, (f) => f.p99Ms).median;
  return markdownTable(
    [
      'contestant',
      'CPU µs a request',
      '× floor',
      'requests/s',
      'p50, ms',
      'p99, ms',
      'p99 added, ms',
      'RSS, MB',
      'errors',
    ],
    report.contestants.map((one) => {
      const cpu = of(one, (f) => f.cpuMicrosecondsPerRequest);
      return [
        one.label,
        cell(cpu, 0),
        (cpu.median / floorCpu).toFixed(2),
        cell(
          of(one, (f) => f.requestsPerSecond),
          0,
        ),
        cell(
          of(one, (f) => f.p50Ms),
          1,
        ),
        cell(
          of(one, (f) => f.p99Ms),
          1,
        ),
        (of(one, (f) => f.p99Ms).median - directP99).toFixed(1),
        cell(
          of(one, (f) => f.residentMb),
          0,
        ),
        problems(one.figures[workload] ?? []),
      ];
    }),
  );
}

/** Requests that failed, and what is wrong with the answers of the others. */
function problems(figures: readonly Figures[]): string {
  const errors = String(Math.max(0, ...figures.map((one) => one.errors)));
  const wrong = figures.find((one) => one.wrong !== null)?.wrong;
  return wrong == null ? errors : `${errors} (wrong: ${wrong})`;
}

function environmentLines({ environment, rounds, seconds }: Report): readonly string[] {
  const fixtures = createHash('sha256').update(JSON.stringify(WORKLOADS)).digest('hex').slice(0, 12);
  return [
    ...environment,
    `Fixtures ${fixtures}; ${rounds} rounds of ${seconds} s. Cells are medians (lowest to highest round).`,
  ];
}

function cell(value: Spread, digits: number): string {
  const text = (number: number): string => number.toFixed(digits);
  return `${text(value.median)} (${text(value.low)} to ${text(value.high)})`;
}
