import { ByteReply } from './byte-reply.ts';
import { JsonReply } from './json-reply.ts';
import type { LlmFamily } from './pipeline.ts';
import type { RoutedRequest } from './route-attempt.ts';
import type { ReplyMode, ReplyPort } from './reply-mode.ts';
import type { TokenCounting } from '../counting/contract.ts';
import { countedUsage } from './made-up-usage.ts';
import type { StreamRecovery } from './recovery/stream-recovery.ts';
import type { ResponseIds } from './response-ids.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { StreamReply } from './stream-reply.ts';
import type { StreamedAnswer } from './streamed-answer.ts';
import { TextReply } from './text-reply.ts';

/** What a successful reply's head tells. */
export interface ReplyHead {
  readonly status: number;
  readonly contentType: string;
  readonly responseIds: ResponseIds;
  readonly counting: TokenCounting;
  /** Null: a stream goes to the client as it is. */
  readonly recovery: StreamRecovery | null;
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
  // Behind a stream that has begun no JSON can follow: read as a stream, it is one without an end.
  if (request.stream && family.dialect !== null && (!contentType.includes('json') || port.exchange.headSent)) {
    return new StreamReply(head.recovery?.port(port) ?? port, {
      clientModel,
      includeUsage: request.includeUsage,
      dialect: family.dialect,
      convert:
        request.family === 'responses' ? idStamper(request, head.responseIds) : (target.convertEvent?.() ?? null),
      chunkUsage: family.chunksTellUsage && !request.includeUsage ? family.emptyUsage : null,
      countUsage: usageCounter(request, head.counting),
      status,
    });
  }
  if (family.reply === 'bytes' && !request.stream)
    return new ByteReply(port, status, contentType || 'application/octet-stream');
  if (family.reply === 'json-or-text' && !contentType.includes('json')) return new TextReply(port);
  const stampId = request.family === 'responses' ? (id: string) => managedId(request, head.responseIds, id) : null;
  return new JsonReply(port, {
    clientModel,
    stampId,
    convert: target.convertReply ?? null,
    emptyUsage: family.emptyUsage,
    status,
  });
}

function usageCounter(
  { prompt }: RoutedRequest,
  counting: TokenCounting,
): ((answer: StreamedAnswer) => Promise<JsonObject>) | null {
  return prompt === null ? null : (answer) => countedUsage(counting, prompt(), answer);
}

function managedId({ target }: RoutedRequest, ids: ResponseIds, responseId: string): string {
  return ids.encode({ provider: target.provider, deploymentId: target.deployment.id, responseId });
}

/** Events that carry the response carry its id; the others pass as they are. */
function idStamper(request: RoutedRequest, ids: ResponseIds): (event: JsonObject) => JsonObject {
  let stamped = '';
  let own = '';
  return (event) => {
    const response = event['response'];
    if (!isJsonObject(response)) return event;
    const { id } = response;
    if (typeof id !== 'string') return event;
    if (id !== own) [own, stamped] = [id, managedId(request, ids, id)];
    return { ...event, response: { ...response, id: stamped } };
  };
}
