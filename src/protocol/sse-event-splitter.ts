import { type SseSink, SseEvent } from './sse-event.ts';

export { SseEvent } from './sse-event.ts';
export type { SseSink } from './sse-event.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COLON = 58;
const SPACE = 32;
const NEVER = Number.MAX_SAFE_INTEGER;

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;
const FIRST_HOLD_BYTES = 1024;

/** An event grew beyond the bound. */
export class SseEventTooLargeError extends Error {
  constructor(maxEventBytes: number) {
    super(`a server-sent event is larger than ${maxEventBytes} bytes`);
    this.name = 'SseEventTooLargeError';
  }
}

/**
 * Cuts a server-sent-event stream (WHATWG HTML, section 9.2) into events without decoding it.
 *
 * Promises: line ends LF, CRLF, CR, mixed and cut anywhere; a byte order mark at the start is skipped; each byte is reported
 * exactly once and in order, in an event's raw range or as comment. An event inside one chunk is reported as ranges of that
 * chunk: no copy, no allocation. An event that spans chunks is copied once into a buffer that doubles. O(bytes).
 * An event is reported as soon as its blank line's CR is there; an LF that follows in the next chunk begins the next range.
 * Gives up: `id:` and `retry:` lines are only kept in the raw bytes.
 */
export class SseSplitter {
  readonly #maxEventBytes: number;
  readonly #event = new SseEvent();
  /** Beginning of an event whose end has not arrived; never used again once reported. */
  #held: Buffer | null = null;
  #heldBytes = 0;
  /** 1 when the held bytes begin with the LF of a CRLF whose CR was reported. */
  #heldPrefix = 0;
  #lineHasBytes = false;
  #afterCarriageReturn = false;
  #atStreamStart = true;
  #hasField = false;

  constructor(maxEventBytes: number = DEFAULT_MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** True while bytes of an event wait for the rest. */
  get pending(): boolean {
    return this.#heldBytes > 0;
  }

  /**
   * @throws SseEventTooLargeError when an event exceeds the bound; the splitter is of no use afterwards.
   */
  push(chunk: Buffer, sink: SseSink): void {
    const end = chunk.length;
    if (end === 0) return;
    let blockStart = 0;
    let lineStart = 0;
    if (this.#afterCarriageReturn) {
      this.#afterCarriageReturn = false;
      if (chunk[0] === LINE_FEED) {
        lineStart = 1;
        if (this.#heldBytes === 0) this.#heldPrefix = 1;
      }
    }
    let lineHasBytes = this.#lineHasBytes;
    let nextLineFeed = -1;
    let nextCarriageReturn = -1;
    while (lineStart < end) {
      if (nextLineFeed < lineStart) nextLineFeed = positionOf(chunk, LINE_FEED, lineStart);
      if (nextCarriageReturn < lineStart) nextCarriageReturn = positionOf(chunk, CARRIAGE_RETURN, lineStart);
      const lineEnd = Math.min(nextLineFeed, nextCarriageReturn);
      if (lineEnd >= end) break;
      const next = this.#afterLineEnd(chunk, lineEnd, end);
      if (lineEnd > lineStart || lineHasBytes) {
        if (this.#heldBytes === 0) this.#line(chunk, lineStart, lineEnd);
        lineHasBytes = false;
      } else {
        this.#blockEnded(chunk, blockStart, next, sink);
        blockStart = next;
      }
      lineStart = next;
    }
    this.#lineHasBytes = lineHasBytes || lineStart < end;
    if (blockStart < end) this.#hold(chunk, blockStart, end);
  }

  /** Reports what is left; an event without its blank line comes with `terminated` false. */
  finish(sink: SseSink): void {
    const held = this.#held;
    if (held !== null && this.#heldBytes > 0) this.#reportHeld(held, false, sink);
  }

  #afterLineEnd(chunk: Buffer, lineEnd: number, end: number): number {
    const next = lineEnd + 1;
    if (chunk[lineEnd] !== CARRIAGE_RETURN) return next;
    if (next === end) this.#afterCarriageReturn = true;
    else if (chunk[next] === LINE_FEED) return next + 1;
    return next;
  }

  #blockEnded(chunk: Buffer, start: number, end: number, sink: SseSink): void {
    if (this.#heldBytes > 0) {
      this.#hold(chunk, start, end);
      if (this.#held !== null) this.#reportHeld(this.#held, true, sink);
    } else if (end - start > this.#maxEventBytes) {
      throw new SseEventTooLargeError(this.#maxEventBytes);
    } else {
      this.#heldPrefix = 0;
      if (this.#contentStart(chunk, start, end) > start) this.#reparse(chunk, start, end);
      this.#report(chunk, start, end, sink);
    }
  }

  #reportHeld(held: Buffer, terminated: boolean, sink: SseSink): void {
    const bytes = this.#heldBytes;
    this.#reparse(held, this.#heldPrefix, bytes);
    this.#held = null;
    this.#heldBytes = this.#heldPrefix = 0;
    this.#lineHasBytes = false;
    this.#event.terminated = terminated;
    this.#report(held, 0, bytes, sink);
  }

  #report(buffer: Buffer, start: number, end: number, sink: SseSink): void {
    const event = this.#event;
    const contentStart = this.#contentStart(buffer, start, end);
    this.#atStreamStart = false;
    event.buffer = buffer;
    event.start = start;
    event.end = end;
    if (event.dataLines <= 1) {
      event.dataBuffer = buffer;
    } else {
      // slow path: several data lines, joined with LF as the standard says.
      const joined = joinDataLines(buffer, contentStart, end);
      event.dataBuffer = joined;
      event.dataStart = 0;
      event.dataEnd = joined.length;
    }
    const hasField = this.#hasField;
    try {
      if (hasField) sink.onEvent(event);
      else sink.onComment(buffer, start, end);
    } finally {
      this.#forgetLines();
      event.terminated = true;
    }
  }

  /** Reads the lines of a block that lies in one buffer. */
  #reparse(buffer: Buffer, start: number, end: number): void {
    this.#forgetLines();
    forEachLine(buffer, this.#contentStart(buffer, start, end), end, (lineStart, lineEnd) =>
      this.#line(buffer, lineStart, lineEnd),
    );
  }

  #contentStart(buffer: Buffer, start: number, end: number): number {
    return this.#atStreamStart && hasByteOrderMark(buffer, start, end) ? start + 3 : start;
  }

  #forgetLines(): void {
    this.#hasField = false;
    const event = this.#event;
    event.dataLines = event.dataStart = event.dataEnd = event.nameStart = event.nameEnd = 0;
  }

