/**
 * What the commands need from the rest of the program and from the process, so that each is tested without a server,
 * a file or a signal. run-process.ts and modules.ts put the real ones in.
 */
import type { CatalogueKeys } from '../config/quick-start.ts';
import type { CheckReport } from '../config/check.ts';
import type { ConfigSnapshot, JsonObject } from '../config/snapshot.ts';
import type { SnapshotSource } from '../gateway/threads/configuration-source.ts';
import type { ServingGateway, ServingOptions } from '../gateway/threads/start-serving.ts';

/** Where the configuration comes from. */
interface ConfigOrigin {
  /** Path of the file; null: `document` alone. */
  readonly path: string | null;
  /** Laid over the file's. */
  readonly document: JsonObject;
}

/** The running configuration and its replacement. */
export interface RunningConfig extends SnapshotSource {
  /** Validates first, swaps last. Rejects with one line when the new configuration is refused; the old one stays. */
  reload(): Promise<ConfigSnapshot>;
  /** Asked before each swap; what it throws refuses the new configuration. */
  guard(guard: (snapshot: ConfigSnapshot) => void): void;
  /** Reloads whenever the file or what it includes changes. @returns stops watching */
  watch(options: { onRefused(error: unknown): void }): () => void;
}

/** The gateway's folders; loaded only by the commands that need them. */
export interface Modules {
  /** @throws ConfigError */
  openConfig(origin: ConfigOrigin): RunningConfig;
  /** @param withFallback a LiteLLM is to stand behind the gateway */
  checkConfig(path: string, withFallback: boolean): CheckReport;
  startServing(options: ServingOptions): Promise<ServingGateway>;
  /** Providers and the variables that hold their keys. */
  providerKeys(): Iterable<CatalogueKeys>;
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
