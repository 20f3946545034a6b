/**
 * Starts the gateway: server, pools and the assembly of the configuration in force; swaps the assembly on reload;
 * drains on stop. Nothing here is on the path of a request but one property read.
 */
import type { Logger } from 'pino';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { UpstreamPools } from '../pool/upstream-pools.ts';
import { TimerWheel } from '../primitives/timer-wheel.ts';
import { createSimulatedTransport, SIMULATED_ORIGIN } from '../providers/simulated/simulated-transport.ts';
import type { TransportFactory } from '../wire/contract.ts';
import { createNodeServer, type TlsMaterial } from '../wire/node-server.ts';
import { createUndiciTransport, DEFAULT_TRANSPORT_OPTIONS } from '../wire/undici-transport.ts';
import { assemble, type Assembly, type SharedParts } from './assembly.ts';
import { CountingThread } from './counting/counting-thread.ts';
import { GatewayTokenizers } from './counting/gateway-tokenizers.ts';
import { allocateCountingMemory } from './threads/counting-memory.ts';
import { openPrices, rereadPrices } from './configured-prices.ts';

/** The running configuration, as the gateway needs it. */
export interface SnapshotSource {
  current(): ConfigSnapshot;
  /** @returns stops listening */
  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void;
}

export interface StartGatewayOptions {
  readonly snapshotSource: SnapshotSource;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: Logger;
  readonly drainTimeoutMs: number;
  readonly keepAliveTimeoutMs?: number;
  readonly tls?: TlsMaterial;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets running requests end within the drain time, then cuts what is left. */
  stop(reason: string): Promise<void>;
}

export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const { snapshotSource, log, host } = options;
  const pools = createPools(snapshotSource.current());
  const shared = sharedParts(snapshotSource.current(), log, pools, () => server.openExchanges);
  let assembly = assembleFor(snapshotSource.current(), shared, host);
  pools.retain(assembly.origins);
  const server = createNodeServer({
    handler: (exchange) => assembly.dispatcher.handle(exchange),
    onMalformed: (request) => log.debug({ status: request.status, reason: request.message }, 'malformed request'),
    ...(options.keepAliveTimeoutMs === undefined ? {} : { keepAliveMs: options.keepAliveTimeoutMs }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const { port } = await server.listen({ port: options.port, host });
  // After the start, which a thread must not delay.
  const start = setImmediate(() => shared.tokenizers.follow(snapshotSource.current(), assembly.families));
  const unsubscribe = snapshotSource.subscribe((snapshot) => {
    rereadPrices(shared.prices, snapshot, log);
    assembly = assembleFor(snapshot, shared, host);
    pools.retain(assembly.origins);
    shared.tokenizers.follow(snapshot, assembly.families);
  });
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    stop: async (reason) => {
      clearImmediate(start);
      unsubscribe();
      log.info({ reason, open: server.openExchanges }, 'draining');
      const outcome = await server.drain(options.drainTimeoutMs);
      if (outcome === 'timed-out') log.warn('the drain time is over; requests that still ran were cut');
      await Promise.all([pools.close(), shared.tokenizers.close(), shared.countingThread.close()]);
    },
  };
}

function assembleFor(snapshot: ConfigSnapshot, shared: SharedParts, listenHost: string): Assembly {
  return assemble({ snapshot, shared, listenHost, memory: allocateCountingMemory(snapshot, 1, {}), lane: 0 });
}

function createPools(snapshot: ConfigSnapshot): UpstreamPools {
  const now = (): number => performance.now();
  return new UpstreamPools({
    transportFor,
    transportOptions: { ...DEFAULT_TRANSPORT_OPTIONS, verifyTls: snapshot.litellm.sslVerify },
    wheel: new TimerWheel({ now }),
    now,
  });
}

const simulated = createSimulatedTransport();

const transportFor: TransportFactory = (origin, options) =>
  origin === SIMULATED_ORIGIN ? simulated(origin, options) : createUndiciTransport(origin, options);

function sharedParts(
  snapshot: ConfigSnapshot,
  log: Logger,
  upstream: UpstreamPools,
  openExchanges: () => number,
): SharedParts {
  return {
    log,
    upstream,
    prices: openPrices(snapshot, log),
    tokenizers: new GatewayTokenizers({ log }),
    countingThread: new CountingThread(),
    openExchanges,
  };
}
