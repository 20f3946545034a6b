/** The counters of a limiter whose limits several processes share; made anew or attached to another thread's. */
import type { TableKey } from '../../primitives/table-key.ts';
import { ConcurrencyLeases } from '../concurrency-leases.ts';
import type { Counters, LimiterState, LimitType } from '../contract.ts';
import { namedUnder, sharedUnder } from '../named-buffers.ts';
import { SliceCounter } from './slice-counter.ts';
import { SliceLeases } from './slice-leases.ts';
import { SLICE_KINDS, SliceSignals, type SliceKind } from './slice-signals.ts';
import { SliceTable } from './slice-table.ts';

export interface SliceSetOptions {
  /** Secret of the hashes, the same in all processes: keys are known to the cluster by their hash. */
  readonly seed: number;
  /** Default 60,000; whole seconds. */
  readonly windowMs?: number;
  /** Scopes at the same time; default 131,072. */
  readonly capacity?: number;
  /** Requests in flight at the same time that have a limit; default 65,536. */
  readonly leases?: number;
  /** A slot that nobody gives back inside a process is free after this; default an hour. */
  readonly leaseMs?: number;
  /** Of this thread, so that its slots are given back at once when it dies; default 0. */
  readonly lane?: number;
  readonly shared?: LimiterState;
  /** Instead of signals of its own, for virtual time. */
  readonly signals?: SliceSignals;
}

/** How long a process keeps its slots without saying so. */
export const SLOT_LEASE_MS = 12_000;

export class SliceSet implements Counters {
  readonly windowMs: number;
  readonly seed: number;
  readonly signals: SliceSignals;
  readonly requests: SliceCounter;
  readonly tokens: SliceCounter;
  readonly leases: SliceLeases;

  constructor({
    seed,
    windowMs = 60_000,
    capacity = 131_072,
    leases = 65_536,
    leaseMs = 3_600_000,
    lane = 0,
    shared,
    signals,
  }: SliceSetOptions) {
    const buffers = shared?.buffers;
    const sharedSignals = buffers?.['signals'];
    this.windowMs = windowMs;
    this.seed = seed;
    this.signals = signals ?? (sharedSignals === undefined ? SliceSignals.create() : new SliceSignals(sharedSignals));
    const inFlight = new ConcurrencyLeases({
      leaseMs,
      capacity,
      leases,
      seed,
      lane,
      ...sharedUnder(LEASES, buffers),
    });
    const table = (kind: SliceKind): SliceTable => {
      const own = buffers?.[kind];
      return new SliceTable({
        kind,
        windowMs: kind === 'parallel' ? SLOT_LEASE_MS : windowMs,
        capacity,
        signals: this.signals,
        seed,
        ...(own === undefined ? {} : { shared: own }),
        ...(kind === 'parallel' ? { live: (key: TableKey, now: number) => inFlight.inFlight(key, now) } : {}),
      });
    };
    this.requests = new SliceCounter(table('requests'));
    this.tokens = new SliceCounter(table('tokens'));
    this.leases = new SliceLeases(table('parallel'), inFlight);
  }

  get state(): LimiterState {
    const buffers: Record<string, SharedArrayBuffer> = { signals: this.signals.buffer };
    for (const kind of SLICE_KINDS) buffers[kind] = this.slices(kind).table.buffer;
    return { buffers: { ...buffers, ...namedUnder(LEASES, this.leases.buffers) } };
  }

  slices(kind: SliceKind): SliceTable {
    return kind === 'parallel' ? this.leases.slices : this[kind].slices;
  }

  /** The slices that decide on a limit of this type. */
  slicesOf(type: LimitType): SliceTable {
    return this.slices(type === 'max_parallel_requests' ? 'parallel' : type);
  }

  /** This thread decides within its process's part, without asking. */
  onItsOwn<T>(decide: () => T): T {
    for (const kind of SLICE_KINDS) this.slices(kind).isOnItsOwn = true;
    try {
      return decide();
    } finally {
      for (const kind of SLICE_KINDS) this.slices(kind).isOnItsOwn = false;
    }
  }
}

/** As in the state of a limiter without slices. */
const LEASES = 'leases.';
