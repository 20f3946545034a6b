import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { ReplyPort } from './reply-mode.ts';
import { COMPLETION_CHUNKS, RESPONSES_EVENTS } from './stream-dialect.ts';
import { StreamReply, type StreamReplyOptions } from './stream-reply.ts';

/** A port that records what a client would get. */
class RecordingPort implements ReplyPort {
  readonly writes: Buffer[] = [];
  readonly events: string[] = [];
  headSent = false;
  readonly contentFilterFails = false;
  accepts = true;
  failure: GatewayError | null = null;
  usage: JsonObject | null | undefined;
  contentCount = 0;
  paused = 0;
  readonly exchange: Exchange;

  constructor() {
    this.exchange = {
      replyHead: () => {
        this.headSent = true;
        this.events.push('head');
      },
      write: (chunk: Buffer) => {
        this.writes.push(chunk);
        return this.accepts;
      },
      end: () => this.events.push('end'),
    } as unknown as Exchange;
    Object.defineProperty(this.exchange, 'headSent', { get: () => this.headSent });
  }

  replyHeaders = (contentType: string): string[] => ['content-type', contentType];
  fail = (error: unknown): void => {
    if (!(error instanceof GatewayError)) throw error;
    this.failure = error;
  };
  succeed = (usage: JsonObject | null): void => {
    this.usage = usage;
  };
  readonly leftOutBytes: number[] = [];
  leftOut = (bytes: number): void => void this.leftOutBytes.push(bytes);
  contentSeen = (): void => {
    this.contentCount += 1;
  };
  pause = (): void => {
    this.paused += 1;
  };
  malformed = (message: string): GatewayError => new GatewayError('internal', message);
  cut = (message: string): GatewayError => new GatewayError('api_connection', message);
  reported = (error: string): GatewayError => new GatewayError('api_error', error);

  get text(): string {
    return Buffer.concat(this.writes).toString();
  }
}

const chunk = (content: string, finish: string | null = null): string =>
  `data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":${JSON.stringify(finish)}}]}\n\n`;
const USAGE =
  'data: {"id":"c1","model":"up","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n';
const DONE = 'data: [DONE]\n\n';
const WHOLE = chunk('Grüße 👩‍👩‍👧 ') + chunk('日本', null) + chunk('', 'stop') + USAGE + DONE;

function reply(port: RecordingPort, options: Partial<StreamReplyOptions> = {}): StreamReply {
  return new StreamReply(port, {
    clientModel: Buffer.from('"mine"'),
    includeUsage: false,
    dialect: COMPLETION_CHUNKS,
    convert: null,
    chunkUsage: null,
    countUsage: null,
    status: 200,
    ...options,
  });
}

/** The end of the turn in which bytes came. */
async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function push(to: StreamReply, text: string, size = Number.POSITIVE_INFINITY): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) to.onData(bytes.subarray(at, at + size));
}

