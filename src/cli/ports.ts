/**
 * What the commands need from the rest of the program and from the process, so that each is tested without a server,
 * a file or a signal. run-process.ts puts the real ones in.
 */
import type { Logger } from 'pino';
import type { ConfigSnapshot, JsonObject } from '../config/snapshot.ts';

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** Path of the file; null: `document` alone. */
  readonly path: string | null;
  /** A whole document when there is no file; laid over the file's when there is one. */
  readonly document: JsonObject;
}

/** The running configuration: what a request reads, and how it is replaced. */
export interface ConfigStore {
  current(): ConfigSnapshot;
  /** Validates first and swaps atomically. @throws with one line when the new configuration is refused; the old one stays */
  reload(): Promise<ConfigSnapshot>;
  /** Calls after each accepted reload. @returns stops listening */
  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void;
}

export interface TlsFiles {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ciphers?: string;
}

export interface StartGatewayOptions {
  readonly snapshotSource: ConfigStore;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: Logger;
  readonly drainTimeoutMs: number;
  readonly keepAliveTimeoutMs?: number;
  readonly tls?: TlsFiles;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets running requests end for the drain time, then cuts them. */
  stop(reason: string): Promise<void>;
}

export interface ProviderKeys {
  readonly name: string;
  /** Variables that hold the provider's key, first one wins. */
  readonly keyVariables: readonly string[];
  /** Served natively. */
  readonly native: boolean;
}

/** The gateway's modules; loaded only by the commands that need them. */
export interface Modules {
  openConfig(origin: ConfigOrigin): Promise<ConfigStore>;
  startGateway(options: StartGatewayOptions): Promise<RunningGateway>;
  providers(): Iterable<ProviderKeys>;
  /** Changes of the file; @returns stops watching */
  watchFile(path: string, onChange: () => void): () => void;
}

export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** The process as the commands see it. */
export interface ProcessPort {
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  out(text: string): void;
  err(text: string): void;
  readonly signals: SignalSource;
  exit(code: number): void;
  /** Milliseconds since the process began. */
  uptimeMs(): number;
  loadModules(): Promise<Modules>;
}
