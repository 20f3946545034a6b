/**
 * The control thread: starts the workers, gives them the configuration, replaces one that dies, lets them drain. It
 * serves no requests itself, so that whatever happens in a worker is seen and put right at once.
 *
 * Promises: listening is announced when all workers listen, and a worker that cannot start fails the start with its
 * error; the first death of a worker is answered at once, further ones after growing pauses; what a dead worker counted
 * (calls in flight, slots of concurrency limits) is given back before its successor begins.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { reclaimLeases } from '../../rate-limit/concurrency-leases.ts';
import { ClusterLink } from '../cluster/cluster-link.ts';
import { AccelerationRound } from './acceleration-round.ts';
import type { FallbackView } from '../fallback/contract.ts';
import { CountedConfigurations } from './configuration-source.ts';
import type { ListenTarget, StartWorker, WorkerDeath, WorkerSettings, WorkerStart } from './contract.ts';
import { deploymentStateOf, type Configuration } from './counting-memory.ts';
import { HangWatch } from './hang-watch.ts';
import { RestartDelay } from './restart-delay.ts';
import type { ClaimedPort, PortSharing } from './shared-port.ts';
import type { ServingGateway, ServingWith } from './start-serving.ts';
import { startWorkerThread } from './start-worker.ts';
import { ThreadBoard } from './thread-board.ts';
import { errorOf, type ThreadFailure } from './thread-failure.ts';
import { WorkerLife } from './worker-life.ts';

const LOOK_MS = 5_000;

export interface ControlTools {
  readonly startWorker: StartWorker;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Resolves after the time, or when the signal comes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const SYSTEM_TOOLS: ControlTools = {
  startWorker: startWorkerThread,
  monotonicMs: () => performance.now(),
  now: () => Date.now(),
  pause: async (ms, signal) => await sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** A worker's place, which its successors take over. */
interface Lane {
  readonly index: number;
  readonly delay: RestartDelay;
  life: WorkerLife;
  startedAt: number;
  /** Version of the configuration that it serves. */
  version: number;
}

/** Resolves once all workers listen. */
export async function startThreads(
  options: ServingWith,
  sharing: PortSharing,
  tools: ControlTools = SYSTEM_TOOLS,
): Promise<ServingGateway> {
  const control = new ThreadControl(options, tools);
  const port = await control.start(await sharing.claim(options.host, options.port));
  const { host, tls, workers } = options;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    workers,
    stop: async (reason) => await control.stop(reason),
    inForce: async (version) => await control.inForce(version),
  };
}

