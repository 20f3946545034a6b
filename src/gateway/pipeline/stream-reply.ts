/**
 * Relays a server-sent-event stream: bytes in, bytes out. Events before the first content (a role, empty texts) are kept
 * and go out with it, in one write behind the head; from there on nothing is held back. Events that came in one read of
 * the provider's socket leave in one write, at the end of the same turn: node:http sends no earlier. Edits by splice
 * only: the model's name; events that a client did not ask for (usage, empty choices) and that are not JSON are left out.
 *
 * Promises: an error, a cut or a time-out before the first content leaves no trace at the client, so that another attempt
 * may answer; what is kept is bounded, in bytes and in events, and goes out beyond that as content would; a stream that
 * ends without its terminal event ends in an error event and never in `[DONE]`; comments are not content.
 * Cost: one shallow scan per event, no timer, promise or object per chunk beyond the scan; until the first content also
 * a look into the event.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { fieldOf, tryScanShallow, type ShallowScan } from '../../protocol/shallow-json-scanner.ts';
import { SseEventTooLargeError, SseSplitter, type SseEvent, type SseSink } from '../../protocol/sse-event-splitter.ts';
import { ByteRelay } from './byte-relay.ts';
import { withToolTypes } from './normalise-chunk.ts';
import { withUsage, type EmptyUsage } from './made-up-usage.ts';
import { NO_FACTS, type ReplyMode, type ReplyPort } from './reply-mode.ts';
import type { StreamDialect } from './stream-dialect.ts';
import { StreamedAnswer } from './streamed-answer.ts';

export interface StreamReplyOptions {
  /** JSON text of the model name that the client sees; null leaves the provider's. */
  readonly clientModel: Buffer | null;
  /** The client asked for the usage chunk. */
  readonly includeUsage: boolean;
  readonly dialect: StreamDialect;
  /** Rewrites each event where the route needs another shape; null from it leaves the event out. */
  readonly convert: ((event: JsonObject) => JsonObject | null) | null;
  /** What every chunk says of its usage; null: nothing. */
  readonly chunkUsage: EmptyUsage | null;
  /** Counts an answer whose usage the client asked for and the provider did not tell; null: nobody asked. */
  readonly countUsage: ((answer: StreamedAnswer) => Promise<JsonObject>) | null;
  readonly status: number;
}

const DONE_EVENT = Buffer.from('data: [DONE]\n\n');
const BLANK_LINE = Buffer.from('\n\n');
/** Two events of the Responses API that repeat a long request fit; so does what recovery may hold back. */
const MOST_HELD_BYTES = 256 * 1024;
const MOST_HELD_EVENTS = 32;

export class StreamReply implements ReplyMode, SseSink {
  readonly #port: ReplyPort;
  readonly #options: StreamReplyOptions;
  readonly #splitter = new SseSplitter();
  readonly #relay = new ByteRelay();
  #usage: JsonObject | null = null;
  /** The provider's name of the model beside the usage, for its price. */
  #model: string | null = null;
  readonly #answer: StreamedAnswer | null;
  #terminal = false;
  #doneSeen = false;
  #doneSent = false;
  #over = false;
  /** The client has the head, from an attempt whose stream this one goes on with: nothing is to be hidden. */
  readonly #goesOn: boolean;
  /** Content was seen; what comes before it waits in the relay. */
  #begun = false;
  #isLeftOutTold = false;
  #heldEvents = 0;
  #heldBytes = 0;
  #flushAsked = false;
  readonly #flushLater = (): void => {
    this.#flushAsked = false;
    if (this.#over) return;
    try {
      this.#flush();
    } catch (error) {
      // Nobody above this turn would turn it into an answer.
      this.#over = true;
      this.#port.fail(error);
    }
  };

  constructor(port: ReplyPort, options: StreamReplyOptions) {
    this.#port = port;
    this.#options = options;
    this.#goesOn = port.exchange.headSent;
    this.#answer = options.countUsage === null ? null : new StreamedAnswer();
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#splitter.push(chunk, this);
    } catch (error) {
      if (!(error instanceof SseEventTooLargeError)) throw error;
      this.#break(this.#port.malformed(error.message));
      return;
    }
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    process.nextTick(this.#flushLater);
  }

