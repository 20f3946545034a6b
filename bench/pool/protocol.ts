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

/** Requests at a time by row. */
export const POOL_ROWS: Readonly<Record<string, number>> = { 'pool/1': 1, 'pool/64': 64 };