class ThreadControl {
  readonly #tools: ControlTools;
  readonly #log: Logger;
  readonly #writeRecord: (line: string) => void;
  readonly #settings: WorkerSettings;
  readonly #configurations: CountedConfigurations;
  readonly #cluster: ClusterLink;
  readonly #boardMemory: SharedArrayBuffer;
  readonly #board: ThreadBoard;
  readonly #watch: HangWatch;
  readonly #lanes: Lane[] = [];
  readonly #workers: number;
  readonly #askedPort: number;
  readonly #stopping = new AbortController();
  readonly #fallback: FallbackView | null;
  readonly #round = new AccelerationRound(() =>
    this.#lanes
      .filter(({ life }) => life.isListening)
      .map(({ index, life }) => ({ lane: index, post: (message) => life.post(message) })),
  );
  #waiting: { readonly version: number; readonly resolve: () => void }[] = [];
  #unsubscribes: (() => void)[] = [];
  #looks: NodeJS.Timeout | undefined;
  #claimed: ClaimedPort | null = null;

  constructor(options: ServingWith, tools: ControlTools) {
    const { host, port, workers, log, drainTimeoutMs, keepAliveTimeoutMs, tls } = options;
    this.#tools = tools;
    this.#log = log;
    this.#writeRecord = options.writeRecord;
    this.#fallback = options.fallback ?? null;
    this.#workers = workers;
    this.#askedPort = port;
    this.#settings = {
      host,
      drainTimeoutMs,
      logLevel: log.level,
      ...(keepAliveTimeoutMs === undefined ? {} : { keepAliveTimeoutMs }),
      ...(tls === undefined ? {} : { tls }),
    };
    this.#configurations = new CountedConfigurations(options.snapshots, workers);
    this.#cluster = new ClusterLink(log);
    this.#boardMemory = ThreadBoard.allocate(workers);
    this.#board = new ThreadBoard(this.#boardMemory);
    this.#watch = new HangWatch(hangReports(log), LOOK_MS);
  }

  /** @returns the port */
  async start(claimed: ClaimedPort): Promise<number> {
    this.#claimed = claimed;
    this.#unsubscribes.push(this.#configurations.subscribe((configuration) => this.#handOut(configuration)));
    const leave = this.#fallback?.states.subscribe((state) => this.#toAll({ kind: 'fallback', state }));
    if (leave !== undefined) this.#unsubscribes.push(leave);
    try {
      await this.#cluster.follow(this.#configurations.current());
      for (let index = 0; index < this.#workers; index++) this.#lanes.push(this.#newLane(index));
      await Promise.all(this.#lanes.map(({ life }) => life.loaded));
      await claimed.release();
      const port = await this.#listen(claimed);
      for (const lane of this.#lanes) void this.#supervise(lane, claimed.target.bind(claimed, port));
      this.#looks = setInterval(() => this.#look(), LOOK_MS).unref();
      return port;
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  async stop(reason: string): Promise<void> {
    this.#leave();
    await Promise.all(
      this.#lanes.map(async ({ index, life }) => {
        if (life.isListening) life.post({ kind: 'drain', reason });
        else await life.end();
        const { exitCode, error } = await life.ended;
        if (error !== null) this.#log.error({ worker: index + 1, exitCode, err: errorOf(error) }, DIED_DRAINING);
      }),
    );
    await this.#cluster.stop();
    this.#claimed?.close();
  }

  inForce(version: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ version, resolve });
      this.#resolveWaiting();
    });
  }

  /** The first worker alone, for it may choose the port; then all others. */
  async #listen(claimed: ClaimedPort): Promise<number> {
    const [first, ...others] = this.#lanes;
    const port = (await first?.life.listen(claimed.target(this.#askedPort))) ?? this.#askedPort;
    await Promise.all(others.map(({ life }) => life.listen(claimed.target(port))));
    return port;
  }

  #newLane(index: number): Lane {
    const lane = { index, delay: new RestartDelay(), version: 0 };
    return Object.assign(lane, this.#begin(lane));
  }

  #begin(lane: Pick<Lane, 'index' | 'version'>): Pick<Lane, 'life' | 'startedAt'> {
    const worker = lane.index + 1;
    const start = {
      lane: lane.index,
      settings: this.#settings,
      configuration: this.#configurations.current(),
      board: this.#boardMemory,
      fallback: this.#fallbackNow(),
      orders: this.#round.orders(),
    };
    const life = new WorkerLife(start, this.#tools.startWorker, {
      onRecord: this.#writeRecord,
      onAcceleration: (message) => this.#round.take(message, { lane: lane.index, post: (answer) => life.post(answer) }),
      onOutput: (line) => this.#log.warn({ worker }, line),
      onConfigured: (version, failure) => {
        if (failure !== null) this.#log.error({ worker, err: errorOf(failure) }, KEEPS_CONFIGURATION);
        lane.version = Math.max(lane.version, version);
        this.#resolveWaiting();
      },
    });
    return { life, startedAt: this.#tools.monotonicMs() };
  }

  #fallbackNow(): WorkerStart['fallback'] {
    if (this.#fallback === null) return null;
    const { states, pseudonym } = this.#fallback;
    return { pseudonym, state: states.current() };
  }

  async #supervise(lane: Lane, target: () => ListenTarget): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const death = await lane.life.ended;
      if (!this.#stopping.signal.aborted) await this.#replace(lane, death, target);
    }
  }

  async #replace(lane: Lane, death: WorkerDeath, target: () => ListenTarget): Promise<void> {
    const { signal } = this.#stopping;
    const { monotonicMs, pause } = this.#tools;
    const worker = lane.index + 1;
    const diedAt = monotonicMs();
    this.#log.error({ worker, exitCode: death.exitCode, ...errorField(death.error) }, DIED);
    for (;;) {
      this.#forget(lane.index);
      const waitMs = lane.delay.next(monotonicMs() - lane.startedAt);
      if (waitMs > 0) await pause(waitMs, signal);
      if (signal.aborted) return;
      Object.assign(lane, this.#begin(lane));
      try {
        await lane.life.loaded;
        await lane.life.listen(target());
        this.#log.info({ worker, missingMs: Math.round(monotonicMs() - diedAt) }, REPLACED);
        return;
      } catch (err) {
        await lane.life.end();
        if (signal.aborted) return;
        this.#log.error({ worker, err }, NOT_REPLACED);
      }
    }
  }

  /** Takes back what a dead worker counted and will not end. */
  #forget(lane: number): void {
    const configuration = this.#configurations.current();
    deploymentStateOf(configuration).dropLane(lane);
    this.#board.report(lane, 0);
    for (const limits of Object.values(configuration.memory.limits)) reclaimLeases(limits, lane, this.#tools.now());
  }

  #handOut(configuration: Configuration): void {
    void this.#cluster.follow(configuration);
    this.#toAll({ kind: 'configure', configuration });
  }

  #toAll(message: Parameters<WorkerLife['post']>[0]): void {
    for (const { life } of this.#lanes) life.post(message);
  }

  #resolveWaiting(): void {
    const isServed = (version: number): boolean => this.#lanes.every((lane) => lane.version >= version);
    for (const { version, resolve } of this.#waiting) if (isServed(version)) resolve();
    this.#waiting = this.#waiting.filter(({ version }) => !isServed(version));
  }

  #look(): void {
    const listening = this.#lanes.filter(({ life }) => life.isListening);
    const beats = new Map(listening.map(({ index }) => [index, this.#board.beats(index)]));
    this.#watch.look(beats, this.#tools.monotonicMs());
  }

  async #abandon(): Promise<void> {
    this.#leave();
    await Promise.all(this.#lanes.map(({ life }) => life.end()));
    await this.#cluster.stop();
    await this.#claimed?.release();
    this.#claimed?.close();
  }

  #leave(): void {
    this.#stopping.abort();
    for (const leave of this.#unsubscribes) leave();
    clearInterval(this.#looks);
    this.#round.close();
  }
}

const DIED = 'A worker thread ended, and the requests that it served with it; another one takes its place.';
const REPLACED = 'The worker thread was replaced.';
const NOT_REPLACED = 'The worker thread could not be replaced; it is tried again.';
const DIED_DRAINING = 'A worker thread ended before its requests did.';
const KEEPS_CONFIGURATION = 'A worker thread could not take the new configuration and keeps the one it had.';

function errorField(error: ThreadFailure | null): { readonly err?: Error } {
  return error === null ? {} : { err: errorOf(error) };
}

function hangReports(log: Logger): ConstructorParameters<typeof HangWatch>[0] {
  return {
    stands: (lane, forMs) =>
      log.warn({ worker: lane + 1, seconds: Math.round(forMs / 1000) }, 'A worker thread does not answer.'),
    turnsAgain: (lane, afterMs) =>
      log.info({ worker: lane + 1, seconds: Math.round(afterMs / 1000) }, 'The worker thread answers again.'),
  };
}
