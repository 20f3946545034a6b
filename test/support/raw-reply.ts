/** A request of any bytes over a socket of its own, and what came back until the answers are whole or the line is closed. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawReply {
  readonly answers: readonly RawAnswer[];
  readonly bytes: Buffer;
  /** Nothing came within the time. */
  readonly timedOut: boolean;
}

export interface RawOptions {
  /** How many final answers to wait for; default 1. */
  readonly answers?: number;
  /** Sends FIN after the bytes. */
  readonly end?: boolean;
  readonly timeoutMs?: number;
}

export function rawRequest(port: number, bytes: string | Buffer, options: RawOptions = {}): Promise<RawReply> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const finish = (timedOut: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const all = Buffer.concat(chunks);
      resolve({ answers: parseAnswers(all), bytes: all, timedOut });
    };
    const timer = setTimeout(() => finish(true), options.timeoutMs ?? 8_000);
    socket.on('connect', () => {
      socket.write(bytes);
      if (options.end === true) socket.end();
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (parseAnswers(Buffer.concat(chunks)).length >= (options.answers ?? 1)) finish(false);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => finish(false));
  });
}

/** Opens a socket, writes, and hands it over as it is. */
export function rawConnection(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      socket.write(bytes);
      resolve(socket);
    });
  });
}

export function jsonPost(path: string, body: string | Buffer, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${bytes.length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

/** The whole final answers at the beginning of `bytes`. */
function parseAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return answers;
    const lines = bytes.toString('latin1', at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(lines[0] ?? '')?.[1] ?? 0);
    if (status >= 100 && status < 200) {
      at = headEnd + 4;
      continue;
    }
    const headers = new Map(lines.slice(1).map((line) => headerOf(line)));
    const body = bodyAt(bytes, headEnd + 4, headers);
    if (body === null) return answers;
    answers.push({ status, headers, body: body.text });
    at = body.end;
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** null: not whole yet. */
function bodyAt(
  bytes: Buffer,
  start: number,
  headers: ReadonlyMap<string, string>,
): { text: string; end: number } | null {
  if (headers.get('transfer-encoding') === 'chunked') {
    const end = bytes.indexOf('0\r\n\r\n', start);
    return end === -1 ? null : { text: bytes.toString('utf8', start, end), end: end + 5 };
  }
  const end = start + Number(headers.get('content-length') ?? 0);
  return end > bytes.length ? null : { text: bytes.toString('utf8', start, end), end };
}
