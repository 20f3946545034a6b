/**
 * The running configuration: the snapshot that new requests read, and its replacement. A reload loads and validates
 * first and swaps last; a refused file changes nothing. Requests in flight keep the snapshot they hold.
 */
import { loadConfigWithFiles, type LoadOptions } from './load.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import { watchFiles } from './watch-files.ts';

export type SnapshotListener = (snapshot: ConfigSnapshot) => void;

export interface WatchOptions {
  /** Called when a changed file was refused, with the error; the old configuration stays. */
  readonly onRefused: (error: unknown) => void;
  /** Quiet time after a change, default 100 ms. */
  readonly debounceMs?: number;
}

export class ConfigStore {
  readonly #options: LoadOptions;
  readonly #listeners = new Set<SnapshotListener>();
  readonly #guards: SnapshotListener[] = [];
  #snapshot: ConfigSnapshot;
  #files: readonly string[];

  private constructor(options: LoadOptions) {
    this.#options = options;
    const { snapshot, files } = loadConfigWithFiles(options);
    this.#snapshot = snapshot;
    this.#files = files;
  }

  /** @throws ConfigError */
  static open(options: LoadOptions): ConfigStore {
    return new ConfigStore(options);
  }

  current(): ConfigSnapshot {
    return this.#snapshot;
  }

  /** Absolute paths of the file and what it includes; empty without a file. */
  files(): readonly string[] {
    return this.#files;
  }

  /**
   * Validates, then swaps, then tells the listeners.
   * @throws ConfigError, or what a guard throws, when the new configuration is refused; the old one stays
   */
  async reload(): Promise<ConfigSnapshot> {
    const { snapshot, files } = loadConfigWithFiles({ ...this.#options, version: this.#snapshot.version + 1 });
    for (const guard of this.#guards) guard(snapshot);
    this.#snapshot = snapshot;
    this.#files = files;
    for (const listener of this.#listeners) listener(snapshot);
    return snapshot;
  }

  /** Asked before each swap; what it throws refuses the new configuration. */
  guard(guard: SnapshotListener): void {
    this.#guards.push(guard);
  }

  /** Calls after each accepted reload. @returns stops listening */
  subscribe(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reloads whenever a file of the configuration changes. @returns stops watching */
  watch({ onRefused, debounceMs }: WatchOptions): () => void {
    const onChange = (): void => void this.reload().catch(onRefused);
    return watchFiles({ files: () => this.#files, onChange, ...(debounceMs === undefined ? {} : { debounceMs }) });
  }
}
