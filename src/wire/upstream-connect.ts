/**
 * Opens one connection to a provider: TCP with happy eyeballs, TLS with the last session, a bound on the time until
 * the connection stands. Returns the socket at once, so that a caller who loses interest can destroy it while the
 * connect is still pending.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A parsed origin. */
export interface ConnectTarget {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly verifyTls: boolean;
  /** TLS session of an earlier connection to the same origin. */
  readonly session: Buffer | undefined;
  readonly onSession: (session: Buffer) => void;
}

/** Ends a connect that took longer than its bound. */
class ConnectTimeoutError extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

/** Called once: with null when the connection stands, else with what went wrong. */
export type ConnectCallback = (error: Error | null, socket: Socket) => void;

const KEEP_ALIVE_PROBE_AFTER_MS = 30_000;
/** Node's default of 250 ms gives up on addresses that are merely far away. */
const NEXT_ADDRESS_AFTER_MS = 500;

/** Splits an origin into what a connect needs. @throws TypeError when it is not an http or https URL */
export function parseOrigin(origin: string): ConnectTarget {
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`not an http or https origin: ${url.protocol}`);
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return { secure, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port) };
}

/** Starts a connect. `done` is never called before this returns, and not at all once the socket was destroyed. */
export function openConnection(target: ConnectTarget, options: ConnectOptions, done: ConnectCallback): Socket {
  const common = {
    highWaterMark: 64 * 1024,
    host: target.host,
    port: target.port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE_AFTER_MS,
  };
  const socket = target.secure
    ? connectTls({
        ...common,
        ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
        ...(options.session === undefined ? {} : { session: options.session }),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: options.verifyTls,
      }).on('session', options.onSession)
    : connectTcp(common);

  let pending = true;
  const timer = setTimeout(() => {
    socket.destroy(new ConnectTimeoutError(`no connection within ${options.timeoutMs} ms`));
  }, options.timeoutMs);
  const settle = (error: Error | null): void => {
    if (!pending) return;
    pending = false;
    clearTimeout(timer);
    done(error, socket);
  };
  socket.once(target.secure ? 'secureConnect' : 'connect', () => settle(null));
  socket.on('error', settle);
  socket.once('close', () => settle(new Error('connection closed while it was being made')));
  return socket;
}