  onEnd(): void {
    if (this.#over) return;
    this.#splitter.finish(this);
    if (this.#over) return;
    if (!this.#terminal) {
      this.#break(this.#port.cut('the stream ended before its last event'));
      return;
    }
    const { countUsage } = this.#options;
    if (this.#answer === null || countUsage === null || this.#usage !== null) this.#finish();
    else void this.#finishCounted(this.#answer, countUsage);
  }

  #finish(): void {
    if (this.#options.dialect.endsWithDone && !this.#doneSent) this.#relay.add(DONE_EVENT, 0, DONE_EVENT.length);
    this.#flush();
    this.#over = true;
    this.#port.exchange.end();
    this.#port.succeed(this.#usage, this.#model);
  }

  /** slow path: the provider told no usage; what it sent is with the client while it is counted. */
  async #finishCounted(
    answer: StreamedAnswer,
    countUsage: (answer: StreamedAnswer) => Promise<JsonObject>,
  ): Promise<void> {
    this.#flush();
    // From here on the provider has nothing more to say, and the connection may end as it likes.
    this.#over = true;
    try {
      this.#usage = await countUsage(answer);
      if (this.#port.exchange.ended) return;
      const chunk = { ...answer.head, choices: [], usage: this.#usage };
      this.#addText(`data: ${JSON.stringify(this.#stamped(chunk))}\n\n`);
      this.#finish();
    } catch (error) {
      this.#port.fail(error);
    }
  }

  onBroken(error: GatewayError): void {
    if (this.#over) return;
    // The provider's own end mark was passed on: nothing is missing, only the connection was not closed in order.
    if (this.#doneSeen) this.onEnd();
    else this.#break(error);
  }

  onComment(buffer: Buffer, start: number, end: number): void {
    if (this.#port.exchange.headSent) this.#relay.add(buffer, start, end);
  }

  onEvent(event: SseEvent): void {
    if (this.#over) return;
    if (event.dataLines === 0) return;
    if (this.#begun) this.#port.contentSeen();
    if (event.isDone) this.#onDone(event);
    else this.#onText(event);
    if (!event.terminated && !this.#over) this.#relay.add(BLANK_LINE, 0, BLANK_LINE.length);
    if (!this.#begun && !this.#goesOn) this.#keep();
  }

  #begin(): void {
    this.#begun = true;
    this.#port.contentSeen();
  }

  /** Counts what waits for the first content; events that were left out take no room. */
  #keep(): void {
    const { bytes } = this.#relay;
    if (bytes === this.#heldBytes) return;
    this.#heldBytes = bytes;
    this.#heldEvents += 1;
    if (bytes > MOST_HELD_BYTES || this.#heldEvents > MOST_HELD_EVENTS) this.#begin();
  }

  #onDone(event: SseEvent): void {
    if (!this.#begun) this.#begin();
    this.#terminal = true;
    this.#doneSeen = true;
    // A usage chunk that is still to be counted goes before it.
    if (this.#answer !== null && this.#usage === null) return;
    this.#doneSent = true;
    this.#relay.add(event.buffer, event.start, event.end);
  }

  /** An event that is not a JSON object is damaged; the events around it may still make a whole answer. */
  #onText(event: SseEvent): void {
    try {
      this.#onJson(event);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#leaveOut(event.dataEnd - event.dataStart);
    }
  }

  #onJson(event: SseEvent): void {
    const scan = tryScanShallow(event.dataBuffer, event.dataStart, event.dataEnd);
    if (scan === null || scan.slow === 'not-object') {
      this.#leaveOut(event.dataEnd - event.dataStart);
      return;
    }
    const { dialect } = this.#options;
    const failure = dialect.failure(event, scan, this.#begun);
    if (failure !== null) {
      this.#break(this.#port.reported(failure));
      return;
    }
    if (!this.#begun && dialect.hasContent(event, scan)) this.#begin();
    if (dialect.isTerminal(event, scan)) this.#terminal = true;
    const usage = dialect.usage(event, scan);
    if (usage !== null) this.#told(usage, event, scan);
    if (!this.#options.includeUsage && dialect.onlyForUsage(event, scan)) return;
    if (this.#answer !== null && this.#usage === null) {
      this.#answer.add(JSON.parse(event.data().toString()) as JsonObject);
    }
    if (this.#options.convert !== null) this.#forwardConverted(event, this.#options.convert);
    else if (dialect.lacksToolType(event, scan)) this.#forwardConverted(event, withToolTypes);
    else this.#forward(event, scan);
  }

  #leaveOut(bytes: number): void {
    if (!this.#isLeftOutTold) this.#port.leftOut(bytes);
    this.#isLeftOutTold = true;
  }

  #told(usage: JsonObject, event: SseEvent, scan: ShallowScan): void {
    this.#usage = usage;
    const model = fieldOf(scan, 'model');
    if (model?.kind !== 'string') return;
    this.#model = JSON.parse(event.dataBuffer.toString('utf8', model.valueStart, model.valueEnd)) as string;
  }

  #forward(event: SseEvent, scan: ShallowScan): void {
    const { clientModel } = this.#options;
    const model = clientModel === null ? undefined : fieldOf(scan, 'model');
    if (scan.slow !== null || event.dataLines > 1) {
      this.#forwardConverted(event, identity);
    } else if (model === undefined || clientModel === null) {
      this.#forwardRest(event, scan, event.start);
    } else if (this.#options.dialect.lacksObjectName(event, scan)) {
      this.#forwardConverted(event, withObjectName);
    } else {
      this.#relay.add(event.buffer, event.start, model.valueStart);
      this.#relay.add(clientModel, 0, clientModel.length);
      this.#forwardRest(event, scan, model.valueEnd);
    }
  }

  #forwardRest(event: SseEvent, scan: ShallowScan, from: number): void {
    const { chunkUsage } = this.#options;
    if (chunkUsage === null || fieldOf(scan, 'usage') !== undefined) {
      this.#relay.add(event.buffer, from, event.end);
      return;
    }
    this.#relay.add(event.buffer, from, scan.closeOffset);
    this.#relay.add(chunkUsage.member, 0, chunkUsage.member.length);
    this.#relay.add(event.buffer, scan.closeOffset, event.end);
  }

  /** slow path: parse, rewrite, write anew. */
  #forwardConverted(event: SseEvent, convert: (event: JsonObject) => JsonObject | null): void {
    const converted = convert(JSON.parse(event.data().toString()) as JsonObject);
    if (converted === null) return;
    const { chunkUsage } = this.#options;
    const told = chunkUsage === null ? converted : withUsage(converted, chunkUsage);
    const name = event.name === '' ? '' : `event: ${event.name}\n`;
    // An unterminated event gets its blank line from the caller.
    this.#addText(`${name}data: ${JSON.stringify(this.#stamped(told))}${event.terminated ? '\n\n' : ''}`);
  }

  #stamped(event: JsonObject): JsonObject {
    const { clientModel } = this.#options;
    if (clientModel === null || !('model' in event)) return event;
    return { ...event, model: JSON.parse(clientModel.toString()) as string };
  }

  #addText(text: string): void {
    const bytes = Buffer.from(text);
    this.#relay.add(bytes, 0, bytes.length);
  }

  #break(error: GatewayError): void {
    this.#flush();
    this.#over = true;
    this.#port.fail(error);
  }

  #flush(): void {
    if (!this.#begun && !this.#goesOn) return;
    const bytes = this.#relay.take();
    if (bytes === null) return;
    const { exchange } = this.#port;
    if (!exchange.headSent)
      exchange.replyHead(this.#options.status, this.#port.replyHeaders('text/event-stream; charset=utf-8', NO_FACTS));
    if (!exchange.write(bytes)) this.#port.pause();
  }
}

const withObjectName = (event: JsonObject): JsonObject => ({ ...event, object: 'chat.completion.chunk' });
const identity = (event: JsonObject): JsonObject => event;
