/**
 * An exchange that native code serves while LiteLLM can still take it over: until a byte may have reached a provider, or
 * the client, the body that came so far is kept, and an error that says "not served here" hands the whole request on
 * instead of answering it. Afterwards it only tells how the call went.
 *
 * What is kept are the chunks that native code holds anyway; nothing is copied.
 */
import type { ErrorCode } from '../../errors/codes.ts';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { RolloutCall } from '../../rollout/contract.ts';
import type { BodyError, BodyReceiver, Exchange, ExchangeEnd, HeaderList } from '../../wire/contract.ts';
import type { RouteContext, RouteDefinition } from '../contract.ts';
import { DelegatingExchange } from '../http/delegating-exchange.ts';
import type { HandOverReason, OfferedExchange } from './contract.ts';
import { RelayedBody } from './relayed-body.ts';
import type { RequestBody } from './relayed-request.ts';
import { RecordedExchange } from './shadow/recorded-exchange.ts';

/** Who is asked at each turn. */
export interface HandOverRules {
  /** Why LiteLLM serves a route whatever native code could do; null: it need not. */
  whole(route: RouteDefinition): HandOverReason | null;
  /** Draws who answers; null: the route has no percentage, native code answers. */
  draw(route: RouteDefinition, exchange: Exchange): RolloutCall | null;
  /** Whether such a request may be answered a second time, for nobody, to compare. */
  isComparable(route: RouteDefinition, exchange: Exchange): boolean;
  /** The client has its answer; before the call is told to have succeeded. @param recorded null: it is not LiteLLM's */
  compare(recorded: RecordedExchange | null, served: ServedRequest): void;
  /** Has LiteLLM answer. */
  relay(exchange: Exchange, body: RequestBody, reason: HandOverReason): void;
}

export interface ServedRequest {
  readonly route: RouteDefinition;
  readonly context: RouteContext;
  readonly call: RolloutCall;
}

type Stage =
  /** Neither route nor caller is decided on. */
  | 'entering'
  | 'serving'
  /** Somebody has answered, or may have been asked: only native code can go on. */
  | 'bound'
  | 'handed-over';

const MEANS: Partial<Record<ErrorCode, HandOverReason>> = { not_implemented: 'feature', unknown_model: 'model' };

export class NativeExchange extends DelegatingExchange implements OfferedExchange, BodyReceiver {
  readonly #rules: HandOverRules;
  #stage: Stage = 'entering';
  #call: RolloutCall | null = null;
  /** LiteLLM answers what native code failed. */
  #replays = false;
  #receiver: BodyReceiver | null = null;
  #body: 'unread' | 'coming' | 'whole' | 'failed' = 'unread';
  #parts: Buffer[] = [];
  #passedOn: RelayedBody | null = null;
  /** LiteLLM's answer is kept, to be compared. */
  #recorded: RecordedExchange | null = null;
  #served: ServedRequest | null = null;
  #onEnd: ((end: ExchangeEnd) => void) | null = null;

  constructor(inner: Exchange, rules: HandOverRules) {
    super(inner);
    this.#rules = rules;
    inner.onEnd((end) => this.#ended(end));
  }

  begin(route: RouteDefinition, context: RouteContext): boolean {
    const reason = this.#rules.whole(route);
    if (reason !== null) return this.#handOver(reason);
    this.#stage = 'serving';
    const call = this.#rules.draw(route, this);
    this.#call = call;
    if (call?.side !== 'original') return false;
    if (call.sampled && this.#rules.isComparable(route, this)) {
      this.#recorded = new RecordedExchange(this);
      this.#served = { route, context, call };
    }
    return this.#handOver('rollout');
  }

  override handOver(error: GatewayError): boolean {
    switch (this.#stage) {
      case 'entering':
        if (error.code === 'auth_error') return this.#handOver('credential');
        return error.code === 'not_implemented' && this.#handOver('feature');
      case 'serving': {
        const reason = MEANS[error.code] ?? this.#faultOf(error);
        return reason !== null && this.#body !== 'failed' && this.#handOver(reason);
      }
      case 'bound':
        this.#faultOf(error);
        return false;
      case 'handed-over':
        // LiteLLM gave no answer, and this error is the client's.
        this.#recorded = null;
        if (this.#replays) this.#call?.replayFailed(error);
        else this.#call?.fail(error);
        return false;
    }
  }

  override bind(): void {
    if (this.#stage === 'handed-over') return;
    this.#stage = 'bound';
    this.#parts = [];
    this.#call?.commit();
  }

  override readBody(receiver: BodyReceiver, limitBytes: number): void {
    if (this.#stage === 'bound' || this.#stage === 'handed-over') {
      super.readBody(receiver, limitBytes);
      return;
    }
    this.#receiver = receiver;
    this.#body = 'coming';
    super.readBody(this, limitBytes);
  }

  override reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    this.#answers();
    super.reply(status, headers, body);
  }

  override replyHead(status: number, headers: HeaderList): void {
    this.#answers();
    super.replyHead(status, headers);
  }

  override onEnd(listener: (end: ExchangeEnd) => void): void {
    this.#onEnd = listener;
  }

  onBodyChunk(chunk: Buffer): void {
    if (this.#passedOn !== null) {
      this.#passedOn.onBodyChunk(chunk);
      return;
    }
    if (this.#stage !== 'bound') this.#parts.push(chunk);
    this.#receiver?.onBodyChunk(chunk);
  }

  onBodyEnd(): void {
    this.#body = 'whole';
    if (this.#passedOn === null) this.#receiver?.onBodyEnd();
    else this.#passedOn.onBodyEnd();
  }

  onBodyError(error: BodyError): void {
    this.#body = 'failed';
    if (this.#passedOn === null) this.#receiver?.onBodyError(error);
    else this.#passedOn.onBodyError(error);
  }

  /** @returns 'fault' when native code failed by itself and LiteLLM is to answer in its place */
  #faultOf(error: GatewayError): HandOverReason | null {
    const isOwn = error.code === 'internal' && error.options.cause !== undefined;
    if (!isOwn || this.#call === null || this.#call.fail(error.options.cause) === 'pass_on') return null;
    this.#replays = true;
    return 'fault';
  }

  #handOver(reason: HandOverReason): true {
    if (reason !== 'rollout' && reason !== 'fault') this.#forgetCall();
    this.#stage = 'handed-over';
    this.#rules.relay(this.#recorded ?? this, this.#takeBody(), reason);
    return true;
  }

  /** Neither side is to be judged by it. */
  #forgetCall(): void {
    this.#call?.cancel();
    this.#call = null;
  }

  #takeBody(): RequestBody {
    const parts = this.#parts;
    this.#parts = [];
    this.#receiver = null;
    if (this.#body === 'unread') return { kind: 'unread' };
    if (this.#body === 'whole')
      return { kind: 'whole', parts, lengthBytes: parts.reduce((sum, { length }) => sum + length, 0) };
    const stream = new RelayedBody(this);
    for (const part of parts) stream.onBodyChunk(part);
    this.#passedOn = stream;
    return { kind: 'passed-on', stream };
  }

  #answers(): void {
    if (this.#stage === 'handed-over') this.#call?.commit();
    else this.bind();
  }

  #ended(end: ExchangeEnd): void {
    if (end !== 'finished') this.#call?.cancel();
    else if (this.#replays) this.#call?.replayed();
    else {
      if (this.#served !== null) this.#rules.compare(this.#recorded, this.#served);
      this.#call?.succeed();
    }
    this.#onEnd?.(end);
  }
}
