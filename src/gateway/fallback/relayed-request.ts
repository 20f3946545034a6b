/**
 * One request that LiteLLM answers: method, path, headers and body as they came, its reply as it comes. Nothing is
 * parsed. Each side sets the pace of the other, so that memory stays bounded whatever is sent; a client that leaves
 * ends the call in the same turn of the event loop.
 */
import type { Logger } from 'pino';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { Exchange, HeaderList, RequestHead, TransportError, UpstreamRequest } from '../../wire/contract.ts';
import { replyError } from '../http/reply-error.ts';
import type { UpstreamSender } from '../pipeline/pipeline.ts';
import type { FallbackState, FallbackStates } from './contract.ts';
import { usableOrigin } from './fallback-state.ts';
import { goesInCircles, noAnswer, notUsable, tooLate } from './relay-failure.ts';
import { RelayedBody } from './relayed-body.ts';
import { cameBack, replyHeaders, requestHeaders, type RequestHeaderRules } from './relayed-headers.ts';

export interface Relay {
  readonly states: FallbackStates;
  readonly upstream: UpstreamSender;
  readonly log: Logger;
  readonly headers: Omit<RequestHeaderRules, 'host'>;
  readonly deadlines: Deadlines;
}

/** Where the body is. */
export type RequestBody =
  /** Nobody has read it. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'whole'; readonly parts: readonly Buffer[]; readonly lengthBytes: number }
  /** Somebody else reads it, and passes it on. */
  | { readonly kind: 'passed-on'; readonly stream: RelayedBody };

/** Answers the exchange in every case. */
export function relayRequest(relay: Relay, exchange: Exchange, body: RequestBody): void {
  const state = relay.states.current();
  const origin = usableOrigin(state);
  const log = relay.log;
  if (cameBack(exchange, relay.headers.pseudonym)) replyError(exchange, goesInCircles(), { headers: [], log });
  else if (origin === null) replyError(exchange, notUsable(state), { headers: [], log });
  else new RelayedRequest(relay, exchange, origin).start(body, sentHost(state, exchange));
}

/**
 * LiteLLM itself answers at the address that the gateway chose for it, so it may see the client's. Behind an address
 * that somebody gave there may be others, which tell theirs by the name.
 */
export function sentHost({ kind }: FallbackState, head: RequestHead): string | null {
  return kind === 'spawn' ? (head.header('host') ?? null) : null;
}

class RelayedRequest implements PooledReceiver {
  readonly #relay: Relay;
  readonly #exchange: Exchange;
  readonly #origin: string;
  #call: PooledCall | null = null;
  #request: UpstreamRequest | null = null;
  #repeated = false;
  #over = false;

  constructor(relay: Relay, exchange: Exchange, origin: string) {
    this.#relay = relay;
    this.#exchange = exchange;
    this.#origin = origin;
  }

  start(body: RequestBody, host: string | null): void {
    const exchange = this.#exchange;
    this.#request = {
      origin: this.#origin,
      method: exchange.method,
      path: exchange.query === '' ? exchange.path : `${exchange.path}?${exchange.query}`,
      headers: requestHeaders(exchange, { ...this.#relay.headers, host }),
      ...outgoingBody(exchange, body),
    };
    this.#send(this.#request);
    exchange.onEnd((end) => {
      if (end === 'finished' || this.#over) return;
      this.#over = true;
      this.#call?.abort();
    });
    exchange.onWritable(() => this.#call?.resume());
  }

  onHead(status: number, headers: HeaderList): void {
    this.#call?.contentSeen();
    if (!this.#exchange.ended) this.#exchange.replyHead(status, replyHeaders(headers, this.#origin));
  }

  onData(chunk: Buffer): void {
    this.#call?.contentSeen();
    if (this.#exchange.ended) this.#call?.abort();
    else if (!this.#exchange.write(chunk)) this.#call?.pause();
  }

  onEnd(): void {
    this.#over = true;
    this.#exchange.end();
  }

  onError(error: TransportError): void {
    if (this.#mayRepeat(error) && this.#request !== null && this.#request.bodyStream === undefined) {
      this.#repeated = true;
      this.#send(this.#request);
      return;
    }
    this.#relay.log.warn({ code: error.code, reason: error.message, path: this.#exchange.path }, NO_ANSWER);
    this.#fail(noAnswer(error));
  }

  onDeadline(_kind: string, limitMs: number): void {
    this.#relay.log.warn({ code: 'timeout', limitMs, path: this.#exchange.path }, NO_ANSWER);
    this.#fail(tooLate(limitMs));
  }

  #send(request: UpstreamRequest): void {
    this.#call = this.#relay.upstream.send(request, this.#relay.deadlines, this);
  }

  /** LiteLLM closed a connection that had rested, as the request went out on it. What only reads may be asked again. */
  #mayRepeat({ code, reusedConnection }: TransportError): boolean {
    const { method, headSent, ended } = this.#exchange;
    const onlyReads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
    return code === 'reset' && reusedConnection === true && onlyReads && !this.#repeated && !headSent && !ended;
  }

  #fail(error: GatewayError): void {
    this.#over = true;
    replyError(this.#exchange, error, { headers: [], log: this.#relay.log });
  }
}

const NO_ANSWER = 'LiteLLM gave no answer';

function outgoingBody(
  exchange: Exchange,
  body: RequestBody,
): Pick<UpstreamRequest, 'body' | 'bodyLength' | 'bodyStream'> {
  if (body.kind === 'whole') return { body: body.parts.length === 0 ? null : body.parts, bodyLength: body.lengthBytes };
  const length = exchange.header('content-length');
  const lengthBytes = length === undefined ? null : Number(length);
  if (body.kind === 'passed-on') return { body: null, bodyLength: 0, bodyStream: { source: body.stream, lengthBytes } };
  if (lengthBytes === 0 || (lengthBytes === null && exchange.header('transfer-encoding') === undefined))
    return { body: null, bodyLength: 0 };
  const stream = new RelayedBody(exchange);
  exchange.readBody(stream, Number.MAX_SAFE_INTEGER);
  return { body: null, bodyLength: 0, bodyStream: { source: stream, lengthBytes } };
}
