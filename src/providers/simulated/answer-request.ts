/** One request of the simulated provider to its reply: the last words of the path choose the family. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { UpstreamRequest } from '../../wire/contract.ts';
import { speechReply, transcriptionReply } from './audio.ts';
import { readBehaviour, type Behaviour } from './behaviour.ts';
import { chatReply } from './chat.ts';
import { embeddingsReply } from './embeddings.ts';
import { failureReply } from './failures.ts';
import { imagesReply } from './images.ts';
import { moderationsReply, rerankReply } from './judgements.ts';
import { readMultipart } from './multipart-fields.ts';
import { stringField } from './request-body.ts';
import { responsesReply } from './responses.ts';
import { hashBytes } from './seeded-random.ts';
import {
  errorReply,
  invalidRequest,
  jsonReply,
  type SimulatedReply,
  type SimulatedRequest,
} from './simulated-reply.ts';
import { textCompletionReply } from './text-completions.ts';

export interface Answer {
  /** null: the connection ends before any answer. */
  readonly reply: SimulatedReply | null;
  readonly behaviour: Behaviour;
  readonly seed: number;
}

type Family = (request: SimulatedRequest, fileBytes: number) => SimulatedReply;

/** In this order: the chat path ends in `/completions` too. */
const FAMILIES: readonly (readonly [string, Family])[] = [
  ['/chat/completions', chatReply],
  ['/completions', textCompletionReply],
  ['/embeddings', embeddingsReply],
  ['/moderations', moderationsReply],
  ['/images/generations', imagesReply],
  ['/images/edits', imagesReply],
  ['/audio/speech', speechReply],
  ['/audio/transcriptions', transcriptionReply],
  ['/audio/translations', transcriptionReply],
  ['/responses', responsesReply],
  ['/rerank', rerankReply],
];
const DEFAULT_MODEL = 'simulated';

export function answerRequest(request: UpstreamRequest, nowSeconds: number): Answer {
  const bytes = joined(request.body);
  const seed = hashBytes(bytes, hashBytes(Buffer.from(request.path)));
  const path = request.path.split('?', 1)[0] ?? '';
  const parsed = readBody(request, bytes);
  const model = (parsed === null ? null : stringField(parsed.fields, 'model')) ?? DEFAULT_MODEL;
  const behaviour = readBehaviour(model);
  const answer = (reply: SimulatedReply | null): Answer => ({ reply, behaviour, seed });
  if (request.method === 'GET' && path.endsWith('/models')) return answer(modelList(nowSeconds));
  const family = FAMILIES.find(([suffix]) => path.endsWith(suffix))?.[1];
  if (family === undefined || request.method !== 'POST') return answer(unknownPath(request.method, path));
  if (parsed === null) return answer(invalidRequest('The body of the request is not a JSON object or a form.'));
  const { failure } = behaviour;
  if (failure !== null) return answer(failure.kind === 'reset' ? null : failureReply(failure, model));
  return answer(family({ model, body: parsed.fields, behaviour, seed, nowSeconds }, parsed.fileBytes));
}

function joined(body: readonly Buffer[] | null): Buffer {
  if (body === null) return Buffer.alloc(0);
  return body.length === 1 && body[0] !== undefined ? body[0] : Buffer.concat(body);
}

function readBody(request: UpstreamRequest, bytes: Buffer): { fields: JsonObject; fileBytes: number } | null {
  const form = readMultipart(headerValue(request, 'content-type'), bytes);
  if (form !== null) return form;
  try {
    const value = JSON.parse(bytes.toString('utf8')) as JsonValue;
    return isJsonObject(value) ? { fields: value, fileBytes: 0 } : null;
  } catch {
    return null;
  }
}

function headerValue({ headers }: UpstreamRequest, name: string): string {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) return headers[index + 1] ?? '';
  }
  return '';
}

function modelList(nowSeconds: number): SimulatedReply {
  const models = ['simulated', 'fast', 'slow-500ms', 'error-429', 'error-500'];
  const data = models.map((id) => ({ id, object: 'model', created: nowSeconds, owned_by: 'simulated' }));
  return jsonReply({ object: 'list', data });
}

function unknownPath(method: string, path: string): SimulatedReply {
  const message = `The simulated provider does not serve ${method} ${path}.`;
  return errorReply(404, { message, type: 'invalid_request_error', code: 'unknown_url' });
}