describe('StreamReply', () => {
  test.each([1, 2, 7, 64, Number.POSITIVE_INFINITY])(
    'passes every event on with the client model, cut every %s bytes',
    (size) => {
      const port = new RecordingPort();
      const to = reply(port);
      push(to, WHOLE, size);
      to.onEnd();
      expect(port.text).toBe(WHOLE.replace(USAGE, '').replaceAll('"model":"up"', '"model":"mine"'));
      expect(port.events).toEqual(['head', 'end']);
      expect(port.usage).toEqual({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
      expect(port.failure).toBeNull();
    },
  );

  test('an event that is damaged deep inside is left out, and those around it pass', () => {
    const port = new RecordingPort();
    const to = reply(port);
    const damaged =
      'data: {"id":"c1","model":"up","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\u0001"}}]}}]}\n\n';
    push(to, chunk('before') + damaged + chunk('after', 'stop') + DONE);
    to.onEnd();
    expect(port.failure).toBeNull();
    expect(port.text).toBe((chunk('before') + chunk('after', 'stop') + DONE).replaceAll('"up"', '"mine"'));
    expect(port.leftOutBytes).toHaveLength(1);
  });

  test('CRLF line ends cut inside the pair give the same events', () => {
    const port = new RecordingPort();
    const to = reply(port, { includeUsage: true, clientModel: null });
    push(to, WHOLE.replaceAll('\n', '\r\n'), 7);
    to.onEnd();
    expect(port.text.replaceAll('\r\n', '\n')).toBe(WHOLE);
  });

  test('writes a chunk that needs no edit as the very bytes that came', async () => {
    const port = new RecordingPort();
    const to = reply(port, { clientModel: null });
    const bytes = Buffer.from(chunk('a') + chunk('b'));
    to.onData(bytes);
    await turn();
    expect(port.writes).toHaveLength(1);
    expect(port.writes[0]?.buffer).toBe(bytes.buffer);
  });

  test('a stream that ends without its last event never looks complete', () => {
    const port = new RecordingPort();
    const to = reply(port);
    push(to, chunk('half'));
    to.onEnd();
    expect(port.failure?.code).toBe('api_connection');
    expect(port.text).not.toContain('[DONE]');
    expect(port.usage).toBeUndefined();
  });

  test('a complete stream without its end mark gets one', () => {
    const port = new RecordingPort();
    const to = reply(port);
    push(to, chunk('a') + chunk('', 'stop'));
    to.onEnd();
    expect(port.text.endsWith(DONE)).toBe(true);
    expect(port.failure).toBeNull();
  });

  test('a last event without its blank line is completed', () => {
    const port = new RecordingPort();
    const to = reply(port);
    push(to, (chunk('a', 'stop') + DONE).slice(0, -2));
    to.onEnd();
    expect(port.text.endsWith(DONE)).toBe(true);
    expect(port.failure).toBeNull();
  });

  test('an error before any content answers no head; one in the middle ends the stream', () => {
    const first = new RecordingPort();
    push(reply(first), 'data: {"error":{"message":"overloaded"}}\n\n');
    expect(first.headSent).toBe(false);
    expect(first.failure?.message).toContain('overloaded');
    const middle = new RecordingPort();
    const to = reply(middle);
    push(to, `${chunk('a')}data: {"error":{"message":"overloaded"}}\n\n${chunk('b')}${DONE}`);
    to.onEnd();
    expect(middle.failure?.message).toContain('overloaded');
    expect(middle.text).toContain('"a"');
    expect(middle.text).not.toContain('"b"');
    expect(middle.text).not.toContain('[DONE]');
  });

  test('a damaged event is left out and the others arrive', () => {
    const port = new RecordingPort();
    const to = reply(port, { clientModel: null });
    push(to, `${chunk('a')}data: {"id": broken\n\ndata: 7\n\n${chunk('b', 'stop')}${DONE}`);
    to.onEnd();
    expect(port.text).toBe(chunk('a') + chunk('b', 'stop') + DONE);
    // Told once, however many there are.
    expect(port.leftOutBytes).toEqual([13]);
  });

  test('comments are no content: they neither begin the reply nor move the deadline', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    push(to, ': keep-alive\n\n: keep-alive\n\n');
    expect([port.headSent, port.contentCount]).toEqual([false, 0]);
    push(to, chunk('a', 'stop'));
    await turn();
    push(to, `: ping\n\n${DONE}`);
    await turn();
    expect(port.contentCount).toBe(2);
    expect(port.text).toContain(': ping');
  });

  test('a connection lost after the end mark loses nothing; before it, it is an error', () => {
    const complete = new RecordingPort();
    const to = reply(complete);
    push(to, chunk('a', 'stop') + DONE);
    to.onBroken(new GatewayError('api_connection', 'reset'));
    expect(complete.failure).toBeNull();
    const cut = new RecordingPort();
    const other = reply(cut);
    push(other, chunk('a', 'stop'));
    other.onBroken(new GatewayError('api_connection', 'reset'));
    expect(cut.failure?.message).toBe('reset');
  });

  test('repeated keys take the slow path and mean the same', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    push(to, 'data: {"model":"up","model":"up2","choices":[{"finish_reason":"stop"}]}\n\n');
    await turn();
    expect(port.text).toBe('data: {"model":"mine","choices":[{"finish_reason":"stop"}]}\n\n');
  });

  test('events of one turn leave in one write', async () => {
    const port = new RecordingPort();
    const to = reply(port);
    for (const text of [chunk('a'), chunk('b'), chunk('c')]) to.onData(Buffer.from(text));
    await turn();
    expect(port.writes).toHaveLength(1);
  });

  test('asks for a pause when the client is slow', async () => {
    const port = new RecordingPort();
    port.accepts = false;
    push(reply(port), chunk('a'));
    await turn();
    expect(port.paused).toBe(1);
  });

  test('Responses events end with their own last type and no end mark', () => {
    const port = new RecordingPort();
    const to = reply(port, { dialect: RESPONSES_EVENTS, clientModel: null });
    const text =
      'event: response.created\ndata: {"type":"response.created","response":{"error":null}}\n\n' +
      'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":1}}}\n\n';
    push(to, text, 5);
    to.onEnd();
    expect(port.text).toBe(text);
    expect(port.usage).toEqual({ input_tokens: 1 });
  });
});
