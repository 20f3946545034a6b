/** Sockets for the contract suites: a client that sends any bytes, a server that answers with any bytes. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Check = () => boolean;

/** Bytes of one connection, with waiting for what has not come yet. */
export class RawConnection {
  readonly socket: Socket;
  /** The system told that the other side sends no more, or that the connection is gone. */
  ended = false;
  closed = false;
  error: NodeJS.ErrnoException | null = null;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      this.#changed();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#changed();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.ended = this.closed = true;
      this.#changed();
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get buffer(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.buffer.toString('latin1');
  }

  write(data: string | Buffer): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  /** Resolves once `check` holds. */
  until(check: Check): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!check()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  untilText(text: string, times = 1): Promise<void> {
    return this.until(() => this.text.split(text).length > times);
  }

  untilClosed(): Promise<void> {
    return this.until(() => this.closed);
  }

  untilEnded(): Promise<void> {
    return this.until(() => this.ended);
  }

  #changed(): void {
    for (const look of this.#waiting) look();
  }
}

export async function rawClient(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return new RawConnection(socket);
}

export interface RawServer {
  readonly port: number;
  readonly origin: string;
  readonly connections: RawConnection[];
  /** Resolves with the connection of that number, counted from 0, once it was made. */
  connection(index: number): Promise<RawConnection>;
  close(): Promise<void>;
}

/** A server that runs `script` for each connection. */
export async function rawServer(script: (connection: RawConnection, index: number) => void): Promise<RawServer> {
  const connections: RawConnection[] = [];
  const waiting: (() => void)[] = [];
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const connection = new RawConnection(socket);
    connections.push(connection);
    script(connection, connections.length - 1);
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    async connection(index) {
      for (;;) {
        const found = connections[index];
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    close: () =>
      new Promise((resolve) => {
        for (const { socket } of connections) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Answers every request head on the connection that has arrived completely (no bodies) with `answer`. */
export function answerEach(connection: RawConnection, answer: (request: number) => string | Buffer): void {
  let answered = 0;
  connection.socket.on('data', () => {
    const arrived = connection.text.split('\r\n\r\n').length - 1;
    while (answered < arrived) connection.write(answer(answered++));
  });
}

/** The JSON error body of a raw reply; throws when there is none. */
export function jsonErrorOf(text: string): { readonly message: string; readonly code: string } {
  const body = text.slice(text.lastIndexOf('\r\n\r\n') + 4);
  return (JSON.parse(body) as { error: { message: string; code: string } }).error;
}

/** A promise with its handle outside. */
export function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
