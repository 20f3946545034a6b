/**
 * Where a thread of the gateway gets its configuration from: `CountedConfigurations` where the configuration is loaded,
 * `ReceivedConfigurations` in a worker, which is told by the control thread.
 */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { limitMemoryFor } from '../limits/limit-memory.ts';
import {
  allocateCountingMemory,
  carryCountingMemory,
  type Configuration,
  type CountingMemory,
} from './counting-memory.ts';

/** The loaded configuration and its replacement. */
export interface SnapshotSource {
  current(): ConfigSnapshot;
  /** @returns stops listening */
  subscribe(listener: (snapshot: ConfigSnapshot) => void): () => void;
}

/** The running configuration, as a thread that serves needs it. */
export interface ConfigurationSource {
  current(): Configuration;
  /** @returns stops listening */
  subscribe(listener: (configuration: Configuration) => void): () => void;
}

/** Memory of the limits of a configuration; `previous` is null for the first one. */
export type LimitAllocator = (snapshot: ConfigSnapshot, previous: Configuration | null) => CountingMemory['limits'];

const keptLimits: LimitAllocator = (snapshot, previous) => limitMemoryFor(snapshot, previous?.memory.limits ?? null);

/** Gives each configuration that is loaded the memory to count in, with what was counted before. */
export class CountedConfigurations implements ConfigurationSource {
  readonly #snapshots: SnapshotSource;
  readonly #allocateLimits: LimitAllocator;
  #last: Configuration;

  /** @param lanes threads that count */
  constructor(snapshots: SnapshotSource, lanes: number, allocateLimits: LimitAllocator = keptLimits) {
    this.#snapshots = snapshots;
    this.#allocateLimits = allocateLimits;
    const snapshot = snapshots.current();
    this.#last = { snapshot, memory: allocateCountingMemory(snapshot, lanes, allocateLimits(snapshot, null)) };
  }

  current(): Configuration {
    const snapshot = this.#snapshots.current();
    if (snapshot !== this.#last.snapshot) {
      const limits = this.#allocateLimits(snapshot, this.#last);
      this.#last = { snapshot, memory: carryCountingMemory(this.#last, snapshot, limits) };
    }
    return this.#last;
  }

  subscribe(listener: (configuration: Configuration) => void): () => void {
    return this.#snapshots.subscribe(() => listener(this.current()));
  }
}

/** Configurations that come from another thread, the first of them with the start. */
export class ReceivedConfigurations implements ConfigurationSource {
  readonly #listeners = new Set<(configuration: Configuration) => void>();
  #current: Configuration;

  constructor(first: Configuration) {
    this.#current = first;
  }

  current(): Configuration {
    return this.#current;
  }

  subscribe(listener: (configuration: Configuration) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws what a listener throws */
  receive(configuration: Configuration): void {
    this.#current = configuration;
    for (const listener of this.#listeners) listener(configuration);
  }
}
