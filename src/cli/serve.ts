/** `fast-litellm`: loads the configuration, starts the gateway, says where it is, and follows signals and file changes. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { fallbackChoice } from './fallback-choice.ts';
import type { FlagValues } from './flag-values.ts';
import { chooseAddress, refuseOpening, startOnPort, type ListenAddress } from './listen-address.ts';
import {
  createLogger,
  createRecordWriter,
  LOG_LEVELS,
  parseLogLevel,
  type LogLevel,
  type RecordOutput,
} from './logger.ts';
import type { ServingGateway, ServingOptions } from '../gateway/threads/start-serving.ts';
import type { Modules, ProcessPort, RunningConfig } from './ports.ts';
import { documentOfFlags, numberFlag, textFlag } from './quick-start-flags.ts';
import { createSecretScrubber, secretsOf } from './secret-scrubber.ts';
import { handleSignals } from './signals.ts';
import { startFields, startReport, type StartFacts } from './start-report.ts';
import { StartError, UsageError } from './usage-error.ts';

const DEFAULT_DRAIN_SECONDS = 30;

/** Resolves once the gateway listens; the process then lives by its sockets. @throws StartError, UsageError, a config error */
export async function serve(flags: FlagValues, port: ProcessPort): Promise<void> {
  const json = flags.values.get('json-logs') === true;
  const scrubber = createSecretScrubber();
  const output: RecordOutput = { json, scrubber, sink: { write: (line) => (json ? port.out(line) : port.err(line)) } };
  const log = createLogger({ ...output, level: logLevel(flags) });
  for (const notice of flags.notices) log.warn(notice);

  const modules = await port.loadModules();
  const { store, providersNotNative } = openConfig(flags, port, modules);
  scrubber.know(secretsOf(store.current()));
  // Before anybody else hears of a new configuration, and may log something of it.
  store.subscribe((snapshot) => scrubber.know(secretsOf(snapshot)));
  logWarnings(store.current(), log);
  if (flags.values.get('skip_server_startup') === true) {
    log.info('The configuration was read; the server is not started because of --skip_server_startup.');
    return;
  }
  const address = chooseAddress(textFlag(flags, 'host'), numberFlag(flags, 'port'), store.current().general.masterKey);
  // Who starts in the open has chosen so; a running gateway is not opened by a line that went missing.
  if (store.current().general.masterKey !== null) {
    store.guard(({ general }) => refuseOpening(address, general.masterKey));
  }
  const options = { ...(await servingOptions(flags)), ...optionalFallback(flags) };
  const gateway = await startOnPort(address, (asked) =>
    modules.startServing({
      ...options,
      snapshots: store,
      log,
      writeRecord: createRecordWriter(output),
      host: address.host,
      port: asked,
    }),
  );
  announce(port, log, json, {
    version: port.version,
    url: reachableUrl(gateway, address, options.tls !== undefined),
    snapshot: store.current(),
    workers: gateway.workers,
    readyAfterMs: port.uptimeMs(),
    restrictedToLoopback: address.restrictedToLoopback,
    movedToPort: address.port === 0 || gateway.port === address.port ? null : gateway.port,
    fallback: options.fallback ?? null,
    providersNotNative,
  });
  const running: Running = { flags, port, store, log, gateway };
  followChanges(running, options.drainTimeoutMs);
}

function optionalFallback(flags: FlagValues): Pick<ServingOptions, 'fallback'> {
  const fallback = fallbackChoice(flags);
  return fallback === null ? {} : { fallback };
}

function openConfig(
  flags: FlagValues,
  port: ProcessPort,
  modules: Modules,
): { store: RunningConfig; providersNotNative: readonly string[] } {
  const { document, notNative } = documentOfFlags(flags, port.environment, () => modules.providerKeys());
  const store = modules.openConfig({ path: textFlag(flags, 'config') ?? null, document });
  return { store, providersNotNative: notNative };
}

async function servingOptions(
  flags: FlagValues,
): Promise<Pick<ServingOptions, 'workers' | 'drainTimeoutMs' | 'keepAliveTimeoutMs' | 'tls'>> {
  const tls = await readTlsFiles(flags);
  const keepAliveSeconds = numberFlag(flags, 'keepalive_timeout');
  const drainSeconds = flags.values.get('drain-timeout') ?? DEFAULT_DRAIN_SECONDS;
  if (typeof drainSeconds !== 'number' || drainSeconds < 0) {
    throw new UsageError('The option --drain-timeout needs a number of seconds, 0 or more.');
  }
  return {
    workers:
      flags.values.get('num_workers') === 'auto' ? availableParallelism() : (numberFlag(flags, 'num_workers') ?? 1),
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
  readonly store: RunningConfig;
  readonly log: Logger;
  readonly gateway: ServingGateway;
}

function followChanges(running: Running, drainTimeoutMs: number): void {
  const { flags, port, store, log, gateway } = running;
  const refused = (error: unknown): void => {
    log.error(`The new configuration is refused; the old one stays. ${messageOf(error)}`);
  };
  store.subscribe((snapshot) => {
    logWarnings(snapshot, log);
    void gateway.inForce(snapshot.version).then(() => {
      log.info(`The configuration was loaded again (version ${snapshot.version}).`);
    });
  });
  const stopWatching = wantsWatch(flags) ? store.watch({ onRefused: refused }) : null;
  handleSignals(port.signals, {
    reload: () => void store.reload().catch(refused),
    drainTimeoutMs,
    exit: (code) => port.exit(code),
    onStopError: (error) => log.error(`The shutdown failed. ${messageOf(error)}`),
    async stop(signal) {
      stopWatching?.();
      await gateway.stop(signal);
    },
  });
}

function logWarnings(snapshot: ConfigSnapshot, log: Logger): void {
  for (const { kind, key, note } of snapshot.findings) if (kind === 'warning') log.warn(`${key}: ${note}`);
}

function wantsWatch(flags: FlagValues): boolean {
  return flags.values.get('watch') === true || flags.values.get('reload') === true;
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

async function readTlsFiles(flags: FlagValues): Promise<ServingOptions['tls']> {
  const keyPath = textFlag(flags, 'ssl_keyfile_path');
  const certPath = textFlag(flags, 'ssl_certfile_path');
  if (keyPath === undefined && certPath === undefined) return undefined;
  if (keyPath === undefined || certPath === undefined) {
    throw new UsageError('TLS needs both --ssl_keyfile_path and --ssl_certfile_path.');
  }
  const [key, cert] = await Promise.all([
    readNamed(keyPath, '--ssl_keyfile_path'),
    readNamed(certPath, '--ssl_certfile_path'),
  ]);
  const ciphers = textFlag(flags, 'ciphers');
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
function reachableUrl(gateway: ServingGateway, address: ListenAddress, tls: boolean): string {
  const wildcard = address.host === '0.0.0.0' || address.host === '::';
  const host = wildcard ? '127.0.0.1' : address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${tls ? 'https' : 'http'}://${host}:${gateway.port}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
