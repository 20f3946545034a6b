/** An upstream call with its deadlines, as the pipeline sees it. */
import type { UpstreamCall, UpstreamReceiver } from '../wire/contract.ts';

export type DeadlineKind =
  | 'connect' // no connection was free or could be made
  | 'first-byte' // nothing, or no content, since the request
  | 'gap' // no content since the last
  | 'total';

export interface PooledReceiver extends UpstreamReceiver {
  /** A bound was passed and the call is aborted; nothing follows. Times in milliseconds. */
  onDeadline(kind: DeadlineKind, limitMs: number, elapsedMs: number): void;
}

export interface PooledCall extends UpstreamCall {
  /** Content arrived (a comment is none): the bound for the next begins anew. Allocates nothing. */
  contentSeen(): void;
}
