/** The test's side of a member of a cluster that runs in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Order } from './cluster-order.ts';

interface Message {
  readonly admitted?: boolean;
  readonly isOver?: boolean;
  readonly isReady?: boolean;
  readonly processes?: number;
}

export class ClusterProcess {
  admitted = 0;
  refused = 0;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #listeners = new Set<(message: Message) => void>();

  private constructor(port: number, namespace: string) {
    this.#child = fork(path.join(import.meta.dirname, 'cluster-child.ts'), [String(port), namespace]);
    this.#gone = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    process.once('exit', () => this.#child.kill('SIGKILL'));
    this.#child.on('message', (message: Message) => {
      if (message.admitted === true) this.admitted++;
      if (message.admitted === false) this.refused++;
      for (const listener of this.#listeners) listener(message);
    });
  }

  static async start(port: number, namespace: string): Promise<ClusterProcess> {
    const started = new ClusterProcess(port, namespace);
    await started.#until(({ isReady }) => isReady === true);
    return started;
  }

  /** Resolves when it is over, or when the process is gone. */
  async ask(order: Order): Promise<void> {
    const over = this.#until(({ isOver }) => isOver === true);
    this.#child.send(order);
    await Promise.race([over, this.#gone]);
  }

  async admittedMoreThan(count: number): Promise<void> {
    if (this.admitted <= count) await this.#until(() => this.admitted > count);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #until(isWanted: (message: Message) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: Message): void => {
        if (!isWanted(message)) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }
}
