/**
 * A connection to Redis or Valkey: one server, a cluster, or what sentinels name as the master. The only file that loads
 * the client, and only when it is called.
 *
 * Promises: connecting goes on in the background for ever (50 ms to 5 s between attempts, doubled, with jitter); while
 * there is no connection calls fail at once, nothing is queued; a server that is silent for 5 s is given up.
 * No text that leaves here holds a password.
 */
import type { RedisNode, RedisSettings } from './redis-settings.ts';

export interface RedisConnection {
  /** Keys of one script must lie in one slot. */
  readonly isClustered: boolean;
  /** Runs a script by its hash, and sends its text where the server does not know it (any more). */
  run(script: RedisScript, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export interface ConnectOptions {
  readonly settings: RedisSettings;
  /** Told what went wrong, without secrets. */
  readonly onError: (reason: string) => void;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5000;
const SILENT_MS = 5000;
/** A start does not wait longer for a server that is not there. */
const FIRST_ATTEMPT_MS = 2000;
/** Calls that wait for an answer; reports are batches, so that this is far more than ever needed. */
const MOST_WAITING = 10_000;

interface ScriptClient {
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

/** Resolves when the first attempt to connect has ended, well or not, or takes too long; attempts go on after that. */
export async function connectRedis({ settings, onError, random }: ConnectOptions): Promise<RedisConnection> {
  const client = await makeClient(settings, random);
  const mask = masker(settings);
  const sent = new Set<string>();
  client.on('error', (error) => onError(mask(reasonOf(error))));
  const firstAttempt = Promise.withResolvers<void>();
  client.on('error', () => firstAttempt.resolve());
  void connectForEver(client, random, (error) => {
    onError(mask(reasonOf(error)));
    firstAttempt.resolve();
  }).then(firstAttempt.resolve);
  const patience = setTimeout(firstAttempt.resolve, FIRST_ATTEMPT_MS);
  await firstAttempt.promise;
  clearTimeout(patience);
  return {
    isClustered: settings.place.kind === 'cluster',
    run: async (script, keys, values) => {
      const options = { keys: [...keys], arguments: [...values] };
      // The first time with its text, so that calls that follow one another are run in that order.
      const isKnown = sent.has(script.sha);
      sent.add(script.sha);
      try {
        if (isKnown) return await client.evalSha(script.sha, options);
      } catch (error) {
        if (!reasonOf(error).startsWith('NOSCRIPT')) throw new Error(mask(reasonOf(error)));
      }
      try {
        return await client.eval(script.text, options);
      } catch (error) {
        throw new Error(mask(reasonOf(error)));
      }
    },
    close: async () => {
      await stop(client);
    },
  };
}

async function makeClient(settings: RedisSettings, random: () => number): Promise<ScriptClient> {
  // The package's own types differ per kind of client in ways that do not matter here.
  const { createClient, createCluster, createSentinel } = await import('@redis/client');
  const { place } = settings;
  const common = commonOptions(settings, random);
  switch (place.kind) {
    case 'url':
      return createClient({ ...common, url: place.url, socket: urlSocket(settings, common.socket) });
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

function commonOptions({ username, password, tls, verifiesCertificate }: RedisSettings, random: () => number) {
  return {
    RESP: 2 as const,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    socket: {
      connectTimeout: SILENT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries: number) => retryMs(retries, random),
      ...(tls ? { tls: true as const, rejectUnauthorized: verifiesCertificate } : {}),
    },
  };
}

/** TLS is what the URL's scheme says. */
function urlSocket({ place, verifiesCertificate }: RedisSettings, socket: ReturnType<typeof commonOptions>['socket']) {
  const isTls = place.kind === 'url' && place.url.startsWith('rediss:');
  return isTls ? { ...socket, tls: true as const, rejectUnauthorized: verifiesCertificate } : socket;
}

function nodeUrl({ host, port }: RedisNode, { tls }: RedisSettings): string {
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function retryMs(retries: number, random: () => number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries, 10));
  return Math.ceil(longest * (0.5 + random() / 2));
}

const stopped = new WeakSet<ScriptClient>();

/** A refused login or a missing cluster ends the first attempt for good; this one begins it again. */
async function connectForEver(
  client: ScriptClient,
  random: () => number,
  onError: (error: unknown) => void,
): Promise<void> {
  for (let retries = 0; !stopped.has(client); retries++) {
    try {
      await client.connect();
      return;
    } catch (error) {
      if (stopped.has(client)) return;
      onError(error);
      await new Promise((resolve) => setTimeout(resolve, retryMs(retries, random)).unref());
    }
  }
}

async function stop(client: ScriptClient): Promise<void> {
  stopped.add(client);
  try {
    await client.destroy();
  } catch {
    // It was not connected.
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : error.message;
}

/** Takes passwords out of a text, and whatever looks like the login of a URL. */
export function masker({ place, password }: RedisSettings): (text: string) => string {
  const secrets = new Set<string>();
  const add = (secret: string | null | undefined): void => {
    if (secret !== null && secret !== undefined && secret !== '') secrets.add(secret);
  };
  add(password);
  if (place.kind === 'sentinel') add(place.sentinelPassword);
  if (place.kind === 'url') {
    const { password: encoded } = new URL(place.url);
    add(encoded);
    add(decodeURIComponent(encoded));
  }
  return (text) => {
    let masked = text.replaceAll(/(rediss?:\/\/)[^@\s/]*@/g, '$1***@');
    for (const secret of secrets) masked = masked.replaceAll(secret, '***');
    return masked;
  };
}
