/**
 * Plays a simulated reply to a receiver as a provider would: nothing within the call, then the head, then piece after
 * piece at the model's pace. At most one timer or immediate is pending per call; an abort clears it, a pause holds
 * the next piece. Without pacing, pieces go out in bursts of 64, so that a long answer does not block the loop.
 */
import type { TransportError, UpstreamCall, UpstreamReceiver } from '../../wire/contract.ts';
import type { Answer } from './answer-request.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';
import type { SimulatedReply } from './simulated-reply.ts';

const FIRST_BYTE_MS = [60, 240] as const;
const GAP_MS = [6, 24] as const;
const BURST = 64;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LONGEST_PLAIN_MS = 20_000;

const CUT_ERROR: TransportError = {
  code: 'reset',
  message: 'The simulated provider ended the connection before its answer was complete.',
  unsent: false,
};

export class ReplyPlayer implements UpstreamCall {
  readonly #answer: Answer;
  readonly #receiver: UpstreamReceiver;
  readonly #onOver: () => void;
  readonly #random: SeededRandom;
  #parts: Iterator<string | Buffer> | null = null;
  #sentParts = 0;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #paused = false;
  /** A piece was due while the receiver had paused. */
  #due = false;
  #over = false;

  constructor(answer: Answer, receiver: UpstreamReceiver, onOver: () => void) {
    this.#answer = answer;
    this.#receiver = receiver;
    this.#onOver = onOver;
    this.#random = seededRandom(answer.seed ^ 0x9e3779b9);
    this.#immediate = setImmediate(() => this.#begin());
  }

  abort(): void {
    this.#finish();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (!this.#due || this.#over) return;
    this.#due = false;
    this.#after(0, () => this.#play());
  }

  #begin(): void {
    this.#immediate = null;
    this.#receiver.onSent?.();
    if (this.#over) return;
    const { reply } = this.#answer;
    if (reply === null) {
      this.#fail();
      return;
    }
    this.#after(this.#firstWait(reply), () => this.#head(reply));
  }

  #head(reply: SimulatedReply): void {
    this.#parts = reply.parts[Symbol.iterator]();
    this.#receiver.onHead(reply.status, reply.headers);
    if (!this.#over) this.#play();
  }

  #play(): void {
    const { reply, behaviour } = this.#answer;
    if (reply === null || this.#parts === null) return;
    for (let burst = 0; !this.#over; burst += 1) {
      if (this.#paused) {
        this.#due = true;
        return;
      }
      const wait = this.#gap(reply);
      if (burst > 0 && (wait > 0 || burst >= BURST)) {
        this.#after(wait, () => this.#play());
        return;
      }
      if (behaviour.fault !== null && this.#faultIsDue(reply, behaviour.fault.afterEvents)) {
        this.#fault(reply, behaviour.fault.kind);
        return;
      }
      const next = this.#parts.next();
      if (next.done === true) {
        this.#end();
        return;
      }
      this.#sentParts += 1;
      this.#receiver.onData(toBuffer(next.value));
    }
  }

  /** Errors are complete answers; faults are for answers that begin well. */
  #faultIsDue(reply: SimulatedReply, afterEvents: number): boolean {
    return reply.status < 400 && (!reply.streamed || this.#sentParts >= afterEvents);
  }

  #fault(reply: SimulatedReply, kind: 'cut' | 'stall' | 'errmid'): void {
    if (!reply.streamed) {
      this.#halfOfPlain();
      if (this.#over) return;
      if (kind === 'stall') this.#stall();
      else this.#fail();
      return;
    }
    switch (kind) {
      case 'stall':
        this.#stall();
        return;
      case 'cut':
        this.#fail();
        return;
      case 'errmid':
        this.#receiver.onData(Buffer.from(reply.errorEvent));
        if (!this.#over) this.#end();
    }
  }

  /** Nothing more comes, but the process goes on waiting, as it would for an open connection. */
  #stall(): void {
    this.#after(LONGEST_TIMER_MS, () => this.#stall());
  }

  #halfOfPlain(): void {
    const next = this.#parts?.next();
    if (next === undefined || next.done === true) return;
    const bytes = toBuffer(next.value);
    this.#receiver.onData(bytes.subarray(0, bytes.length >> 1));
  }

  #firstWait(reply: SimulatedReply): number {
    const { behaviour } = this.#answer;
    const first = behaviour.firstByteMs ?? (behaviour.fast ? 0 : this.#random.between(...FIRST_BYTE_MS));
    if (reply.streamed || reply.steps === 0) return first;
    let total = first;
    for (let step = 0; step < reply.steps && total < LONGEST_PLAIN_MS; step += 1)
      total += this.#gap({ streamed: true });
    return total;
  }

  #gap({ streamed }: Pick<SimulatedReply, 'streamed'>): number {
    const { behaviour } = this.#answer;
    if (!streamed) return 0;
    return behaviour.gapMs ?? (behaviour.fast ? 0 : this.#random.between(...GAP_MS));
  }

  #after(milliseconds: number, action: () => void): void {
    if (milliseconds === 0) {
      this.#immediate = setImmediate(() => {
        this.#immediate = null;
        action();
      });
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      action();
    }, milliseconds);
  }

  #end(): void {
    if (!this.#finish()) return;
    this.#receiver.onEnd();
  }

  #fail(): void {
    if (!this.#finish()) return;
    this.#receiver.onError(CUT_ERROR);
  }

  /** @returns false when the call was over already */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
    this.#onOver();
    return true;
  }
}

function toBuffer(part: string | Buffer): Buffer {
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
}
