/**
 * Starts the gateway: server, pools and the assembly of the configuration in force; swaps the assembly on reload;
 * drains on stop. Nothing here is on the path of a request but one property read.
 */
import type { Logger } from 'pino';
import { readAcceleration } from '../config/acceleration-settings.ts';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { UpstreamPools } from '../pool/upstream-pools.ts';
import type { Rollout, RolloutSettings } from '../rollout/contract.ts';
import { createRollout } from '../rollout/create-rollout.ts';
import type { AccelerationDesk } from './acceleration/contract.ts';
import { ownDesk, ThreadAcceleration } from './acceleration/thread-acceleration.ts';
import { TimerWheel } from '../primitives/timer-wheel.ts';
import { createSimulatedTransport, SIMULATED_ORIGIN } from '../providers/simulated/simulated-transport.ts';
import type { TransportFactory, TransportOptions } from '../wire/contract.ts';
import { createNodeServer, type ListenOptions, type TlsMaterial } from '../wire/node-server.ts';
import { createUndiciTransport, DEFAULT_TRANSPORT_OPTIONS } from '../wire/undici-transport.ts';
import { assemble, type Assembly, type SharedParts } from './assembly.ts';
import { StrictLimits } from './cluster/strict-limits.ts';
import { CountingThread } from './counting/counting-thread.ts';
import type { FallbackView } from './fallback/contract.ts';
import type { FallbackLink } from './fallback/fallback-link.ts';
import { GatewayTokenizers } from './counting/gateway-tokenizers.ts';
import type { ConfigurationSource } from './threads/configuration-source.ts';
import type { Configuration } from './threads/counting-memory.ts';
import { openPrices, rereadPrices } from './configured-prices.ts';

export interface StartGatewayOptions {
  readonly configurations: ConfigurationSource;
  /** This thread's lane of the counting memory. */
  readonly lane: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How this thread shares the port with others; left out: it has the port for itself. */
  readonly sharing?: Pick<ListenOptions, 'reusePort' | 'fd'>;
  /** The LiteLLM behind the gateway; left out: there is none. */
  readonly fallback?: FallbackView;
  /** Where routes ask for the components of all threads; left out: this thread is the only one. */
  readonly desk?: (own: ThreadAcceleration) => AccelerationDesk;
  /** Requests in flight over all threads; left out: this thread is the only one. */
  readonly openRequests?: OpenRequests;
  readonly log: Logger;
  readonly drainTimeoutMs: number;
  readonly keepAliveTimeoutMs?: number;
  readonly tls?: TlsMaterial;
}

/** Where a thread tells how many requests it has in flight, and learns how many all have. */
export interface OpenRequests {
  report(count: number): void;
  total(): number;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets running requests end within the drain time, then cuts what is left. */
  stop(reason: string): Promise<void>;
}

export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const { configurations, log, host, openRequests } = options;
  const first = configurations.current();
  const pools = createPools(first.snapshot);
  const openExchanges = (): number => openRequests?.total() ?? server.openExchanges;
  const rollout = createRollout({ settings: rolloutSettings(first.snapshot), log });
  const fallback = options.fallback === undefined ? null : await linkFallback(options, options.fallback, rollout);
  const link = fallback?.link ?? null;
  const acceleration = new ThreadAcceleration(rollout, link === null ? null : () => link.report());
  const desk = options.desk?.(acceleration) ?? ownDesk(acceleration);
  const shared = { ...sharedParts(first.snapshot, log, pools, openExchanges), fallback: link, desk };
  const assembleFor = ({ snapshot, memory }: Configuration): Assembly =>
    assemble({ snapshot, memory, lane: options.lane, shared, listenHost: host });
  let assembly = assembleFor(first);
  pools.retain(assembly.origins);
  const server = createNodeServer({
    handler: (exchange) => assembly.dispatcher.handle(exchange),
    onMalformed: (request) => log.debug({ status: request.status, reason: request.message }, 'malformed request'),
    ...(fallback === null ? {} : { onUpgrade: (upgrade) => assembly.fallback?.upgrade(upgrade) }),
    ...(openRequests === undefined ? {} : { onOpenExchanges: (count) => openRequests.report(count) }),
    ...(options.keepAliveTimeoutMs === undefined ? {} : { keepAliveMs: options.keepAliveTimeoutMs }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const unsubscribe = configurations.subscribe((configuration) => {
    rereadPrices(shared.prices, configuration.snapshot, log);
    followSettings(rollout, configuration.snapshot, log);
    assembly = assembleFor(configuration);
    pools.retain(assembly.origins);
    shared.tokenizers.follow(configuration.snapshot, assembly.families);
  });
  const { port } = await server.listen({ ...options.sharing, port: options.port, host }).catch(async (error) => {
    unsubscribe();
    await Promise.all([pools.close(), fallback?.pools.close()]);
    throw error;
  });
  // After the start, which a thread must not delay.
  const start = setImmediate(() => shared.tokenizers.follow(configurations.current().snapshot, assembly.families));
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    stop: async (reason) => {
      clearImmediate(start);
      unsubscribe();
      log.info({ reason, open: server.openExchanges }, 'draining');
      const outcome = await server.drain(options.drainTimeoutMs);
      rollout.close();
      if (outcome === 'timed-out') log.warn('the drain time is over; requests that still ran were cut');
      await Promise.all([
        pools.close(),
        fallback?.pools.close(),
        shared.tokenizers.close(),
        shared.countingThread.close(),
        shared.strictLimits.close(),
      ]);
    },
  };
}

/**
 * uvicorn closes a connection that was idle for 5 s, which must not happen as a request goes out on it. undici's timers
 * may be a second late or more.
 */
const LITELLM_KEEP_ALIVE_MS = 2_000;

function rolloutSettings({ raw, environment }: ConfigSnapshot): RolloutSettings {
  return readAcceleration(raw, environment).rollout;
}

/** Settings that no component can follow change nothing. */
function followSettings(rollout: Rollout, snapshot: ConfigSnapshot, log: Logger): void {
  try {
    rollout.configure(rolloutSettings(snapshot));
  } catch (err) {
    log.error({ err }, 'The acceleration settings of the new configuration are refused; the old ones stay.');
  }
}

async function linkFallback(
  { configurations, log, host, tls }: StartGatewayOptions,
  { states, pseudonym }: FallbackView,
  rollout: Rollout,
): Promise<{ readonly link: FallbackLink; readonly pools: UpstreamPools }> {
  const { FallbackLink } = await import('./fallback/fallback-link.ts');
  const pools = createPools(configurations.current().snapshot, { keepAliveMs: LITELLM_KEEP_ALIVE_MS });
  const scheme = tls === undefined ? 'http' : 'https';
  const link = new FallbackLink({ states, pseudonym, upstream: pools, rollout, log, scheme, listenHost: host });
  return { pools, link };
}

function createPools(snapshot: ConfigSnapshot, options: Partial<TransportOptions> = {}): UpstreamPools {
  const now = (): number => performance.now();
  return new UpstreamPools({
    transportFor,
    transportOptions: { ...DEFAULT_TRANSPORT_OPTIONS, verifyTls: snapshot.litellm.sslVerify, ...options },
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
): Omit<SharedParts, 'fallback' | 'desk'> {
  return {
    log,
    upstream,
    prices: openPrices(snapshot, log),
    tokenizers: new GatewayTokenizers({ log }),
    countingThread: new CountingThread(),
    strictLimits: new StrictLimits(log),
    openExchanges,
  };
}
