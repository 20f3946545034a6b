/**
 * Stands between one attempt's stream and the client. What it does with the bytes depends on where the client is:
 *
 *   held      kept, until the beginning is long enough; a failure before that is no part of any answer
 *   relay     passed on as they are, and read
 *   matching  compared with what the client has; nothing is passed on, the first difference ends the attempt
 *   resumed   passed on under the identity of the answer that broke off
 *   restart   the client is told that the answer begins anew, then as relay
 *
 * Promises: a client never gets text that is not the continuation of what it has, unless it was told of a new beginning;
 * once closed, nothing that a late attempt does reaches the client. One more scan and `JSON.parse` per event.
 */
import type { JsonObject } from '../../../protocol/json.ts';
import { SseSplitter, type SseEvent, type SseSink } from '../../../protocol/sse-event-splitter.ts';
import type { Exchange, HeaderList } from '../../../wire/contract.ts';
import { DelegatingExchange } from '../../http/delegating-exchange.ts';
import type { StreamedAnswer } from '../streamed-answer.ts';
import { HeldBeginning } from './held-beginning.ts';
import { hasFinishReason, lengthOf, plainTextOf, withoutRole, withText } from './plain-chunk.ts';
import { PrefixMatcher } from './prefix-matcher.ts';
import type { HoldBackLimits } from './recovery-settings.ts';
import type { SentAnswer } from './sent-answer.ts';

export interface AttemptStreamOptions {
  readonly exchange: Exchange;
  /** What the client has; grows. */
  readonly sent: SentAnswer;
  /** What this attempt made, passed on or not, for its bill. */
  readonly made: StreamedAnswer;
  readonly begin: 'first' | 'matching' | 'resumed' | 'restart';
  /** Of a first attempt. */
  readonly holdBack: HoldBackLimits | null;
  /** False: nothing is read once the beginning is out, because nothing would be taken up. */
  readonly recovers: boolean;
  /** Written before the first event of an attempt that goes on or begins anew. */
  readonly announcement: string;
  /** The stream is another answer. Called at most once; the stream is closed then. */
  readonly onDifference: () => void;
  /** Stop until there is room again. */
  readonly onFull: () => void;
  readonly onFault: (error: unknown) => void;
}

type Phase = 'held' | 'relay' | 'matching' | 'resumed' | 'restart' | 'closed';

export class AttemptStream extends DelegatingExchange implements SseSink {
  readonly #options: AttemptStreamOptions;
  readonly #splitter = new SseSplitter();
  readonly #matcher: PrefixMatcher;
  readonly #held: HeldBeginning | null;
  #phase: Phase;
  #announced = false;
  #differs = false;
  /** What goes out of this write, where that is not the bytes themselves. */
  #out: Buffer[] = [];

  constructor(options: AttemptStreamOptions) {
    super(options.exchange);
    const { begin, holdBack, sent } = options;
    this.#options = options;
    this.#held = begin === 'first' && holdBack !== null ? new HeldBeginning(holdBack, () => this.#timeIsUp()) : null;
    this.#phase = begin === 'first' ? (this.#held === null ? 'relay' : 'held') : begin;
    this.#matcher = new PrefixMatcher(begin === 'matching' ? sent.text : '');
  }

  /** Nothing of it reaches the client any more. */
  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** All that the attempt makes is read. */
  get readsAll(): boolean {
    return this.#options.recovers || this.#phase === 'held';
  }

  override get headSent(): boolean {
    return super.headSent || this.#held?.head != null;
  }

  override get ended(): boolean {
    return super.ended || this.closed;
  }

  override replyHead(status: number, headers: HeaderList): void {
    if (this.#phase === 'held') this.#held?.begin({ status, headers });
    else if (!this.closed && !super.headSent) super.replyHead(status, headers);
  }

  override write(bytes: Buffer): boolean {
    switch (this.#phase) {
      case 'closed':
        return true;
      case 'held':
        this.#splitter.push(bytes, this);
        return this.#held?.add(bytes) === true ? this.#release() : true;
      case 'relay':
        if (this.#options.recovers) this.#splitter.push(bytes, this);
        return super.write(bytes);
      default:
        this.#splitter.push(bytes, this);
        return this.#settle();
    }
  }

  override end(): void {
    if (this.closed) return;
    // A stream that is over before it has come to where the client is tells less than the client has.
    if (this.#phase === 'matching') this.#differs = true;
    if (!this.#settle() && this.closed) return;
    if (this.#phase === 'held') this.#release();
    this.#phase = 'closed';
    super.end();
  }

  close(): void {
    this.#phase = 'closed';
    this.#held?.stop();
  }

  onComment(buffer: Buffer, start: number, end: number): void {
    // Where the bytes are passed on as they are, it is among them.
    if (this.#phase !== 'held' && this.#phase !== 'relay') this.#out.push(buffer.subarray(start, end));
  }

  onEvent(event: SseEvent): void {
    if (this.#differs || event.dataLines === 0) return;
    // The relay lets only JSON objects pass.
    const chunk = event.isDone ? null : (JSON.parse(event.data().toString()) as JsonObject);
    if (chunk !== null) this.#options.made.add(chunk);
    if (this.#phase === 'matching') this.#match(chunk);
    else if (this.#phase === 'resumed') this.#goOn(chunk);
    else this.#read(event, chunk);
  }

  #read(event: SseEvent, chunk: JsonObject | null): void {
    if (chunk !== null) this.#options.sent.add(chunk);
    if (chunk !== null && this.#phase === 'held') this.#held?.count(lengthOf(chunk));
    if (this.#phase !== 'restart') return;
    this.#announce();
    this.#out.push(event.raw());
  }

  #match(chunk: JsonObject | null): void {
    const text = chunk === null ? null : plainTextOf(chunk);
    const rest = text === null ? null : this.#matcher.take(text);
    if (chunk === null || rest === null) this.#differs = true;
    else if (!this.#matcher.complete) this.#differs = hasFinishReason(chunk);
    else {
      this.#phase = 'resumed';
      if (rest !== '' || hasFinishReason(chunk)) this.#goOn(withText(chunk, rest));
    }
  }

  #goOn(chunk: JsonObject | null): void {
    this.#announce();
    if (chunk === null) {
      this.#out.push(DONE);
      return;
    }
    const { sent } = this.#options;
    const news = sent.begun ? withoutRole(chunk) : chunk;
    if (news === null) return;
    const own = { ...news, ...sent.identity };
    sent.add(own);
    this.#out.push(Buffer.from(`data: ${JSON.stringify(own)}\n\n`));
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#out.push(Buffer.from(this.#options.announcement));
  }

  /** Writes what came of the bytes. @returns false when the client is slow, or the attempt is over */
  #settle(): boolean {
    const out = this.#out;
    this.#out = [];
    if (this.#differs && !this.closed) {
      this.close();
      this.#options.onDifference();
      return false;
    }
    const goesOn = out.length === 0 || super.write(out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out));
    if (this.#phase === 'restart' && this.#announced) this.#phase = 'relay';
    return goesOn;
  }

  #release(): boolean {
    const held = this.#held;
    this.#phase = 'relay';
    if (held === null || held.head === null) return true;
    held.stop();
    super.replyHead(held.head.status, held.head.headers);
    return held.parts.length === 0 || super.write(Buffer.concat(held.parts));
  }

  #timeIsUp(): void {
    if (this.#phase !== 'held' || super.ended) return;
    try {
      if (!this.#release()) this.#options.onFull();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}

const DONE = Buffer.from('data: [DONE]\n\n');
