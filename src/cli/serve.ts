/** `fast-litellm`: loads the configuration, starts the gateway, says where it is, and follows signals and file changes. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { FlagValues } from './flag-values.ts';
import { chooseAddress, startOnPort, type ListenAddress } from './listen-address.ts';
import { createLogger, LOG_LEVELS, parseLogLevel, type LogLevel } from './logger.ts';
import type { ConfigStore, Modules, ProcessPort, RunningGateway, StartGatewayOptions, TlsFiles } from './ports.ts';
import { createSecretScrubber, secretsOf, type SecretScrubber } from './secret-scrubber.ts';
import { handleSignals } from './signals.ts';
import { startDocument } from './start-document.ts';
import { startFields, startReport, type StartFacts } from './start-report.ts';
import { StartError, UsageError } from './usage-error.ts';

const DEFAULT_DRAIN_SECONDS = 30;

/** Resolves once the gateway listens; the process then lives by its sockets. @throws StartError, UsageError, a config error */
export async function serve(flags: FlagValues, port: ProcessPort): Promise<void> {
  const json = flags.values.get('json-logs') === true;
  const scrubber = createSecretScrubber();
  const log = createLogger({
    level: logLevel(flags),
    json,
    scrubber,
    sink: { write: (line) => (json ? port.out(line) : port.err(line)) },
  });
  for (const notice of flags.notices) log.warn(notice);

  const modules = await port.loadModules();
  const { store, providersNotNative } = await openConfig(flags, port, modules);
  scrubber.know(secretsOf(store.current()));
  if (flags.values.get('skip_server_startup') === true) {
    log.info('The configuration was read; the server is not started because of --skip_server_startup.');
    return;
  }
  const address = chooseAddress(text(flags, 'host'), integer(flags, 'port'), store.current().general.masterKey);
  const options = await gatewayOptions(flags, store, log);
  const gateway = await startOnPort(address, (asked) =>
    modules.startGateway({ ...options, host: address.host, port: asked }),
  );
  announce(port, log, json, {
    version: port.version,
    url: reachableUrl(gateway, address, options.tls !== undefined),
    snapshot: store.current(),
    readyAfterMs: port.uptimeMs(),
    restrictedToLoopback: address.restrictedToLoopback,
    movedToPort: address.port === 0 || gateway.port === address.port ? null : gateway.port,
    providersNotNative,
  });
  const running: Running = { flags, port, modules, store, scrubber, log, gateway };
  followChanges(running, options.drainTimeoutMs);
}

async function openConfig(
  flags: FlagValues,
  port: ProcessPort,
  modules: Modules,
): Promise<{ store: ConfigStore; providersNotNative: readonly string[] }> {
  const { document, notNative } = startDocument(flags, port.environment, () => modules.providers());
  const store = await modules.openConfig({ path: text(flags, 'config') ?? null, document });
  return { store, providersNotNative: notNative };
}

async function gatewayOptions(
  flags: FlagValues,
  store: ConfigStore,
  log: Logger,
): Promise<Omit<StartGatewayOptions, 'host' | 'port'>> {
  const tls = await readTlsFiles(flags);
  const keepAliveSeconds = integer(flags, 'keepalive_timeout');
  const drainSeconds = flags.values.get('drain-timeout') ?? DEFAULT_DRAIN_SECONDS;
  if (typeof drainSeconds !== 'number' || drainSeconds < 0) {
    throw new UsageError('The option --drain-timeout needs a number of seconds, 0 or more.');
  }
  return {
    snapshotSource: store,
    log,
    drainTimeoutMs: drainSeconds * 1000,
    ...(keepAliveSeconds === undefined ? {} : { keepAliveTimeoutMs: keepAliveSeconds * 1000 }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function announce(port: ProcessPort, log: Logger, json: boolean, facts: StartFacts): void {
  if (json) log.info(startFields(facts), 'listening');
  else port.out(startReport(facts));
}

/** Everything that lives as long as the gateway. */
interface Running {
  readonly flags: FlagValues;
  readonly port: ProcessPort;
  readonly modules: Modules;
  readonly store: ConfigStore;
  readonly scrubber: SecretScrubber;
  readonly log: Logger;
  readonly gateway: RunningGateway;
}

function followChanges(running: Running, drainTimeoutMs: number): void {
  const { flags, port, modules, store, scrubber, log, gateway } = running;
  store.subscribe((snapshot) => scrubber.know(secretsOf(snapshot)));
  const reload = (): void => {
    store.reload().then(
      (snapshot) => log.info(`The configuration was loaded again (version ${snapshot.version}).`),
      (error: unknown) => log.error(`The new configuration is refused; the old one stays. ${messageOf(error)}`),
    );
  };
  const path = text(flags, 'config');
  const wantsWatch = flags.values.get('watch') === true || flags.values.get('reload') === true;
  if (wantsWatch && path === undefined) log.warn('--watch has no effect: there is no config file to watch.');
  const stopWatching = wantsWatch && path !== undefined ? modules.watchFile(path, reload) : null;
  handleSignals(port.signals, {
    reload,
    drainTimeoutMs,
    exit: (code) => port.exit(code),
    onStopError: (error) => log.error(`The shutdown failed. ${messageOf(error)}`),
    async stop(signal) {
      stopWatching?.();
      log.info(`${signal}: no new requests; running ones have ${drainTimeoutMs / 1000} s.`);
      await gateway.stop(signal);
    },
  });
}

function logLevel(flags: FlagValues): LogLevel {
  const named = flags.values.get('log-level');
  if (flags.given.has('log-level') && typeof named === 'string') {
    const level = parseLogLevel(named);
    if (level === undefined) {
      throw new UsageError(`The option --log-level needs one of ${LOG_LEVELS.join(', ')}, not "${named}".`);
    }
    return level;
  }
  if (flags.values.get('detailed_debug') === true) return 'trace';
  if (flags.values.get('debug') === true) return 'debug';
  return (typeof named === 'string' ? parseLogLevel(named) : undefined) ?? 'info';
}

async function readTlsFiles(flags: FlagValues): Promise<TlsFiles | undefined> {
  const keyPath = text(flags, 'ssl_keyfile_path');
  const certPath = text(flags, 'ssl_certfile_path');
  if (keyPath === undefined && certPath === undefined) return undefined;
  if (keyPath === undefined || certPath === undefined) {
    throw new UsageError('TLS needs both --ssl_keyfile_path and --ssl_certfile_path.');
  }
  const [key, cert] = await Promise.all([
    readNamed(keyPath, '--ssl_keyfile_path'),
    readNamed(certPath, '--ssl_certfile_path'),
  ]);
  const ciphers = text(flags, 'ciphers');
  return { key, cert, ...(ciphers === undefined ? {} : { ciphers }) };
}

async function readNamed(path: string, flag: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new StartError(`The file of ${flag} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** An address to type: a wildcard address is reached over the loopback one. */
function reachableUrl(gateway: RunningGateway, address: ListenAddress, tls: boolean): string {
  const wildcard = address.host === '0.0.0.0' || address.host === '::';
  const host = wildcard ? '127.0.0.1' : address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${tls ? 'https' : 'http'}://${host}:${gateway.port}`;
}

function text(flags: FlagValues, name: string): string | undefined {
  const value = flags.values.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function integer(flags: FlagValues, name: string): number | undefined {
  const value = flags.values.get(name);
  return typeof value === 'number' ? value : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
