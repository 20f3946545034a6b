/** Gateways in front of a mock provider: CPU, throughput, start and memory. */
import { installedPackage, type Pythons } from '../installed.ts';
import type { Column, Component, Contestant as TableContestant, Quantity, Reading, Row } from '../table/contract.ts';
import { hashOf } from '../table/job-component.ts';
import { gatewayContestants, type Contestant } from './contestants.ts';
import { GatewaySession, type GatewayRound } from './gateway-session.ts';
import type { Figures } from './measure.ts';
import { JSON_BODY, STREAM_TEXT } from './mock-answers.ts';
import { WORKLOADS } from './workloads.ts';

const SECONDS = 2;
/** Enough for a median; a whole stream of LiteLLM takes long. */
const FIRST_EVENTS = 40;
const SECTION = 'Gateway, 1 KB chat';
const MEGABYTE = 2 ** 20;
const [CHAT, STREAM] = ['chat-1k-c64', 'stream-64-c8'] as const;
/** Two workers and limits stand in docs/benchmarks-gateway.md. */
const COLUMNS: ReadonlyMap<string, Column> = new Map([
  ['fast-litellm', 'ours'],
  ['litellm', 'litellm'],
  ['fast_litellm', 'fast_litellm'],
  ['portkey', 'npm'],
  ['floor', 'floor'],
]);
const REMARKS: ReadonlyMap<string, string> = new Map([
  ['fast_litellm', 'with its replacement of `litellm.router.Router` undone: as shipped every chat is a 400'],
  ['portkey', 'as npm installs it'],
  ['floor', 'passes bytes on and reads none of them: not a gateway, but what one on Node takes at least'],
]);

interface Task {
  readonly row: Row;
  /** Workload that it is of; null: the start. */
  readonly workload: string | null;
  readonly read: (round: GatewayRound) => { readonly value: number; readonly wall?: number };
}

const START = 'Start-up and memory';

const TASKS: readonly Task[] = [
  {
    row: row('gateway/chat-cpu', 'a request, 64 connections', 'cpu'),
    workload: CHAT,
    read: (round) => ({ value: figuresOf(round, CHAT).cpuMicrosecondsPerRequest * 1000 }),
  },
  {
    row: row('gateway/chat-rate', 'requests, 64 connections', 'rate'),
    workload: CHAT,
    read: (round) => ({ value: figuresOf(round, CHAT).requestsPerSecond }),
  },
  {
    row: row('gateway/stream-cpu', 'a stream of 64 events, 8 connections', 'cpu'),
    workload: STREAM,
    read: (round) => ({ value: figuresOf(round, STREAM).cpuMicrosecondsPerRequest * 1000 }),
  },
  {
    row: row('gateway/first-event', 'first event of a stream, 1 connection', 'wall'),
    workload: STREAM,
    read: ({ firstEventMs }) => ({ value: (firstEventMs ?? Number.NaN) * 1e6 }),
  },
  {
    row: row('gateway/chat-memory', 'gateway under load, 64 connections', 'memory', START),
    workload: CHAT,
    read: (round) => ({ value: figuresOf(round, CHAT).residentMb * MEGABYTE }),
  },
  {
    row: row('gateway/idle-memory', 'gateway when idle', 'memory', START),
    workload: null,
    read: ({ idleMb }) => ({ value: idleMb * MEGABYTE }),
  },
  {
    row: row('gateway/start', 'gateway, start to the first answer', 'wall', START),
    workload: null,
    read: ({ startMs }) => ({ value: startMs * 1e6 }),
  },
  {
    row: row('gateway/start-cpu', 'gateway, start to the first answer', 'cpu', START),
    workload: null,
    read: ({ startCpuMs, startMs }) => ({ value: startCpuMs * 1e6, wall: startMs * 1e6 }),
  },
];

function row(name: string, label: string, quantity: Quantity, section = SECTION): Row {
  return { name, section, label, quantity };
}

function figuresOf({ figures }: GatewayRound, workload: string): Figures {
  const found = figures.get(workload);
  if (found === undefined) throw new Error(`${workload} was not run`);
  return found;
}

export function gatewayComponent(pythons: Pythons): Component {
  // Without the load generator nobody can take part.
  const { missing: noLoad } = installedPackage('autocannon');
  const contestants = gatewayContestants(pythons)
    .filter(({ name }) => COLUMNS.has(name))
    .map((contestant) => ({ ...contestant, missing: contestant.missing ?? noLoad }));
  return {
    name: 'gateway',
    contestants: contestants.map(tableContestant),
    rows: TASKS.map((task) => task.row),
    async open() {
      const session = await GatewaySession.open();
      return {
        fixtures: { 'gateway requests': hashOf([WORKLOADS, JSON_BODY, STREAM_TEXT]) },
        measure: async (name, rows) =>
          measure(
            session,
            contestants.find((one) => one.name === name),
            rows,
          ),
        close: async () => session.close(),
      };
    },
  };
}

function tableContestant({ name, label, version, missing }: Contestant): TableContestant {
  const remark = REMARKS.get(name);
  return {
    name,
    label,
    version,
    missing,
    column: COLUMNS.get(name) ?? 'other',
    ...(remark === undefined ? {} : { remark }),
  };
}

async function measure(
  session: GatewaySession,
  contestant: Contestant | undefined,
  names: readonly string[],
): Promise<ReadonlyMap<string, Reading>> {
  if (contestant === undefined) throw new Error('no such gateway');
  const tasks = names.flatMap((name) => TASKS.filter((task) => task.row.name === name));
  const wanted = [...new Set(tasks.map(({ workload }) => workload))];
  // In the order of the rows, which turns from round to round.
  const workloads = wanted.flatMap((name) => WORKLOADS.filter((workload) => workload.name === name));
  try {
    const round = await session.run(contestant, { workloads, seconds: SECONDS, firstEvents: FIRST_EVENTS });
    return new Map(tasks.map((task) => [task.row.name, readTask(task, round)]));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new Map(tasks.map((task) => [task.row.name, { why }]));
  }
}

function readTask({ workload, read }: Task, round: GatewayRound): Reading {
  const { value, wall } = read(round);
  return { value, wall: wall ?? null, wrong: workload === null ? null : wrongOf(figuresOf(round, workload)) };
}

function wrongOf({ wrong, errors }: Figures): string | null {
  return wrong ?? (errors === 0 ? null : `${errors} requests failed`);
}
