/**
 * The built-in simulated provider as a transport: no network, no files, answers in OpenAI's wire shapes that follow from
 * the request alone. It keeps the transport contract (nothing is called within `send`, nothing after an abort), so the
 * pipeline treats it as any provider. Gives up: connections are not modelled, so calls are never queued or refused
 * for their number.
 */
import type {
  Transport,
  TransportCounters,
  TransportFactory,
  UpstreamCall,
  UpstreamReceiver,
  UpstreamRequest,
} from '../../wire/contract.ts';
import { answerRequest } from './answer-request.ts';
import { ReplyPlayer } from './reply-player.ts';

/** Address of the simulated provider; `.invalid` never resolves, so a mistake cannot reach anybody. */
export const SIMULATED_ORIGIN = 'http://simulated.invalid';

export interface SimulatedTransportOptions {
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

export function createSimulatedTransport(options: SimulatedTransportOptions = { now: Date.now }): TransportFactory {
  return () => new SimulatedTransport(options);
}

class SimulatedTransport implements Transport {
  readonly #now: () => number;
  #running = 0;
  #requestsTotal = 0;
  #closed = false;
  #onIdle: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: SimulatedTransportOptions) {
    this.#now = options.now;
  }

  send(request: UpstreamRequest, receiver: UpstreamReceiver): UpstreamCall {
    if (this.#closed) return refuse(receiver);
    this.#running += 1;
    this.#requestsTotal += 1;
    const answer = answerRequest(request, Math.floor(this.#now() / 1000));
    return new ReplyPlayer(answer, receiver, () => this.#ended());
  }

  counters(): TransportCounters {
    return {
      open: this.#running,
      busy: this.#running,
      waiting: 0,
      connectsTotal: 0,
      requestsTotal: this.#requestsTotal,
    };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#closing ??= new Promise((resolve) => {
      if (this.#running === 0) resolve();
      else this.#onIdle = resolve;
    });
    return this.#closing;
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#onIdle?.();
  }
}

function refuse(receiver: UpstreamReceiver): UpstreamCall {
  const message = 'The simulated provider is shutting down.';
  const immediate = setImmediate(() => receiver.onError({ code: 'closed', message, unsent: true }));
  return { abort: () => clearImmediate(immediate), pause: () => {}, resume: () => {} };
}
