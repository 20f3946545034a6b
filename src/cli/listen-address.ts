/**
 * Where to listen. LiteLLM-compat: nobody named a port and 4000 is taken means a random port between 1024 and 49152; a port
 * that was named and is taken is an error. Open mode (no master key) stays on the loopback address unless the user names another one.
 */
import { connect } from 'node:net';
import { isLoopbackHost } from '../gateway/http/loopback.ts';
import { StartError } from './usage-error.ts';

export const DEFAULT_PORT = 4000;
const LOOPBACK = '127.0.0.1';
const RANDOM_PORT_LOW = 1024;
const RANDOM_PORT_HIGH = 49_152;
const RANDOM_ATTEMPTS = 20;
const PROBE_TIMEOUT_MS = 500;

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Nobody named the port. */
  readonly mayMove: boolean;
  /** Open mode without an address of the user's: say so. */
  readonly restrictedToLoopback: boolean;
}

export function chooseAddress(
  host: string | undefined,
  port: number | undefined,
  masterKey: string | null,
): ListenAddress {
  const restrictedToLoopback = host === undefined && masterKey === null;
  return {
    host: host ?? (masterKey === null ? LOOPBACK : '0.0.0.0'),
    port: port ?? DEFAULT_PORT,
    mayMove: port === undefined,
    restrictedToLoopback,
  };
}

/**
 * A gateway that asks for a key and is reached from other machines must not stop asking while it runs.
 * @throws StartError when the new configuration has no master key and the address is not this machine's own
 */
export function refuseOpening(address: ListenAddress, masterKey: string | null): void {
  if (masterKey !== null || isLoopbackHost(address.host)) return;
  throw new StartError(
    `It has no general_settings.master_key, and this gateway listens on ${address.host}: anybody could use it. ` +
      'Set the key, or restart the gateway.',
  );
}

export interface PortChoice {
  readonly isPortTaken: (port: number) => Promise<boolean>;
  /** Between 0 and 1. */
  readonly random: () => number;
}

export const systemPorts: PortChoice = { isPortTaken, random: Math.random };

/** Starts on the asked port or, where LiteLLM does so, on another one. @throws StartError */
export async function startOnPort<Started>(
  address: ListenAddress,
  start: (port: number) => Promise<Started>,
  choice: PortChoice = systemPorts,
): Promise<Started> {
  const { mayMove } = address;
  if (!mayMove || !(await choice.isPortTaken(address.port))) {
    try {
      return await start(address.port);
    } catch (error) {
      if (!isPortTakenError(error)) throw startFailure(error, address);
      if (!mayMove) {
        throw new StartError(
          `Port ${address.port} on ${address.host} is in use. Stop the program that holds it, or choose another with --port.`,
        );
      }
    }
  }
  for (let attempt = 0; attempt < RANDOM_ATTEMPTS; attempt += 1) {
    const port = RANDOM_PORT_LOW + Math.floor(choice.random() * (RANDOM_PORT_HIGH - RANDOM_PORT_LOW + 1));
    try {
      return await start(port);
    } catch (error) {
      if (!isPortTakenError(error)) throw startFailure(error, address);
    }
  }
  throw new StartError(`Port ${DEFAULT_PORT} is in use and no other free port was found. Choose one with --port.`);
}

function isPortTakenError(error: unknown): boolean {
  return errorCode(error) === 'EADDRINUSE';
}

function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function startFailure(error: unknown, address: ListenAddress): unknown {
  switch (errorCode(error)) {
    case 'EACCES':
      return new StartError(
        `Port ${address.port} needs rights that this user does not have. Choose one above 1023 with --port.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`${address.host} is not an address of this machine. Choose another with --host.`);
    default:
      return error;
  }
}

/** As LiteLLM asks: does anybody answer on this port of localhost? */
async function isPortTaken(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port });
    const done = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
