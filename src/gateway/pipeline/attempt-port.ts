/** Between a call and its attempts: what an attempt may ask of the call, and how it says that it ended. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { AttemptFailure, RoutingFailure } from '../../router/contract.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import type { StreamRecovery } from './recovery/stream-recovery.ts';

/** What an attempt knows of a reply of which the client has seen nothing, for the headers of the last error. */
export interface FailedReply {
  /** 0: the provider has not answered. */
  readonly status: number;
  readonly headers: HeaderList;
}

export interface AnsweredAttempt {
  readonly usage: JsonObject | null;
  /** US dollars; null: nothing prices it, or nobody asks what a stream costs. */
  readonly costUsd: number | null;
  /** To the first content of a stream; null: not streamed, or none came. */
  readonly firstTokenSeconds: number | null;
  /** From the start of the attempt. */
  readonly seconds: number;
}

export interface AttemptOwner {
  readonly exchange: Exchange;
  readonly callId: string;
  /** Headers that the limits of the caller add to the reply. */
  readonly limitHeaders: HeaderList;
  /** Whether an answer that the provider's filter emptied is a failure, since a fallback could give another one. */
  readonly contentFilterFails: boolean;
  /** What went wrong before this attempt, for the client that asked to be told. */
  readonly earlierFailures: readonly RoutingFailure[];
  /** Null: the call's streams go to the client as they are. */
  readonly recovery: StreamRecovery | null;
  /** The first byte of the answer is about to go to the client. */
  attemptBegins(): void;
  /** The client has seen nothing: another attempt may follow. */
  attemptFailed(failure: AttemptFailure, seconds: number, reply: FailedReply): void;
  /** The client has a part: another attempt takes it up where the group says so, else nothing follows but this error. */
  attemptBroke(failure: AttemptFailure, seconds: number): void;
  attemptSucceeded(answer: AnsweredAttempt): void;
  /** A fault of ours, or an end that no other attempt changes. */
  giveUp(error: GatewayError): void;
}
