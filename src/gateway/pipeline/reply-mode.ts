/**
 * What is done with a provider's successful reply: kept whole and checked (JSON), relayed event by event (stream), or
 * passed on as bytes (audio). One object per reply; the call hands it the bytes and hears the outcome.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { AnswerFacts } from '../costing.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';

export interface ReplyMode {
  onData(chunk: Buffer): void;
  /** The provider's body is complete as framed. */
  onEnd(): void;
  /** The reply broke off: connection lost, deadline, undecodable. Called at most once, instead of `onEnd`. */
  onBroken(error: GatewayError): void;
}

/** An answer that tells nothing about its price before its head goes out. */
export const NO_FACTS: AnswerFacts = { usage: null, model: null, serviceTier: null, body: null };

/** The part of a call that a reply mode may use. */
export interface ReplyPort {
  readonly exchange: Exchange;
  /** An answer that the provider's filter emptied is to be reported as an error. */
  readonly contentFilterFails: boolean;
  /** Headers of the reply, content-type first; call once, when the reply begins. */
  replyHeaders(contentType: string, answer: AnswerFacts): HeaderList;
  /** Answers with the error, as body or as the last event of a stream, and ends the call. */
  fail(cause: unknown): void;
  /**
   * The last byte was handed over.
   * @param model that the provider named beside the usage of a stream; left out: none
   */
  succeed(usage: JsonObject | null, model?: string | null): void;
  /** Content arrived: moves the deadline for the next. */
  contentSeen(): void;
  /** An event of a stream that is no JSON object did not reach the client: worth a line in the log, once per answer. */
  leftOut(bytes: number): void;
  /** The client reads slower than the provider sends. */
  pause(): void;
  malformed(message: string): GatewayError;
  cut(message: string): GatewayError;
  /** Error text that the provider sent in a reply of status 200. */
  reported(error: string): GatewayError;
}