  #line(buffer: Buffer, start: number, end: number): void {
    if (buffer[start] === COLON) return;
    this.#hasField = true;
    const event = this.#event;
    const dataStart = valueOf(buffer, start, end, DATA);
    if (dataStart >= 0) {
      if (event.dataLines++ === 0) {
        event.dataStart = dataStart;
        event.dataEnd = end;
      }
      return;
    }
    const nameStart = valueOf(buffer, start, end, EVENT);
    if (nameStart >= 0) {
      event.nameStart = nameStart;
      event.nameEnd = end;
    }
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    const bytes = end - start;
    const total = this.#heldBytes + bytes;
    if (total > this.#maxEventBytes) throw new SseEventTooLargeError(this.#maxEventBytes);
    let held = this.#held;
    if (held === null || held.length < total) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_HOLD_BYTES, total, this.#heldBytes * 2));
      if (held !== null) held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = held = grown;
    }
    chunk.copy(held, this.#heldBytes, start, end);
    this.#heldBytes = total;
  }
}

const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');

/** Where the value of `name: value` begins when the line has that name, else -1. One space after the colon is no value. */
function valueOf(buffer: Buffer, start: number, end: number, name: Buffer): number {
  const colon = start + name.length;
  if (colon > end) return -1;
  for (let i = 0; i < name.length; i++) if (buffer[start + i] !== name[i]) return -1;
  if (colon === end) return end;
  if (buffer[colon] !== COLON) return -1;
  return colon + 1 < end && buffer[colon + 1] === SPACE ? colon + 2 : colon + 1;
}

function joinDataLines(buffer: Buffer, start: number, end: number): Buffer {
  const parts: Buffer[] = [];
  forEachLine(buffer, start, end, (lineStart, lineEnd) => {
    const value = valueOf(buffer, lineStart, lineEnd, DATA);
    if (value < 0) return;
    if (parts.length > 0) parts.push(LINE_FEED_BYTES);
    parts.push(buffer.subarray(value, lineEnd));
  });
  return Buffer.concat(parts);
}

const LINE_FEED_BYTES = Buffer.from('\n');

/** Calls back for each line that is not empty. Both searches keep their answer: O(bytes) for any mixture of line ends. */
function forEachLine(buffer: Buffer, start: number, end: number, callback: (start: number, end: number) => void): void {
  let nextLineFeed = -1;
  let nextCarriageReturn = -1;
  let lineStart = start;
  while (lineStart < end) {
    if (nextLineFeed < lineStart) nextLineFeed = positionOf(buffer, LINE_FEED, lineStart);
    if (nextCarriageReturn < lineStart) nextCarriageReturn = positionOf(buffer, CARRIAGE_RETURN, lineStart);
    const lineEnd = Math.min(nextLineFeed, nextCarriageReturn, end);
    if (lineEnd > lineStart) callback(lineStart, lineEnd);
    lineStart = lineEnd + 1;
  }
}

function hasByteOrderMark(buffer: Buffer, start: number, end: number): boolean {
  return end - start >= 3 && buffer[start] === 0xef && buffer[start + 1] === 0xbb && buffer[start + 2] === 0xbf;
}

function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at === -1 ? NEVER : at;
}
