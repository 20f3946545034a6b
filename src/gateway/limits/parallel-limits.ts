/**
 * Calls at the same time: of one key (`general_settings.max_parallel_requests`) and of all keys together
 * (`global_max_parallel_requests`). What is too much is refused at once; nothing waits.
 *
 * Promises: exact over all threads; a slot is given back in the turn in which its call ends, however it ends, and those of a
 * thread that dies when it is replaced. LiteLLM 1.102 reads the first setting nowhere, and the second one only with
 * LEGACY_MULTI_INSTANCE_RATE_LIMITING; the words are those of that.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { TableKey } from '../../primitives/table-key.ts';
import { ConcurrencyLeases, NO_LEASE } from '../../rate-limit/concurrency-leases.ts';
import type { LimiterState } from '../../rate-limit/contract.ts';
import type { AdmittedRequest, CallerLimiter } from './contract.ts';

export interface ParallelLimitsOptions {
  readonly perKey: number | null;
  /** Of all keys together. */
  readonly total: number | null;
  /** Of this thread, for what it holds when it dies. */
  readonly lane: number;
  readonly shared?: LimiterState;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Slot {
  readonly key: TableKey;
  readonly handle: number;
}

/** Keys of callers, and calls, at the same time. */
const CAPACITY = 16_384;
const LEASES = 65_536;
/** Longer than any call; a slot that is lost nonetheless comes back then. */
const LEASE_MS = 6 * 3_600_000;
const KIND = { key: 1, all: 2 } as const;
const NOBODY = '';

export const PARALLEL_MEMORY = 'parallel';

export function parallelState(): LimiterState {
  return { buffers: leasesOf(0).buffers };
}

function leasesOf(lane: number, shared?: LimiterState): ConcurrencyLeases {
  const options = { leaseMs: LEASE_MS, capacity: CAPACITY, leases: LEASES, lane };
  return new ConcurrencyLeases(shared === undefined ? options : { ...options, shared: shared.buffers });
}

/** @returns null where neither is set */
export function createParallelLimits(options: ParallelLimitsOptions): CallerLimiter | null {
  const { perKey, total, now } = options;
  if (perKey === null && total === null) return null;
  const leases = leasesOf(options.lane, options.shared);
  const all = new TableKey().fill(leases.seed, KIND.all, NOBODY);

  const take = (key: TableKey, limit: number, name: string): Slot => {
    const handle = leases.acquire(key, limit, now());
    if (handle === NO_LEASE) throw refusal(name, limit, leases.inFlight(key, now()));
    return { key, handle };
  };
  const giveBack = (slots: Slot[]): void => {
    for (const { key, handle } of slots.splice(0)) leases.release(key, handle, now());
  };

  return {
    admit({ caller }): AdmittedRequest {
      const slots: Slot[] = [];
      if (perKey !== null) {
        const own = new TableKey().fill(leases.seed, KIND.key, caller.limits?.apiKey?.id ?? NOBODY);
        slots.push(take(own, perKey, 'Limit of the key'));
      }
      try {
        if (total !== null) slots.push(take(all, total, 'Global Limit'));
      } catch (error) {
        giveBack(slots);
        throw error;
      }
      return { headers: [], outputCap: null, settle: () => giveBack(slots), fail: () => giveBack(slots) };
    },
  };
}

/** A place is free again at any moment, so that a second is worth waiting. */
function refusal(name: string, limit: number, current: number): GatewayError {
  return new GatewayError(
    'rate_limit',
    `Max parallel request limit reached. Hit ${name}: Limit=${limit}, current: ${current}`,
    { retryable: false, retryAfterSeconds: 1, headers: ['rate_limit_type', 'max_parallel_requests'] },
  );
}
