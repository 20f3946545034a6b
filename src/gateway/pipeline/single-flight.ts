/**
 * Identical requests of one caller at the same time are one call (`router_settings.single_flight: true`): the first one
 * leads, the others wait and get the bytes of its answer, each under its own call id. Whole replies only; a stream is
 * always a call of its own. When the leader's client goes away before the answer, the next one in line leads.
 *
 * Promises: what is shared is one caller's own, never another's; nothing is kept once the answer is out; memory is bound
 * by the requests in flight. Errors are shared too: the provider was asked for all of them.
 */
import { hash } from 'node:crypto';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { DelegatingExchange } from '../http/delegating-exchange.ts';
import type { RequestFields } from './request-fields.ts';

export interface Flyer {
  readonly exchange: Exchange;
  readonly callId: string;
  /** Makes the call itself, since whoever led has gone. */
  lead(key: string): void;
  /** Another's answer was passed on. */
  landed(status: number): void;
}

export interface SharedReply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: readonly Buffer[] | Buffer | string;
}

export class SingleFlight {
  /** Who waits, by flight; the leader is not among them. */
  readonly #flights = new Map<string, Flyer[]>();

  /** @returns whether another's call is waited for; else the caller leads, and must `land` or `leave` */
  join(key: string, flyer: Flyer): boolean {
    const waiting = this.#flights.get(key);
    if (waiting === undefined) {
      this.#flights.set(key, []);
      return false;
    }
    waiting.push(flyer);
    return true;
  }

  /** The leader's answer goes to everybody who waits. */
  land(key: string, reply: SharedReply): void {
    const waiting = this.#flights.get(key) ?? [];
    this.#flights.delete(key);
    for (const flyer of waiting) {
      if (flyer.exchange.ended) continue;
      flyer.exchange.reply(reply.status, ownHeaders(reply.headers, flyer.callId), reply.body);
      flyer.landed(reply.status);
    }
  }

  /** The leader ended without an answer that can be shared: the next one leads. */
  leave(key: string): void {
    const waiting = this.#flights.get(key);
    if (waiting === undefined) return;
    const next = waiting.find(({ exchange }) => !exchange.ended);
    if (next === undefined) this.#flights.delete(key);
    else {
      this.#flights.set(key, waiting.slice(waiting.indexOf(next) + 1));
      next.lead(key);
    }
  }

  /** Flights under way. */
  get size(): number {
    return this.#flights.size;
  }
}

/** The same for identical requests: one caller's key, one route with the model in its path, the bytes of the body. */
export function flightKey(key: string | null, target: string, { bytes }: RequestFields): string {
  return hash('sha256', `${key ?? ''}\n${target}\n${bytes.text()}`, 'base64');
}

const CALL_ID = 'x-litellm-call-id';

function ownHeaders(headers: HeaderList, callId: string): HeaderList {
  return headers.map((value, index) => (index % 2 === 1 && headers[index - 1] === CALL_ID ? callId : value));
}

/** An exchange whose whole reply is also told to whoever watches. */
export class WatchedExchange extends DelegatingExchange {
  onReply: ((reply: SharedReply) => void) | null = null;

  override reply(status: number, headers: HeaderList, body: SharedReply['body']): void {
    super.reply(status, headers, body);
    this.onReply?.({ status, headers, body });
  }
}
