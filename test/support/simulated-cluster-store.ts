/**
 * The cluster store in plain words and in memory: what the Redis scripts are compared with, and what simulations use.
 * Only windows and beats; one object is what all processes share.
 */
import type { SliceGrant } from '../../src/rate-limit/slices/contract.ts';
import type {
  Beat,
  BeatAnswer,
  ClusterStore,
  ReportingProcess,
  SliceReport,
  UsageAnswer,
} from '../../src/store/contract.ts';

interface Part {
  used: number;
  /** Used and kept. */
  held: number;
}

interface Window {
  readonly start: number;
  readonly parts: Map<string, Part>;
}

export interface SimulatedStoreOptions {
  readonly now: () => number;
  readonly windowMs: number;
  /** Told of the end of each window that began. */
  readonly onWindow?: (startMs: number) => void;
}

const SILENT_MS = 5000;

export class SimulatedClusterStore implements ClusterStore {
  readonly #options: SimulatedStoreOptions;
  readonly #windows = new Map<string, Window>();
  readonly #processes = new Map<string, number>();

  constructor(options: SimulatedStoreOptions) {
    this.#options = options;
  }

  /** Used and held of a limit by all. */
  held(key: string): number {
    return [...(this.#windows.get(key)?.parts.values() ?? [])].reduce((sum, { held }) => sum + held, 0);
  }

  exchangeSlices(process: ReportingProcess, reports: readonly SliceReport[]): Promise<readonly SliceGrant[]> {
    return Promise.resolve(reports.map((report) => this.#exchange(process, report)));
  }

  beat({ process }: Beat): Promise<BeatAnswer> {
    const now = this.#options.now();
    this.#processes.set(process, now);
    for (const [id, at] of this.#processes) if (at <= now - SILENT_MS) this.#processes.delete(id);
    return Promise.resolve({ processes: this.#processes.size, epoch: 'one', cooldownVersion: 0, cooldowns: null });
  }

  exchangeUsage(): Promise<UsageAnswer> {
    return Promise.resolve({ minute: 0, totals: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #exchange({ id, processes }: ReportingProcess, report: SliceReport): SliceGrant {
    const { key, limit, window, pending, smallest, ahead } = report;
    const { now, windowMs } = this.#options;
    const second = Math.floor(now() / 1000);
    const length = windowMs / 1000;
    const isOver = window > 0 && second - window >= length;
    const [used, kept] = isOver ? [0, 0] : [report.used, report.kept];
    const open = this.#windowOf(key, second, length) ?? this.#begin(report, { used, kept, isOver, second, length });
    if (open === null) return { window: 0, leftMs: 0, used: 0, granted: 0, free: 0, possible: 0 };
    const before = open.parts.get(id);
    const counted = used + (before !== undefined && window !== open.start ? before.held : 0);
    const part: Part = { used: counted, held: counted + kept };
    open.parts.set(id, part);
    const free = Math.max(0, limit - this.held(key));
    let granted = smallest <= free ? Math.min(pending, free) : 0;
    if (granted === pending) granted += Math.min(ahead, Math.floor((free - granted) / (2 * processes)));
    part.held += granted;
    const usedByAll = [...open.parts.values()].reduce((sum, one) => sum + one.used, 0);
    return {
      window: open.start,
      leftMs: (open.start + length) * 1000 - now(),
      used: counted,
      granted,
      free: Math.max(0, limit - this.held(key)),
      possible: limit - usedByAll,
    };
  }

  #windowOf(key: string, second: number, length: number): Window | null {
    const known = this.#windows.get(key) ?? null;
    if (known === null || second - known.start < length) return known;
    this.#windows.delete(key);
    return null;
  }

  #begin({ key, window, leftMs, pending }: SliceReport, facts: BeginFacts): Window | null {
    const { used, kept, isOver, second, length } = facts;
    if (used === 0 && kept === 0 && pending === 0) return null;
    let start = second;
    if (window > 0 && !isOver) start = window;
    else if (used > 0) start = Math.min(second, Math.floor((this.#options.now() + leftMs) / 1000) - length);
    const begun: Window = { start, parts: new Map() };
    this.#windows.set(key, begun);
    this.#options.onWindow?.(start * 1000);
    return begun;
  }
}

interface BeginFacts {
  readonly used: number;
  readonly kept: number;
  readonly isOver: boolean;
  readonly second: number;
  readonly length: number;
}
