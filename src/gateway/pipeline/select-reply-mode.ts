import { ByteReply } from './byte-reply.ts';
import { JsonReply } from './json-reply.ts';
import type { LlmFamily } from './pipeline.ts';
import type { RoutedRequest } from './prepare-request.ts';
import type { ReplyMode, ReplyPort } from './reply-mode.ts';
import { StreamReply } from './stream-reply.ts';
import { TextReply } from './text-reply.ts';

/** What a successful reply's head tells. */
export interface ReplyHead {
  readonly status: number;
  readonly contentType: string;
}

/** Chooses how a successful reply is relayed. A stream that was asked for and is none is read as JSON, to find the error in it. */
export function selectReplyMode(
  port: ReplyPort,
  family: LlmFamily,
  request: RoutedRequest,
  head: ReplyHead,
): ReplyMode {
  const { clientModel, target } = request;
  const { status, contentType } = head;
  if (request.stream && family.dialect !== null && !contentType.includes('json')) {
    return new StreamReply(port, {
      clientModel,
      includeUsage: request.includeUsage,
      dialect: family.dialect,
      convert: target.convertEvent?.() ?? null,
      status,
    });
  }
  if (family.reply === 'bytes' && !request.stream)
    return new ByteReply(port, status, contentType || 'application/octet-stream');
  if (family.reply === 'json-or-text' && !contentType.includes('json')) return new TextReply(port);
  return new JsonReply(port, { clientModel, convert: target.convertReply ?? null, status });
}
