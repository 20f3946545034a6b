import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { AnswerFacts } from '../../src/gateway/costing.ts';
import type { ReplyPort } from '../../src/gateway/pipeline/reply-mode.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { FakeExchange } from './fake-exchange.ts';

/** The part of a call that a reply mode may use, without a call: what became of the reply is read from its fields. */
export class RecordingPort implements ReplyPort {
  readonly exchange = new FakeExchange();
  contentFilterFails = false;
  failure: GatewayError | null = null;
  /** undefined: the reply has not succeeded. */
  usage: JsonObject | null | undefined;
  facts: AnswerFacts | null = null;
  contentCount = 0;
  readonly leftOutBytes: number[] = [];
  pauses = 0;

  replyHeaders(contentType: string, answer: AnswerFacts): string[] {
    this.facts = answer;
    return ['content-type', contentType];
  }

  fail(error: GatewayError): void {
    if (this.failure !== null) throw new Error('failed twice');
    this.failure = error;
  }

  succeed(usage: JsonObject | null): void {
    if (this.usage !== undefined) throw new Error('succeeded twice');
    this.usage = usage;
  }

  contentSeen(): void {
    this.contentCount += 1;
  }

  leftOut(bytes: number): void {
    this.leftOutBytes.push(bytes);
  }

  pause(): void {
    this.pauses += 1;
  }

  malformed(message: string): GatewayError {
    return new GatewayError('internal', message);
  }

  cut(message: string): GatewayError {
    return new GatewayError('api_connection', message);
  }

  reported(error: string): GatewayError {
    return new GatewayError('api_error', error);
  }
}
