/** What the clients of the connection benchmark are told: the same request, again and again. */
export interface PoolInput {
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  /** What each answer must be. */
  readonly answer: string;
  /** In one call, which returns how many answers were right. */
  readonly requests: number;
}

/** `call`: its own fastest way; `fetch`: the platform's. */
export type Way = 'call' | 'fetch';

export interface PoolRow {
  readonly way: Way;
  /** Requests at a time. */
  readonly atATime: number;
}

export const POOL_ROWS: Readonly<Record<'pool/1' | 'pool/64' | 'pool/fetch-64', PoolRow>> = {
  'pool/1': { way: 'call', atATime: 1 },
  'pool/64': { way: 'call', atATime: 64 },
  'pool/fetch-64': { way: 'fetch', atATime: 64 },
};
