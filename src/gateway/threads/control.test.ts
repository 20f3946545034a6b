import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deployment, snapshotWith } from '../../../test/support/snapshot.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { TableKey } from '../../primitives/table-key.ts';
import { ConcurrencyLeases } from '../../rate-limit/concurrency-leases.ts';
import type { SnapshotSource } from './configuration-source.ts';
import type { StartWorker, ToWorker, WorkerDeath, WorkerEvents, WorkerStart } from './contract.ts';
import { startThreads } from './control.ts';
import { deploymentStateOf, type Configuration } from './counting-memory.ts';
import type { PortSharing } from './shared-port.ts';
import type { ServingGateway } from './start-serving.ts';
import { ThreadBoard } from './thread-board.ts';
import { failureOf } from './thread-failure.ts';

/** A worker that the test speaks for. */
class FakeWorker {
  readonly start: WorkerStart;
  readonly events: WorkerEvents;
  readonly told: ToWorker[] = [];
  isEnded = false;
  #port: number | null = null;

  constructor(start: WorkerStart, events: WorkerEvents) {
    this.start = start;
    this.events = events;
  }

  /** Does what it is told, without delay. */
  serves(port = 4711): void {
    this.#port = port;
    this.events.onMessage({ kind: 'loaded' });
  }

  take(message: ToWorker): void {
    this.told.push(message);
    const port = this.#port;
    if (message.kind === 'listen' && port !== null)
      queueMicrotask(() => this.events.onMessage({ kind: 'listening', port }));
  }

  dies(death: WorkerDeath = { exitCode: 1, error: failureOf(new TypeError('boom')) }): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.events.onExit(death);
  }

  kinds(): string[] {
    return this.told.map(({ kind }) => kind);
  }
}

class Rig implements SnapshotSource {
  readonly workers: FakeWorker[] = [];
  readonly records: string[] = [];
  readonly logged: { readonly level: number; readonly msg: string; readonly [field: string]: unknown }[] = [];
  readonly pauses: number[] = [];
  readonly claims: string[] = [];
  clockMs = 0;
  readonly #listeners = new Set<(snapshot: ConfigSnapshot) => void>();
  #snapshot: ConfigSnapshot;

  constructor(snapshot: ConfigSnapshot = CONFIGURED) {
    this.#snapshot = snapshot;
  }

  current(): ConfigSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  reload(snapshot: ConfigSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }

  begin(workers = 2, port = 0): Promise<ServingGateway> {
    const startWorker: StartWorker = (start, events) => {
      const worker = new FakeWorker(start, events);
      this.workers.push(worker);
      return {
        post: (message) => worker.take(message),
        end: () => queueMicrotask(() => worker.dies({ exitCode: 1, error: null })),
      };
    };
    const log = pino({ level: 'debug' }, { write: (line: string) => this.logged.push(JSON.parse(line)) });
    const { claims } = this;
    const sharing: PortSharing = {
      async claim() {
        claims.push('claimed');
        return {
          release: async () => void claims.push('released'),
          target: (chosen) => ({ port: chosen, reusePort: true }),
          close: () => void claims.push('closed'),
        };
      },
    };
    const options = { snapshots: this, workers, host: '127.0.0.1', port, log, drainTimeoutMs: 1000 };
    const tools = {
      startWorker,
      monotonicMs: () => this.clockMs,
      now: () => this.clockMs,
      pause: async (ms: number) => void this.pauses.push(ms),
    };
    return startThreads({ ...options, writeRecord: (line) => void this.records.push(line) }, sharing, tools);
  }

  async running(workers = 2): Promise<ServingGateway> {
    const started = this.begin(workers);
    await this.started(workers);
    for (const worker of this.workers) worker.serves();
    return await started;
  }

  async started(count: number): Promise<void> {
    await vi.waitUntil(() => this.workers.length === count);
  }

  worker(index: number): FakeWorker {
    const worker = this.workers[index];
    if (worker === undefined) throw new Error(`there are ${this.workers.length} workers`);
    return worker;
  }

  said(msg: RegExp): Record<string, unknown> | undefined {
    return this.logged.find((record) => msg.test(record.msg));
  }
}

const CONFIGURED = snapshotWith({ deployments: [deployment('a', 'a', { model: 'simulated/fast' })] });
const NEXT = { ...CONFIGURED, version: 2 };

afterEach(() => void vi.useRealTimers());

