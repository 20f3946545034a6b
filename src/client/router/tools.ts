/** What a router takes from its surroundings; replaced in tests. */
import { type Environment, readEnvironment } from '../../config/environment.ts';
import type { TransportFactory } from '../../wire/contract.ts';

export interface RouterTools {
  readonly environment: Environment;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** null: undici, loaded at the first call. */
  readonly transportFor: TransportFactory | null;
}

export function processTools(): RouterTools {
  return {
    environment: readEnvironment(),
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    random: () => Math.random(),
    transportFor: null,
  };
}
