/**
 * The provider behind every contestant: a raw TCP server with canned answers, so that it is not what is measured.
 * `"stream":true` in a request gets an event stream, any other POST one JSON answer. A GET is told how many connections
 * there were.
 */
import { createServer, type Socket } from 'node:net';
import { JSON_ANSWER, STREAM_ANSWER, whole } from './mock-answers.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const STREAM_MARK = Buffer.from('"stream":true');
const STREAM_MARK_SPACED = Buffer.from('"stream": true');

let connections = 0;

class Connection {
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    connections += 1;
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
    if (head.startsWith('get ')) return whole(JSON.stringify({ connections }));
    const tail = body.subarray(-4096);
    const streamed =
      tail.includes(STREAM_MARK) || tail.includes(STREAM_MARK_SPACED) || body.subarray(0, 512).includes(STREAM_MARK);
    return streamed ? STREAM_ANSWER : JSON_ANSWER;
  }
}

const port = Number(process.argv[2] ?? 0);
createServer((socket) => new Connection(socket)).listen(port, '127.0.0.1', 4096);
