/** What the fallback needs of the system; tests bring their own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createUndiciTransport } from '../../wire/undici-transport.ts';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { launchLitellm, type LaunchLitellm } from './litellm-process.ts';
import { litellmProbe, type Probe } from './probe-litellm.ts';

export interface FallbackTools {
  readonly probe: Probe;
  /** Resolves after the time, or when the signal comes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** Path of a program; null: there is none. */
  readonly findProgram: (name: string, environment: ReadonlyMap<string, string>) => string | null;
  readonly freePort: () => Promise<number>;
  readonly launch: LaunchLitellm;
}

export const SYSTEM_TOOLS: FallbackTools = {
  probe: litellmProbe(createUndiciTransport),
  pause: async (ms, signal) => await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  findProgram,
  freePort,
  launch: launchLitellm,
};
