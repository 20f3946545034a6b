/**
 * What the control thread and its workers tell each other. All of it is structured-cloneable.
 *
 * A worker says `loaded`, is told to `listen`, says `listening` or `failed`; it is told each new configuration and says
 * when it serves it; told to `drain`, it lets its requests end and ends itself. Its log records go to the control
 * thread, which alone writes.
 */
import type { ListenOptions, TlsMaterial } from '../../wire/node-server.ts';
import type { ModeOrder, ThreadReport } from '../acceleration/contract.ts';
import type { FallbackState } from '../fallback/contract.ts';
import type { Configuration } from './counting-memory.ts';
import type { ThreadFailure } from './thread-failure.ts';

/** What does not change while the gateway runs. */
export interface WorkerSettings {
  readonly host: string;
  readonly drainTimeoutMs: number;
  readonly logLevel: string;
  readonly keepAliveTimeoutMs?: number;
  readonly tls?: TlsMaterial;
}

/** Where a worker listens; `port` is 0 for the first one when any port will do. */
export type ListenTarget = Pick<ListenOptions, 'port' | 'reusePort' | 'fd'>;

/** What a worker begins with. */
export interface WorkerStart {
  /** Its lane of the counting memory, and its number but for 1. */
  readonly lane: number;
  readonly settings: WorkerSettings;
  readonly configuration: Configuration;
  /** Memory of a `ThreadBoard`. */
  readonly board: SharedArrayBuffer;
  /** null: no LiteLLM stands behind the gateway. */
  readonly fallback: { readonly state: FallbackState; readonly pseudonym: string } | null;
  /** Modes that were set by hand. */
  readonly orders: readonly ModeOrder[];
}

export type ToWorker =
  | { readonly kind: 'listen'; readonly target: ListenTarget }
  | { readonly kind: 'configure'; readonly configuration: Configuration }
  | { readonly kind: 'fallback'; readonly state: FallbackState }
  | { readonly kind: 'apply'; readonly orders: readonly ModeOrder[] }
  | { readonly kind: 'roll-back'; readonly component: string }
  /** To be answered with `told`, after everything that was said before. */
  | { readonly kind: 'tell'; readonly question: number }
  /** Of all threads: what an `ask` asked for. */
  | { readonly kind: 'answer'; readonly id: number; readonly report: ThreadReport }
  | { readonly kind: 'drain'; readonly reason: string };

export type FromWorker =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly failure: ThreadFailure }
  /** Requests that come from now on are served by it, but for a failure. */
  | { readonly kind: 'configured'; readonly version: number; readonly failure: ThreadFailure | null }
  /** How all threads stand, after an order where there is one. */
  | { readonly kind: 'ask'; readonly id: number; readonly order: ModeOrder | null }
  | { readonly kind: 'told'; readonly question: number; readonly report: ThreadReport }
  | { readonly kind: 'rolled-back'; readonly component: string }
  /** A line of JSON as pino writes it. */
  | { readonly kind: 'record'; readonly line: string };

/** How a worker ended. */
export interface WorkerDeath {
  readonly exitCode: number;
  /** null: it ended by itself, or was ended. */
  readonly error: ThreadFailure | null;
}

/** A worker as the control thread holds it. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Ends the thread at once. */
  end(): void;
}

export interface WorkerEvents {
  onMessage(message: FromWorker): void;
  /** A line that something in the thread wrote to its standard output or error. */
  onOutput(line: string): void;
  /** Once, and last. */
  onExit(death: WorkerDeath): void;
}

export type StartWorker = (start: WorkerStart, events: WorkerEvents) => WorkerHandle;
