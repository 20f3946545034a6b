/** What the fallback needs of the system; tests bring their own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createUndiciTransport } from '../../wire/undici-transport.ts';
import { litellmProbe, type Probe } from './probe-litellm.ts';

export interface FallbackTools {
  readonly probe: Probe;
  /** Resolves after the time, or when the signal comes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
}

export const SYSTEM_TOOLS: FallbackTools = {
  probe: litellmProbe(createUndiciTransport),
  pause: async (ms, signal) => await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
