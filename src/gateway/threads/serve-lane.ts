/** What a worker does: serves one lane, as the control thread tells it. */
import type { Logger } from 'pino';
import type { RunningGateway, StartGatewayOptions } from '../start-gateway.ts';
import { HeldState } from '../fallback/fallback-state.ts';
import type { ThreadAcceleration } from '../acceleration/thread-acceleration.ts';
import { RemoteDesk } from './remote-desk.ts';
import { ReceivedConfigurations } from './configuration-source.ts';
import type { FromWorker, ListenTarget, ToWorker, WorkerStart } from './contract.ts';
import type { Configuration } from './counting-memory.ts';
import { receivedSnapshot } from './received-snapshot.ts';
import { createRecordLogger } from './record-logger.ts';
import { ThreadBoard } from './thread-board.ts';
import { failureOf } from './thread-failure.ts';

/** How often a worker shows that its event loop turns. */
const BEAT_MS = 1_000;

export interface ServeLaneOptions {
  readonly start: WorkerStart;
  /** To the control thread. */
  readonly post: (message: FromWorker) => void;
  /** Begins to take the control thread's messages. */
  readonly listen: (onMessage: (message: ToWorker) => void) => void;
  readonly startGateway: (options: StartGatewayOptions) => Promise<RunningGateway>;
  /** Ends the thread. */
  readonly exit: (code: number) => void;
}

export function serveLane(options: ServeLaneOptions): void {
  const lane = new ServedLane(options);
  options.listen((message) => lane.take(message));
  options.post({ kind: 'loaded' });
}

class ServedLane {
  readonly #options: ServeLaneOptions;
  readonly #log: Logger;
  readonly #board: ThreadBoard;
  readonly #configurations: ReceivedConfigurations;
  readonly #fallback: HeldState | null;
  #gateway: RunningGateway | null = null;
  #desk: RemoteDesk | null = null;
  /** Its own components; there once it serves. */
  #own: ThreadAcceleration | null = null;

  constructor(options: ServeLaneOptions) {
    const { lane, settings, board, configuration, fallback } = options.start;
    this.#options = options;
    this.#board = new ThreadBoard(board);
    this.#configurations = new ReceivedConfigurations(received(configuration));
    this.#fallback = fallback === null ? null : new HeldState(fallback.state, () => Date.now());
    this.#log = createRecordLogger({
      level: settings.logLevel,
      worker: lane + 1,
      write: (line) => options.post({ kind: 'record', line }),
    });
    setInterval(() => this.#board.beat(lane), BEAT_MS).unref();
  }

  take(message: ToWorker): void {
    switch (message.kind) {
      case 'listen':
        void this.#listen(message.target);
        return;
      case 'configure':
        this.#configure(message.configuration);
        return;
      case 'fallback':
        this.#fallback?.receive(message.state);
        return;
      case 'apply':
        for (const order of message.orders) this.#own?.apply(order);
        return;
      case 'roll-back':
        this.#own?.rollBack(message.component);
        return;
      case 'tell':
        this.#tell(message.question);
        return;
      case 'answer':
        this.#desk?.answer(message.id, message.report);
        return;
      case 'drain':
        void this.#drain(message.reason);
    }
  }

  async #listen({ port, ...sharing }: ListenTarget): Promise<void> {
    const { start, post, startGateway } = this.#options;
    const { lane, settings } = start;
    const { logLevel: _logLevel, ...rest } = settings;
    const board = this.#board;
    try {
      this.#gateway = await startGateway({
        ...rest,
        ...this.#fallbackView(),
        desk: (own) => this.#openDesk(own),
        configurations: this.#configurations,
        lane,
        port,
        sharing,
        openRequests: { report: (count) => board.report(lane, count), total: () => board.total() },
        log: this.#log,
      });
      post({ kind: 'listening', port: this.#gateway.port });
    } catch (error) {
      post({ kind: 'failed', failure: failureOf(error) });
    }
  }

  #tell(question: number): void {
    const report = this.#own?.report();
    if (report !== undefined) this.#options.post({ kind: 'told', question, report });
  }

  #openDesk(own: ThreadAcceleration): RemoteDesk {
    this.#own = own;
    this.#desk = new RemoteDesk(own, (message) => this.#options.post(message));
    for (const order of this.#options.start.orders) own.apply(order);
    return this.#desk;
  }

  #fallbackView(): Pick<StartGatewayOptions, 'fallback'> {
    const { fallback } = this.#options.start;
    if (this.#fallback === null || fallback === null) return {};
    return { fallback: { states: this.#fallback, pseudonym: fallback.pseudonym } };
  }

  #configure(configuration: Configuration): void {
    const { version } = configuration.snapshot;
    try {
      this.#configurations.receive(received(configuration));
      this.#options.post({ kind: 'configured', version, failure: null });
    } catch (error) {
      this.#options.post({ kind: 'configured', version, failure: failureOf(error) });
    }
  }

  async #drain(reason: string): Promise<void> {
    try {
      await this.#gateway?.stop(reason);
      this.#options.exit(0);
    } catch (err) {
      this.#log.error({ err }, 'The worker thread did not end as it should.');
      this.#options.exit(1);
    }
  }
}

function received({ snapshot, memory }: Configuration): Configuration {
  return { snapshot: receivedSnapshot(snapshot), memory };
}
