/**
 * One server-sent event, as byte ranges. The splitter has one object and fills it anew for each event: read what you need
 * before the callback returns. The buffers themselves stay as they are and may be kept.
 */
export class SseEvent {
  /** Holds the event's bytes as received, `[start, end)`, with the blank line that ends it. */
  buffer: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** Holds the payload, `[dataStart, dataEnd)`: the same buffer, or a new one where several `data:` lines were joined. */
  dataBuffer: Buffer = EMPTY;
  dataStart = 0;
  dataEnd = 0;
  /** Number of `data:` lines; 0 means that a browser would not deliver the event. */
  dataLines = 0;
  /** False for an event that the end of the stream cut off before its blank line. */
  terminated = true;
  nameStart = 0;
  nameEnd = 0;

  /** Value of the last `event:` line; empty when there is none. */
  get name(): string {
    return this.nameStart === this.nameEnd ? '' : this.buffer.toString('utf8', this.nameStart, this.nameEnd);
  }

  /** The payload is the end mark of OpenAI's streams, `[DONE]` (clients look at the beginning only). */
  get isDone(): boolean {
    if (this.dataEnd - this.dataStart < DONE.length) return false;
    for (let i = 0; i < DONE.length; i++) if (this.dataBuffer[this.dataStart + i] !== DONE[i]) return false;
    return true;
  }

  /** View of the event as received. */
  raw(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  /** View of the payload. */
  data(): Buffer {
    return this.dataBuffer.subarray(this.dataStart, this.dataEnd);
  }
}

const EMPTY = Buffer.alloc(0);
const DONE = Buffer.from('[DONE]');

/** Receives what an `SseSplitter` finds, during `push` and `finish`, in the order of the stream. */
export interface SseSink {
  onEvent(event: SseEvent): void;
  /** Bytes that carry no event: comment lines (`: ping`) and surplus line ends. They are not content. */
  onComment(buffer: Buffer, start: number, end: number): void;
}
