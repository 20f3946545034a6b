/** What users of `ConnectionPool` write and get. Types only. */
import type { Readable } from 'node:stream';

/** How long a call may take, in milliseconds; left out: no bound. A call that passes one fails with a `Timeout`. */
export interface PoolDeadlines {
  /** Until the request is being written: waiting for a free connection, or making one. Default 30,000. */
  readonly connectMs?: number | undefined;
  /** From the request to the head of the answer. */
  readonly firstByteMs?: number | undefined;
  /** From one piece of the answer to the next, while its reader waits for it. */
  readonly gapMs?: number | undefined;
  /** From the request to the last byte. */
  readonly totalMs?: number | undefined;
}

export interface ConnectionPoolOptions {
  /** Connections to one origin. Default 1024. */
  readonly connections?: number | undefined;
  /** Calls to one origin that may wait for a connection; more fail at once. Default 4096. */
  readonly maxWaiting?: number | undefined;
  /** Until a connection stands. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** That an idle connection is kept. Default 60,000. */
  readonly keepAliveMs?: number | undefined;
  /** false: certificates are not checked. Default true. */
  readonly verifyTls?: boolean | undefined;
  /** Origins with connections at the same time; of more the longest unused is let go. Default 1024. */
  readonly maxOrigins?: number | undefined;
  /** Of calls that say none. */
  readonly deadlines?: PoolDeadlines | undefined;
}

/** What `fetch` takes beside the platform's own. */
export interface PoolFetchInit extends RequestInit {
  readonly deadlines?: PoolDeadlines | undefined;
}

export interface PoolRequestInit {
  /** Default `GET`. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body?: string | Uint8Array | null | undefined;
  readonly signal?: AbortSignal | null | undefined;
  readonly deadlines?: PoolDeadlines | undefined;
}

/** An answer as undici gives it: nothing is decoded or followed. */
export interface PoolAnswer {
  readonly statusCode: number;
  /** Names in lower case; a name that came twice has a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Ends the call when it is destroyed before its end. */
  readonly body: PoolBody;
}

export interface PoolBody extends Readable {
  text(): Promise<string>;
  json(): Promise<unknown>;
  bytes(): Promise<Uint8Array>;
}

/** Connections to one origin, as they stand. */
export interface OriginStats {
  readonly origin: string;
  readonly open: number;
  readonly busy: number;
  /** Calls without a connection. */
  readonly waiting: number;
  /** Ever made. */
  readonly connects: number;
  readonly requests: number;
}
