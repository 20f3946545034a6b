/** A provider of realtime sessions: shakes hands as RFC 6455 says, says that the session was made, and listens. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Opcode of the frame that ends a session. */
const CLOSE = 8;
const CREATED = JSON.stringify({
  type: 'session.created',
  event_id: 'e1',
  session: { id: 's1', object: 'realtime.session' },
});

export class RealtimeProvider {
  /** Resolves once the first session ended. */
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#server = createServer();
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      this.#sockets.add(socket);
      const key = request.headers['sec-websocket-key'] ?? '';
      const accept = createHash('sha1')
        .update(key + GUID)
        .digest('base64');
      const head = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: Upgrade'];
      socket.write(`${[...head, `sec-websocket-accept: ${accept}`].join('\r\n')}\r\n\r\n`);
      socket.write(textFrame(CREATED));
      socket.on('error', () => socket.destroy());
      socket.on('data', (frame: Buffer) => {
        if (((frame[0] ?? 0) & 0x0f) === CLOSE) socket.end(Buffer.from([0x80 | CLOSE, 0]));
      });
      socket.once('end', () => socket.destroy());
      socket.once('close', () => resolve());
    });
  }

  static async start(): Promise<RealtimeProvider> {
    const made = new RealtimeProvider();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Unmasked and whole, as servers send them; up to 125 bytes in the short form. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length <= 125) return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
  return Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]), payload]);
}
