/** One worker from its start to its end, as the control thread sees it. */
import type { AccelerationMessage } from './acceleration-round.ts';
import type {
  FromWorker,
  ListenTarget,
  StartWorker,
  ToWorker,
  WorkerDeath,
  WorkerHandle,
  WorkerStart,
} from './contract.ts';
import { errorOf, type ThreadFailure } from './thread-failure.ts';

export interface LifeEvents {
  /** About components; see `AccelerationRound`. */
  onAcceleration(message: AccelerationMessage): void;
  onRecord(line: string): void;
  onOutput(line: string): void;
  /** It serves this version of the configuration, or failed to. */
  onConfigured(version: number, failure: ThreadFailure | null): void;
}

export class WorkerLife {
  /** Never rejects. */
  readonly ended: Promise<WorkerDeath>;
  readonly #worker: WorkerHandle;
  readonly #events: LifeEvents;
  readonly #loaded = Promise.withResolvers<undefined>();
  readonly #listening = Promise.withResolvers<number>();
  readonly #version: number;
  #isListening = false;

  constructor(start: WorkerStart, startWorker: StartWorker, events: LifeEvents) {
    const { promise: ended, resolve: end } = Promise.withResolvers<WorkerDeath>();
    this.ended = ended;
    this.#events = events;
    this.#version = start.configuration.snapshot.version;
    for (const { promise } of [this.#loaded, this.#listening]) promise.catch(() => undefined);
    this.#worker = startWorker(start, {
      onMessage: (message) => this.#take(message),
      onOutput: (line) => events.onOutput(line),
      onExit: (death) => {
        const error = deathError(death);
        this.#loaded.reject(error);
        this.#listening.reject(error);
        end(death);
      },
    });
  }

  /** @throws when it ends before */
  get loaded(): Promise<undefined> {
    return this.#loaded.promise;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** @returns the port. @throws why it does not listen */
  listen(target: ListenTarget): Promise<number> {
    this.#worker.post({ kind: 'listen', target });
    return this.#listening.promise;
  }

  post(message: Exclude<ToWorker, { readonly kind: 'listen' }>): void {
    this.#worker.post(message);
  }

  /** At once, whatever it does. */
  async end(): Promise<void> {
    this.#worker.end();
    await this.ended;
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'record':
        this.#events.onRecord(message.line);
        return;
      case 'loaded':
        this.#loaded.resolve(undefined);
        return;
      case 'listening':
        this.#isListening = true;
        this.#listening.resolve(message.port);
        this.#events.onConfigured(this.#version, null);
        return;
      case 'failed':
        this.#listening.reject(errorOf(message.failure));
        return;
      case 'ask':
      case 'told':
      case 'rolled-back':
        this.#events.onAcceleration(message);
        return;
      case 'configured':
        this.#events.onConfigured(message.version, message.failure);
    }
  }
}

function deathError({ error, exitCode }: WorkerDeath): Error {
  return error === null ? new Error(`The worker thread ended with the code ${exitCode}.`) : errorOf(error);
}
