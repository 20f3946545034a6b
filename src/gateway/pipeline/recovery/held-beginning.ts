/**
 * The beginning of a stream, kept from the client so that a failure inside it can be made good unseen. Ends when the time
 * or the characters are reached, or the bytes that are ever kept. One timer; holds what it was given, copies nothing.
 */
import type { HeaderList } from '../../../wire/contract.ts';
import type { HoldBackLimits } from './recovery-settings.ts';

const MOST_BYTES = 256 * 1024;

export interface ReplyBeginning {
  readonly status: number;
  readonly headers: HeaderList;
}

export class HeldBeginning {
  readonly #limits: HoldBackLimits;
  readonly #onTime: () => void;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #chars = 0;
  #timer: NodeJS.Timeout | null = null;
  #head: ReplyBeginning | null = null;

  /** @param onTime the time is up */
  constructor(limits: HoldBackLimits, onTime: () => void) {
    this.#limits = limits;
    this.#onTime = onTime;
  }

  get head(): ReplyBeginning | null {
    return this.#head;
  }

  get parts(): readonly Buffer[] {
    return this.#parts;
  }

  begin(head: ReplyBeginning): void {
    this.#head = head;
    const { ms } = this.#limits;
    if (ms !== null) this.#timer = setTimeout(this.#onTime, ms);
  }

  /** @returns whether that is enough */
  add(bytes: Buffer): boolean {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes > MOST_BYTES || (this.#limits.chars !== null && this.#chars >= this.#limits.chars);
  }

  count(chars: number): void {
    this.#chars += chars;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
