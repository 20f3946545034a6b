/**
 * The client for one server, a cluster, or what sentinels name as the master. The only file that loads the package, and
 * only when it is called: 0 bytes of it are loaded where no Redis is configured.
 *
 * A server that is silent for 5 s is given up. Sentinels queue calls for up to 16 s until a master is found (`isReady`);
 * the others refuse them.
 */
import type { RedisNode, RedisSettings } from './redis-settings.ts';

/** What single servers, clusters and sentinels have in common, as far as it is used. */
export interface ScriptClient {
  /** A cluster does not tell. */
  readonly isReady?: boolean;
  evalSha(sha: string, options: ScriptArguments): Promise<unknown>;
  eval(text: string, options: ScriptArguments): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): unknown;
}

interface ScriptArguments {
  readonly keys: string[];
  readonly arguments: string[];
}

const SILENT_MS = 5000;
/** Calls that wait for an answer; reports are batches, so that this is far more than ever needed. */
const MOST_WAITING = 10_000;

/**
 * Loads the client and makes one that does not connect yet.
 * @param retryMs milliseconds until the next attempt to connect, told how many failed
 * @throws what the client says about its options, or that it cannot be loaded
 */
export async function makeRedisClient(
  settings: RedisSettings,
  retryMs: (retries: number) => number,
): Promise<ScriptClient> {
  // The package's own types differ per kind of client in ways that do not matter here.
  const { createClient, createCluster, createSentinel } = await import('@redis/client');
  const { place } = settings;
  const common = commonOptions(settings, retryMs);
  switch (place.kind) {
    case 'url':
      return createClient({ ...common, url: place.url });
    case 'single':
      return createClient({ ...common, socket: { ...common.socket, ...place.node }, database: settings.database });
    case 'cluster':
      return createCluster({
        rootNodes: place.nodes.map((node) => ({ url: nodeUrl(node, settings) })),
        defaults: common,
        RESP: 2,
      });
    case 'sentinel': {
      const { sentinelPassword, nodes, serviceName } = place;
      const { password: _password, username: _username, ...anonymous } = common;
      return createSentinel({
        name: serviceName,
        sentinelRootNodes: nodes.map(({ host, port }) => ({ host, port })),
        nodeClientOptions: { ...common, database: settings.database },
        sentinelClientOptions: { ...anonymous, ...(sentinelPassword === null ? {} : { password: sentinelPassword }) },
        RESP: 2,
      });
    }
  }
}

function commonOptions(
  { username, password, tls, verifiesCertificate }: RedisSettings,
  reconnectStrategy: (retries: number) => number,
) {
  return {
    RESP: 2 as const,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    socket: {
      connectTimeout: SILENT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy,
      ...(tls ? { tls: true as const, rejectUnauthorized: verifiesCertificate } : {}),
    },
  };
}

function nodeUrl({ host, port }: RedisNode, { tls }: RedisSettings): string {
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