describe('the start', () => {
  it('gives every worker a lane, the configuration and one port, and is over when all listen', async () => {
    const rig = new Rig();
    let gateway: ServingGateway | null = null;
    void rig.begin(3).then((started) => (gateway = started));
    await rig.started(3);
    expect(rig.workers.map(({ start }) => [start.lane, start.configuration.memory.lanes])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(new Set(rig.workers.map(({ start }) => start.configuration)).size).toBe(1);
    rig.worker(0).events.onMessage({ kind: 'loaded' });
    rig.worker(1).events.onMessage({ kind: 'loaded' });
    await Promise.resolve();
    expect([rig.claims, rig.worker(0).told]).toEqual([['claimed'], []]);

    rig.worker(2).events.onMessage({ kind: 'loaded' });
    const any = { kind: 'listen', target: { port: 0, reusePort: true } };
    const chosen = { kind: 'listen', target: { port: 4711, reusePort: true } };
    await expect.poll(() => rig.worker(0).told).toEqual([any]);
    expect([rig.claims, rig.worker(1).told]).toEqual([['claimed', 'released'], []]);
    rig.worker(0).events.onMessage({ kind: 'listening', port: 4711 });
    await expect.poll(() => [rig.worker(1).told, rig.worker(2).told]).toEqual([[chosen], [chosen]]);
    rig.worker(1).events.onMessage({ kind: 'listening', port: 4711 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(gateway).toBeNull();
    rig.worker(2).events.onMessage({ kind: 'listening', port: 4711 });
    await expect.poll(() => gateway).toMatchObject({ url: 'http://127.0.0.1:4711', port: 4711 });
  });

  it('fails with the error of a worker that cannot listen, and ends the others', async () => {
    const rig = new Rig();
    const started = rig.begin(2, 4000);
    await rig.started(2);
    const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    for (const { events } of rig.workers) events.onMessage({ kind: 'loaded' });
    await expect.poll(() => rig.worker(0).kinds()).toEqual(['listen']);
    rig.worker(0).events.onMessage({ kind: 'failed', failure: failureOf(taken) });
    await expect(started).rejects.toMatchObject({ message: 'listen EADDRINUSE', code: 'EADDRINUSE' });
    expect(rig.workers.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    expect([rig.claims.at(-1), rig.listeners, rig.workers.length]).toEqual(['closed', 0, 2]);
  });

  it('fails with the error of a worker that dies while it loads, and keeps its name', async () => {
    const rig = new Rig();
    const started = rig.begin();
    await rig.started(2);
    const unreadable = Object.assign(new Error('/prices.json cannot be read'), { name: 'PriceMapError' });
    rig.worker(1).dies({ exitCode: 1, error: failureOf(unreadable) });
    await expect(started).rejects.toMatchObject({ name: 'PriceMapError', message: '/prices.json cannot be read' });
    expect(rig.worker(0).isEnded).toBe(true);
  });

  it('tells how a worker ended that said nothing', async () => {
    const rig = new Rig();
    const started = rig.begin();
    await rig.started(2);
    rig.worker(0).dies({ exitCode: 7, error: null });
    await expect(started).rejects.toThrow('The worker thread ended with the code 7.');
  });
});

describe('a worker that dies', () => {
  it('is replaced at once by one with its lane, the port and the configuration in force', async () => {
    const rig = new Rig();
    await rig.running();
    rig.reload(NEXT);
    rig.clockMs = 5_000;
    rig.worker(1).dies();
    await rig.started(3);
    expect(rig.said(/ended/)).toMatchObject({ level: 50, worker: 2, exitCode: 1, err: { message: 'boom' } });
    const { start } = rig.worker(2);
    expect([start.lane, start.configuration.snapshot.version, rig.pauses]).toEqual([1, 2, []]);
    rig.clockMs = 5_200;
    rig.worker(2).serves();
    await expect.poll(() => rig.said(/replaced/)).toMatchObject({ worker: 2, missingMs: 200 });
    expect(rig.worker(2).told).toEqual([{ kind: 'listen', target: { port: 4711, reusePort: true } }]);
    expect(rig.worker(0).kinds()).toEqual(['listen', 'configure']);
  });

  it('takes nothing with it: its calls in flight and its slots are free before its successor begins', async () => {
    const rig = new Rig();
    await rig.running();
    const { configuration, board: boardMemory } = rig.worker(0).start;
    const [state, board] = [deploymentStateOf(configuration), new ThreadBoard(boardMemory)];
    const key = new TableKey();
    const leases = [0, 1].map((lane) => {
      const own = new ConcurrencyLeases({
        leaseMs: 3_600_000,
        capacity: 16,
        leases: 16,
        lane,
        ...sharedLeases(configuration),
      });
      expect(own.acquire(key.fill(own.seed, 1, 'key'), 10, 0)).not.toBe(0);
      state.started(0, lane);
      board.report(lane, lane + 5);
      return own;
    });
    rig.worker(1).dies({ exitCode: 0, error: null });
    expect(rig.workers).toHaveLength(2);
    await rig.started(3);
    expect([state.inFlight(0), board.total(), leases[0]?.inFlight(key, 0)]).toEqual([1, 5, 1]);
  });

  it('is replaced after growing pauses when it dies again and again, and at once after a minute of health', async () => {
    const rig = new Rig();
    await rig.running();
    for (let deaths = 1; deaths <= 10; deaths++) {
      rig.workers.at(-1)?.dies();
      await rig.started(deaths + 2);
    }
    expect(rig.pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    rig.clockMs += 60_000;
    rig.workers.at(-1)?.dies();
    await rig.started(13);
    expect(rig.pauses).toHaveLength(9);
  });

  it('is tried again when its successor cannot listen', async () => {
    const rig = new Rig();
    await rig.running();
    rig.worker(0).dies();
    await rig.started(3);
    rig.worker(2).events.onMessage({ kind: 'loaded' });
    rig.worker(2).events.onMessage({ kind: 'failed', failure: failureOf(new Error('listen EADDRINUSE')) });
    await rig.started(4);
    expect(rig.worker(2).isEnded).toBe(true);
    expect(rig.said(/could not be replaced/)).toMatchObject({ worker: 1, err: { message: 'listen EADDRINUSE' } });
    rig.worker(3).serves();
    await expect.poll(() => rig.said(/was replaced/)).toBeDefined();
  });
});

describe('a reload', () => {
  it('is in force when every worker has said so', async () => {
    const rig = new Rig();
    const gateway = await rig.running();
    await gateway.inForce(1);
    rig.reload(NEXT);
    let isInForce = false;
    void gateway.inForce(2).then(() => (isInForce = true));
    expect(rig.workers.map((worker) => worker.kinds())).toEqual([
      ['listen', 'configure'],
      ['listen', 'configure'],
    ]);
    rig.worker(0).events.onMessage({ kind: 'configured', version: 2, failure: null });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isInForce).toBe(false);
    rig.worker(1).events.onMessage({ kind: 'configured', version: 2, failure: null });
    await expect.poll(() => isInForce).toBe(true);
  });

  it('says which worker could not take it', async () => {
    const rig = new Rig();
    const gateway = await rig.running();
    rig.reload(NEXT);
    rig.worker(0).events.onMessage({ kind: 'configured', version: 2, failure: null });
    rig.worker(1).events.onMessage({ kind: 'configured', version: 2, failure: failureOf(new Error('no')) });
    await gateway.inForce(2);
    expect(rig.said(/keeps the one it had/)).toMatchObject({ worker: 2, err: { message: 'no' } });
  });

  it('waits for the successor of a worker that died over it', async () => {
    const rig = new Rig();
    const gateway = await rig.running();
    rig.reload(NEXT);
    rig.worker(0).events.onMessage({ kind: 'configured', version: 2, failure: null });
    rig.worker(1).dies();
    await rig.started(3);
    rig.worker(2).serves();
    await gateway.inForce(2);
    expect(rig.worker(2).start.configuration.snapshot.version).toBe(2);
  });
});

describe('stopping', () => {
  it('lets all workers drain, replaces none, and is over when the last has ended', async () => {
    const rig = new Rig();
    const gateway = await rig.running();
    let isStopped = false;
    const stopped = gateway.stop('SIGTERM').then(() => (isStopped = true));
    expect(rig.workers.map(({ told }) => told.at(-1))).toEqual([
      { kind: 'drain', reason: 'SIGTERM' },
      { kind: 'drain', reason: 'SIGTERM' },
    ]);
    rig.worker(0).dies({ exitCode: 0, error: null });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    rig.worker(1).dies();
    await stopped;
    expect([rig.workers.length, rig.listeners, rig.claims.at(-1)]).toEqual([2, 0, 'closed']);
    expect(rig.said(/before its requests/)).toMatchObject({ worker: 2, err: { message: 'boom' } });
  });

  it('ends a worker that is only starting', async () => {
    const rig = new Rig();
    const gateway = await rig.running();
    rig.worker(1).dies();
    await rig.started(3);
    const stopped = gateway.stop('SIGTERM');
    rig.worker(0).dies({ exitCode: 0, error: null });
    await stopped;
    expect([rig.worker(2).isEnded, rig.workers.length]).toEqual([true, 3]);
  });
});

describe('what workers say', () => {
  it('goes through the control thread', async () => {
    const rig = new Rig();
    await rig.running();
    rig.worker(0).events.onMessage({ kind: 'record', line: '{"msg":"one"}\n' });
    rig.worker(1).events.onOutput('(node:1) Warning: two');
    expect(rig.records).toEqual(['{"msg":"one"}\n']);
    expect(rig.said(/two/)).toMatchObject({ level: 40, worker: 2 });
  });

  it('is missed when an event loop stands still', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const rig = new Rig();
    await rig.running();
    const board = new ThreadBoard(rig.worker(0).start.board);
    for (let seconds = 5; seconds <= 40; seconds += 5) {
      rig.clockMs = seconds * 1000;
      board.beat(0);
      vi.advanceTimersByTime(5_000);
    }
    expect(rig.logged.filter(({ msg }) => msg.includes('does not answer'))).toMatchObject([{ worker: 2, seconds: 30 }]);
  });
});

/** Leases in a configuration's memory, put there where the limits would put them. */
function sharedLeases({ memory }: Configuration): { shared?: Record<string, SharedArrayBuffer> } {
  const limits = memory.limits as Record<string, { buffers: Record<string, SharedArrayBuffer> }>;
  const { buffers } = new ConcurrencyLeases({ leaseMs: 3_600_000, capacity: 16, leases: 16 });
  limits['callers'] ??= { buffers: { ...buffers } };
  return { shared: limits['callers'].buffers };
}
