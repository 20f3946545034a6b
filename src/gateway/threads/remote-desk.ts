import { GatewayError } from '../../errors/gateway-error.ts';
import type { AccelerationDesk, ModeOrder, ThreadReport } from '../acceleration/contract.ts';
import type { ThreadAcceleration } from '../acceleration/thread-acceleration.ts';
import type { FromWorker } from './contract.ts';

/** Longer than the control thread waits for the other workers. */
const ANSWER_MS = 5_000;

/** The desk of a worker: the control thread asks all others for it. */
export class RemoteDesk implements AccelerationDesk {
  readonly #own: ThreadAcceleration;
  readonly #post: (message: FromWorker) => void;
  readonly #waiting = new Map<number, (report: ThreadReport) => void>();
  #last = 0;

  constructor(own: ThreadAcceleration, post: (message: FromWorker) => void) {
    this.#own = own;
    this.#post = post;
    own.onRolledBack((component) => post({ kind: 'rolled-back', component }));
  }

  async report(): Promise<ThreadReport> {
    return await this.#ask(null);
  }

  async order(order: ModeOrder): Promise<ThreadReport> {
    // An order that cannot be followed is told by this thread, which has the same components as all others.
    this.#own.apply(order);
    return await this.#ask(order);
  }

  answer(id: number, report: ThreadReport): void {
    this.#waiting.get(id)?.(report);
  }

  #ask(order: ModeOrder | null): Promise<ThreadReport> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      const timer = setTimeout(() => {
        settle();
        reject(new GatewayError('gateway_timeout', 'The threads of the gateway did not answer; ask again.'));
      }, ANSWER_MS);
      this.#waiting.set(id, (report) => {
        settle();
        resolve(report);
      });
      this.#post({ kind: 'ask', id, order });
    });
  }
}
