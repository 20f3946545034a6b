/**
 * Keeps web pages away from a gateway that asks nobody for a key: a page that re-points its own domain name to this
 * machine (DNS rebinding) is told by its `Host`, a page that sends a request without asking first by its `Origin` or
 * `Sec-Fetch-Site`. Programs send none of these and are never refused.
 */
import { isIP } from 'node:net';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { Exchange } from '../../wire/contract.ts';
import { hostName, isLoopbackHost, isLoopbackOrigin } from './loopback.ts';

const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** @throws GatewayError `forbidden_host` */
export type OpenModeGuard = (request: Pick<Exchange, 'method' | 'header'>) => void;

/** @returns null when a master key protects the gateway */
export function compileOpenModeGuard(snapshot: ConfigSnapshot, listenHost: string): OpenModeGuard | null {
  if (snapshot.general.masterKey !== null) return null;
  const configured = hostName(listenHost.includes(':') ? `[${listenHost}]` : listenHost);
  // A name can be re-pointed, an address cannot: when listening on every address, any address will do.
  const anyAddress = EVERY_ADDRESS.has(configured);
  return (exchange) => {
    const host = exchange.header('host');
    if (host !== undefined) {
      const name = hostName(host);
      const known = isLoopbackHost(name) || name === configured || (anyAddress && isIP(name) !== 0);
      if (!known) throw forbidden(`The host name '${name}' is not this gateway's.`);
    }
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD' && fromForeignPage(exchange)) {
      throw forbidden('Web pages of other hosts may not use a gateway without a key.');
    }
  };
}

/** A browser sent it on behalf of a page that is not of this machine. */
export function fromForeignPage(exchange: Pick<Exchange, 'header'>): boolean {
  const origin = exchange.header('origin');
  if (origin !== undefined) return !isLoopbackOrigin(origin);
  return exchange.header('sec-fetch-site') === 'cross-site';
}

function forbidden(reason: string): GatewayError {
  return new GatewayError(
    'forbidden_host',
    `${reason} No master_key is set, so only this machine is served: call http://127.0.0.1, start with --host NAME, or set general_settings.master_key.`,
  );
}
