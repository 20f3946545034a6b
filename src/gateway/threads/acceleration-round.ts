/**
 * Components over all threads, as the control thread keeps them: orders go to every worker and to those that come
 * later, a report is asked of all and added up, a rollback of one is a rollback of all.
 */
import type { ModeOrder, ThreadReport } from '../acceleration/contract.ts';
import { mergeThreadReports } from '../acceleration/thread-acceleration.ts';
import type { FromWorker, ToWorker } from './contract.ts';

/** A worker that does not answer in time is left out. */
const ANSWER_MS = 2_000;

/** A worker as it is spoken to. */
export interface AskedWorker {
  readonly lane: number;
  post(message: Exclude<ToWorker, { readonly kind: 'listen' }>): void;
}

interface Question {
  readonly asker: AskedWorker;
  readonly id: number;
  readonly missing: Set<number>;
  readonly reports: ThreadReport[];
  readonly timer: NodeJS.Timeout;
}

/** What a worker says about components. */
export type AccelerationMessage = Extract<FromWorker, { readonly kind: 'ask' | 'told' | 'rolled-back' }>;

export class AccelerationRound {
  readonly #workers: () => readonly AskedWorker[];
  readonly #orders = new Map<string, ModeOrder>();
  readonly #questions = new Map<number, Question>();
  #last = 0;

  /** @param workers those that listen */
  constructor(workers: () => readonly AskedWorker[]) {
    this.#workers = workers;
  }

  /** For a worker that starts. */
  orders(): readonly ModeOrder[] {
    return [...this.#orders.values()];
  }

  take(message: AccelerationMessage, from: AskedWorker): void {
    switch (message.kind) {
      case 'ask':
        if (message.order !== null) this.#order(message.order);
        this.#ask(from, message.id);
        return;
      case 'told':
        this.#told(message.question, from.lane, message.report);
        return;
      case 'rolled-back':
        for (const worker of this.#workers())
          if (worker.lane !== from.lane) worker.post({ kind: 'roll-back', component: message.component });
    }
  }

  close(): void {
    for (const { timer } of this.#questions.values()) clearTimeout(timer);
    this.#questions.clear();
  }

  #order(order: ModeOrder): void {
    if (order.mode === null) this.#orders.delete(order.component);
    else this.#orders.set(order.component, order);
    for (const worker of this.#workers()) worker.post({ kind: 'apply', orders: [order] });
  }

  #ask(asker: AskedWorker, id: number): void {
    const question = ++this.#last;
    const workers = this.#workers();
    const timer = setTimeout(() => this.#answer(question), ANSWER_MS);
    const missing = new Set(workers.map(({ lane }) => lane));
    this.#questions.set(question, { asker, id, missing, reports: [], timer });
    for (const worker of workers) worker.post({ kind: 'tell', question });
  }

  #told(question: number, lane: number, report: ThreadReport): void {
    const asked = this.#questions.get(question);
    if (asked?.missing.delete(lane) !== true) return;
    asked.reports.push(report);
    if (asked.missing.size === 0) this.#answer(question);
  }

  #answer(question: number): void {
    const asked = this.#questions.get(question);
    if (asked === undefined) return;
    this.#questions.delete(question);
    clearTimeout(asked.timer);
    const { asker, id, reports } = asked;
    if (reports.length > 0) asker.post({ kind: 'answer', id, report: mergeThreadReports(reports) });
  }
}
