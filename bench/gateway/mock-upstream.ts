/**
 * The provider behind every contestant: a raw TCP server with canned answers, so that it is not what is measured.
 * `"stream":true` in a request gets an event stream of `EVENTS` deltas at once, anything else one JSON answer.
 */
import { createServer, type Socket } from 'node:net';

const EVENTS = 64;
const CONTENT = 'The quick brown fox jumps over the lazy dog. '.repeat(18);
const USAGE = { prompt_tokens: 220, completion_tokens: 200, total_tokens: 420 };

const BODY = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: CONTENT }, finish_reason: 'stop' }],
  usage: USAGE,
});

const JSON_ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
);

function event(delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const chunk = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4o-mini-2024-07-18',
    choices,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function streamAnswer(): Buffer {
  const parts = Array.from({ length: EVENTS }, (_, index) => event({ content: `word${index} ` }, null));
  parts.push(event({}, 'stop'));
  parts.push(
    `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'gpt-4o-mini-2024-07-18', choices: [], usage: USAGE })}\n\n`,
  );
  parts.push('data: [DONE]\n\n');
  const chunks = parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('');
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  );
}

const STREAM_ANSWER = streamAnswer();
const HEAD_END = Buffer.from('\r\n\r\n');
const STREAM_MARK = Buffer.from('"stream":true');
const STREAM_MARK_SPACED = Buffer.from('"stream": true');

class Connection {
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      for (let answer = this.#next(); answer !== null; answer = this.#next()) socket.write(answer);
    });
  }

  /** The answer to the first complete request, which is then forgotten; null when none is complete. */
  #next(): Buffer | null {
    const headEnd = this.#pending.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const head = this.#pending.toString('latin1', 0, headEnd).toLowerCase();
    const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
    const end = headEnd + HEAD_END.length + length;
    if (this.#pending.length < end) return null;
    const body = this.#pending.subarray(headEnd, end);
    this.#pending = this.#pending.subarray(end);
    const tail = body.subarray(-4096);
    const streamed =
      tail.includes(STREAM_MARK) || tail.includes(STREAM_MARK_SPACED) || body.subarray(0, 512).includes(STREAM_MARK);
    return streamed ? STREAM_ANSWER : JSON_ANSWER;
  }
}

const port = Number(process.argv[2] ?? 0);
createServer((socket) => new Connection(socket)).listen(port, '127.0.0.1', 4096);
