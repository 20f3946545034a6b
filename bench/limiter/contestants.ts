/** What is compared: decisions on keys like `sk-0000002s`, far below the limit, so that all decide the same. */
import { createRequire } from 'node:module';
import type { Descriptor } from '../../src/rate-limit/contract.ts';
import { RateLimiter, type Scope } from '../../src/rate-limit/rate-limiter.ts';
import { RateLimiter as LibraryLimiter } from '../../src/client/rate-limiter/rate-limiter.ts';
import { SlidingCounter } from '../../src/rate-limit/sliding-counter.ts';
import { TokenBucket } from '../../src/rate-limit/token-bucket.ts';
import { WindowRequests } from '../../src/rate-limit/window-requests.ts';
import { TableKey } from '../../src/primitives/table-key.ts';

/** Above what any measure but the probe reaches in a window of time. */
const LIMIT = 60_000;
const WINDOW_MS = 60_000;

const require = createRequire(import.meta.url);

/** What is used of them here; their own types are there only where `bench/` is installed. */
type MemoryLimiter = new (options: { points: number; duration: number }) => { consume(key: string): Promise<unknown> };
type MemoryStore = new () => {
  init(options: { windowMs: number }): void;
  increment(key: string): Promise<{ readonly totalHits: number }>;
};

export interface Making {
  /** Keys there is room for. */
  readonly capacity: number;
  /** Requests of a key in a minute. */
  readonly limit?: number;
  readonly shared?: Readonly<Record<string, SharedArrayBuffer>>;
}

export interface Contestant {
  readonly name: string;
  readonly make: (making: Making) => Subject;
}

export interface Subject {
  /** What a gateway keeps of a key from one request to the next; default its text. */
  readonly prepare?: (text: string) => unknown;
  /** Decides on keys in turn. @returns how many were admitted */
  readonly decide: (keys: readonly unknown[], now: number) => number | Promise<number>;
  readonly buffers?: Readonly<Record<string, SharedArrayBuffer>>;
}

const counters = [
  ['window', WindowRequests],
  ['sliding', SlidingCounter],
  ['token bucket', TokenBucket],
] as const;

export const CONTESTANTS: readonly Contestant[] = [
  ...counters.flatMap(([name, Counter]): Contestant[] => [
    { name: `fast-litellm, ${name}`, make: (making) => counted(Counter, true, making) },
    { name: `fast-litellm, ${name}, from text`, make: (making) => counted(Counter, false, making) },
  ]),
  {
    name: 'fast-litellm, whole call, requests',
    make: (making) => wholeCalls(making, { tokens: null, parallel: null }),
  },
  {
    name: 'fast-litellm, whole call, all limits',
    make: (making) => wholeCalls(making, { tokens: 1e9, parallel: 10 }),
  },
  { name: 'fast-litellm, library', make: libraryCalls },
  {
    name: 'rate-limiter-flexible',
    make({ limit }) {
      const { RateLimiterMemory } = require('rate-limiter-flexible') as { RateLimiterMemory: MemoryLimiter };
      // Its clock cannot be set: without a probe's limit it is to admit all.
      const limiter = new RateLimiterMemory({ points: limit ?? 1e9, duration: WINDOW_MS / 1000 });
      return {
        async decide(keys) {
          let admitted = 0;
          for (const text of keys) {
            try {
              await limiter.consume(String(text));
              admitted++;
            } catch (refusal) {
              if (refusal instanceof Error) throw refusal;
            }
          }
          return admitted;
        },
      };
    },
  },
  {
    name: 'express-rate-limit',
    make({ limit = 1e9 }) {
      const { MemoryStore: Store } = require('express-rate-limit') as { MemoryStore: MemoryStore };
      const store = new Store();
      store.init({ windowMs: WINDOW_MS });
      return {
        async decide(keys) {
          let admitted = 0;
          for (const text of keys) if ((await store.increment(String(text))).totalHits <= limit) admitted++;
          return admitted;
        },
      };
    },
  },
];

function counted(
  Counter: (typeof counters)[number][1],
  isPrepared: boolean,
  { capacity, shared, limit = LIMIT }: Making,
): Subject {
  const counter = new Counter({ windowMs: WINDOW_MS, capacity, ...(shared === undefined ? {} : { shared }) });
  const scratch = new TableKey();
  return {
    buffers: counter.buffers,
    ...(isPrepared ? { prepare: (text) => new TableKey().fill(counter.seed, 1, text) } : {}),
    decide(keys, now) {
      let admitted = 0;
      for (const key of keys) {
        const place = key instanceof TableKey ? key : scratch.fill(counter.seed, 1, String(key));
        if (counter.take(place, limit, 1, now) >= 0) admitted++;
      }
      return admitted;
    },
  };
}

/** Admission and settlement of a call, as the gateway makes them. */
function wholeCalls({ capacity, limit = LIMIT }: Making, limits: Pick<Descriptor, 'tokens' | 'parallel'>): Subject {
  const clock = { now: 0 };
  const limiter = new RateLimiter({ now: () => clock.now, capacity, leases: 1024 });
  const size = { kind: 'chat', characters: 400, outputCap: 16, candidates: 1 } as const;
  const call = { size: () => size };
  const usage = { promptTokens: 100, completionTokens: 10, totalTokens: 110 };
  return {
    prepare: (value) => limiter.prepare([{ key: 'api_key', value, requests: limit, ...limits }]),
    decide(keys, now) {
      clock.now = now;
      let admitted = 0;
      for (const key of keys) {
        const decision = limiter.admit(key as readonly Scope[], call);
        if (!decision.admitted) continue;
        admitted++;
        limiter.settle(decision.hold, usage);
      }
      return admitted;
    },
  };
}

/** What a program gets that imports `RateLimiter`: a permit is taken and given back. */
function libraryCalls({ capacity, limit = LIMIT }: Making): Subject {
  const clock = { now: 0 };
  const limiter = new LibraryLimiter({
    requests: limit,
    windowSeconds: WINDOW_MS / 1000,
    keys: capacity,
    now: () => clock.now,
  });
  return {
    decide(keys, now) {
      clock.now = now;
      let admitted = 0;
      for (const key of keys) {
        const decision = limiter.take(String(key));
        if (!decision.allowed) continue;
        admitted++;
        decision.release();
      }
      return admitted;
    },
  };
}

export function keyText(number: number): string {
  return `sk-${number.toString(36).padStart(8, '0')}`;
}

/** Tables of so many keys that are a million keys together. */
export function tablesFor(keys: number): number {
  return Math.max(1, Math.round(1_000_000 / keys));
}
