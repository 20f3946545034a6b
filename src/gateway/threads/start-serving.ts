/**
 * Starts serving with as many threads as asked for. One: the calling thread serves, and nothing of the threads is
 * loaded. More: the calling thread controls, and does not load the gateway.
 */
import type { FallbackChoice } from '../fallback/contract.ts';
import type { RunningGateway, StartGatewayOptions } from '../start-gateway.ts';
import { ClusterLink } from '../cluster/cluster-link.ts';
import { CountedConfigurations, type SnapshotSource } from './configuration-source.ts';

export interface ServingOptions extends Omit<ServingWith, 'fallback'> {
  /** The LiteLLM for what is not served natively; left out: there is none. */
  readonly fallback?: FallbackChoice;
}

/** The same with LiteLLM being watched. */
export interface ServingWith extends Pick<
  StartGatewayOptions,
  'host' | 'port' | 'log' | 'drainTimeoutMs' | 'keepAliveTimeoutMs' | 'tls' | 'fallback'
> {
  readonly snapshots: SnapshotSource;
  /** Threads that serve, 1 or more. */
  readonly workers: number;
  /** Takes the log records of other threads, each a line of JSON as pino writes it. */
  readonly writeRecord: (line: string) => void;
}

export interface ServingGateway extends RunningGateway {
  /** Threads that serve; fewer than asked for where threads cannot share a port. */
  readonly workers: number;
  /** Resolves once every thread serves this version of the configuration, or a later one. */
  inForce(version: number): Promise<void>;
}

/** Resolves once every thread listens. @throws what `startGateway` throws; FallbackError */
export async function startServing({ fallback: choice, ...options }: ServingOptions): Promise<ServingGateway> {
  if (choice === undefined) return await startThreadsFor(options);
  const { startFallback } = await import('../fallback/start-fallback.ts');
  const { running, pseudonym } = await startFallback(choice, options);
  try {
    const gateway = await startThreadsFor({ ...options, fallback: { states: running, pseudonym } });
    return {
      ...gateway,
      stop: async (reason) => {
        await gateway.stop(reason);
        await running.stop();
      },
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function startThreadsFor(options: ServingWith): Promise<ServingGateway> {
  if (options.workers > 1) {
    const { portSharing } = await import('./shared-port.ts');
    const sharing = await portSharing();
    if (sharing !== null) {
      const { startThreads } = await import('./control.ts');
      return await startThreads(options, sharing);
    }
    options.log.warn('Threads cannot share a port on this system, so one thread serves all requests.');
  }
  return await startAlone(options);
}

async function startAlone(options: ServingWith): Promise<ServingGateway> {
  const { startGateway } = await import('../start-gateway.ts');
  const configurations = new CountedConfigurations(options.snapshots, 1);
  const cluster = new ClusterLink(options.log);
  const unsubscribe = configurations.subscribe((configuration) => void cluster.follow(configuration));
  const leave = async (): Promise<void> => {
    unsubscribe();
    await cluster.stop();
  };
  try {
    await cluster.follow(configurations.current());
    const gateway = await startGateway({ ...options, configurations, lane: 0 });
    return {
      ...gateway,
      workers: 1,
      inForce: () => Promise.resolve(),
      stop: async (reason) => {
        await gateway.stop(reason);
        await leave();
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}
