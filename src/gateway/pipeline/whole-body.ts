/** Reads a request body whole, for routes that can decide nothing before its end. */
import { ByteSegments } from '../../primitives/byte-segments.ts';
import type { BodyError, BodyReceiver, Exchange } from '../../wire/contract.ts';
import type { GatewayError } from '../../errors/gateway-error.ts';
import { bodyFailure } from './request-document.ts';

export interface WholeBodySink {
  onBody(bytes: ByteSegments): void;
  onRefused(error: GatewayError): void;
}

export function readWholeBody(exchange: Exchange, limitBytes: number, sink: WholeBodySink): void {
  const bytes = new ByteSegments();
  const receiver: BodyReceiver = {
    onBodyChunk: (chunk) => bytes.append(chunk),
    onBodyEnd: () => sink.onBody(bytes),
    onBodyError: (error: BodyError) => sink.onRefused(bodyFailure(error)),
  };
  exchange.readBody(receiver, limitBytes);
}
