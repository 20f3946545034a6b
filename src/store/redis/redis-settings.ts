/**
 * Where Redis is, from LiteLLM's settings and variables; null: nowhere, so that nothing of it is loaded.
 *
 * Order: `router_settings.redis_…`, `litellm_settings.cache_params` of a Redis cache, then the environment. Within one
 * source a URL wins over cluster nodes, those over sentinels, those over host and port (LiteLLM-compat).
 */
import { ConfigError } from '../../config/config-error.ts';
import { CLUSTER_MODES } from '../../config/router-settings/router-setting-rules.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisPlace =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'single'; readonly node: RedisNode }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] }
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      readonly serviceName: string;
      readonly sentinelPassword: string | null;
    };

export interface RedisSettings {
  readonly place: RedisPlace;
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Of a URL what its scheme says, whatever `REDIS_SSL` is. */
  readonly tls: boolean;
  /** False: any certificate will do (`REDIS_SSL_CERT_REQS=none`). */
  readonly verifiesCertificate: boolean;
  /** Before every key, with a colon; empty: none. */
  readonly namespace: string;
  /** An answer that takes longer counts as none. */
  readonly timeoutMs: number;
}

/** `strict` asks Redis about every call, `slices` (default) only when this process holds nothing. */
export type ClusterMode = (typeof CLUSTER_MODES)[number];

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const DEFAULT_TIMEOUT_MS = 100;

/** @throws ConfigError when a setting is there and cannot be read; never with its value */
export function readRedisSettings(
  snapshot: Pick<ConfigSnapshot, 'environment' | 'router' | 'litellm'>,
): RedisSettings | null {
  for (const source of sourcesOf(snapshot)) {
    const place = placeOf(source);
    if (place !== null) return settingsOf(source, place, snapshot.environment);
  }
  return null;
}

/** `router_settings.cluster_limits`. @throws ConfigError */
export function readClusterMode({ router }: Pick<ConfigSnapshot, 'router'>): ClusterMode {
  const value = router.raw['cluster_limits'] ?? null;
  const mode = value === null ? 'slices' : CLUSTER_MODES.find((each) => each === value);
  if (mode !== undefined) return mode;
  throw invalid('router_settings.cluster_limits', 'is neither "slices" nor "strict"', 'Write one of the two.');
}

interface Source {
  /** A setting by LiteLLM's name in lower case, such as `host`. */
  readonly get: (name: string) => JsonValue | undefined;
  /** How the user wrote it. */
  readonly named: (name: string) => string;
}

function sourcesOf({
  environment,
  router,
  litellm,
}: Pick<ConfigSnapshot, 'environment' | 'router' | 'litellm'>): readonly Source[] {
  const cache = litellm.raw['cache_params'];
  const ofCache: JsonObject = isJsonObject(cache) && (cache['type'] ?? 'redis') === 'redis' ? cache : {};
  const inCache = (name: string): string => (name === 'cluster_nodes' ? 'redis_startup_nodes' : name);
  return [
    { get: (name) => router.raw[`redis_${name}`], named: (name) => `router_settings.redis_${name}` },
    { get: (name) => ofCache[inCache(name)], named: (name) => `litellm_settings.cache_params.${inCache(name)}` },
    {
      get: (name) => environment.get(`REDIS_${name.toUpperCase()}`),
      named: (name) => `environment REDIS_${name.toUpperCase()}`,
    },
  ];
}

function placeOf(source: Source): RedisPlace | null {
  const url = textAt(source, 'url');
  if (url !== null) return { kind: 'url', url: checkedUrl(url, source) };
  const nodes = source.get('cluster_nodes');
  if (isThere(nodes)) return { kind: 'cluster', nodes: nodesOf(nodes, source.named('cluster_nodes'), DEFAULT_PORT) };
  const sentinels = source.get('sentinel_nodes');
  const serviceName = textAt(source, 'service_name');
  if (isThere(sentinels) && serviceName === null)
    throw invalid(source.named('service_name'), 'is missing', 'Name the service that the sentinels watch.');
  if (isThere(sentinels) && serviceName !== null) {
    const watchers = nodesOf(sentinels, source.named('sentinel_nodes'), DEFAULT_SENTINEL_PORT);
    return { kind: 'sentinel', nodes: watchers, serviceName, sentinelPassword: textAt(source, 'sentinel_password') };
  }
  const host = textAt(source, 'host');
  return host === null ? null : { kind: 'single', node: { host, port: numberAt(source, 'port') ?? DEFAULT_PORT } };
}

function settingsOf(source: Source, place: RedisPlace, environment: ReadonlyMap<string, string>): RedisSettings {
  const fromEnvironment = (name: string): string | null => environment.get(`REDIS_${name.toUpperCase()}`) || null;
  const ssl = source.get('ssl');
  return {
    place,
    username: textAt(source, 'username') ?? (place.kind === 'url' ? null : fromEnvironment('username')),
    password: textAt(source, 'password') ?? (place.kind === 'url' ? null : fromEnvironment('password')),
    database: numberAt(source, 'db') ?? 0,
    tls:
      place.kind === 'url'
        ? place.url.startsWith('rediss:')
        : ssl === true || /^(true|1|yes)$/i.test(typeof ssl === 'string' ? ssl : ''),
    verifiesCertificate: !/^(none|cert_none)$/i.test(textAt(source, 'ssl_cert_reqs') ?? ''),
    namespace: textAt(source, 'namespace') ?? fromEnvironment('namespace') ?? '',
    timeoutMs: timeoutOf(environment),
  };
}

function timeoutOf(environment: ReadonlyMap<string, string>): number {
  const text = environment.get('REDIS_SOCKET_TIMEOUT') ?? '';
  if (text === '') return DEFAULT_TIMEOUT_MS;
  const seconds = Number(text);
  if (!(seconds > 0 && seconds < Infinity))
    throw invalid('environment REDIS_SOCKET_TIMEOUT', 'is no time that can be used', 'Write seconds, such as 0.1.');
  return Math.ceil(seconds * 1000);
}

/** The client decodes the login and takes the path as a number; what it would refuse is refused here, with its name. */
function checkedUrl(url: string, source: Source): string {
  if (!isRedisUrl(url))
    throw invalid(
      source.named('url'),
      'is no Redis URL',
      'Write redis://user:password@host:port/0 (rediss:// with TLS), with %25 for a % in the password.',
    );
  return url;
}

function isRedisUrl(url: string): boolean {
  try {
    const { protocol, hostname, pathname, username, password } = new URL(url);
    for (const text of [username, password]) decodeURIComponent(text);
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname);
  } catch {
    return false;
  }
}

/** LiteLLM's forms: `[{"host": …, "port": …}]`, `[["host", port]]`, as JSON text or as a list. */
function nodesOf(value: JsonValue, key: string, defaultPort: number): readonly RedisNode[] {
  const remedy = 'Write a JSON list such as [{"host": "10.0.0.1", "port": 6379}].';
  const list = typeof value === 'string' ? parsed(value, key, remedy) : value;
  if (!isJsonArray(list) || list.length === 0) throw invalid(key, 'is no list of nodes', remedy);
  return list.map((node) => {
    const [host, port] = isJsonArray(node) ? node : isJsonObject(node) ? [node['host'], node['port']] : [];
    const number = port === undefined || port === null ? defaultPort : Number(port);
    if (typeof host !== 'string' || host === '' || !isPort(number))
      throw invalid(key, 'has a node without host or port', remedy);
    return { host, port: number };
  });
}

function parsed(text: string, key: string, remedy: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw invalid(key, 'is not JSON', remedy);
  }
}

function textAt(source: Source, name: string): string | null {
  const value = source.get(name);
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberAt(source: Source, name: string): number | null {
  const value = source.get(name);
  if (!isThere(value)) return null;
  const number = Number(value);
  if (!(name === 'port' ? isPort(number) : Number.isInteger(number) && number >= 0))
    throw invalid(source.named(name), 'is no number that can be used', 'Write a whole number.');
  return number;
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 65_536;
}

function isThere(value: JsonValue | undefined): value is NonNullable<JsonValue> {
  return value !== undefined && value !== null && value !== '';
}

function invalid(key: string, problem: string, remedy: string): ConfigError {
  return new ConfigError('invalid_value', { file: null, line: null, key }, problem, remedy);
}
