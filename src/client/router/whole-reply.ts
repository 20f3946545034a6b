/** A reply that comes whole: kept until its last byte, so that a cut answer is a failure and never a short success. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { AttemptFailure } from '../../router/contract.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { type AttemptFailures, headerValue } from './attempt-failures.ts';
import type { CallFamily } from './families.ts';
import type { ReplySink } from './provider-call.ts';

export type WholeAnswer =
  | { readonly kind: 'json'; readonly json: JsonObject }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly contentType: string };

export type WholeEnd =
  { readonly ok: true; readonly answer: WholeAnswer } | { readonly ok: false; readonly failure: AttemptFailure };

export interface WholeReplyOptions {
  readonly reply: CallFamily['reply'];
  readonly failures: AttemptFailures;
  readonly done: (end: WholeEnd) => void;
}

export class WholeReply implements ReplySink {
  readonly #options: WholeReplyOptions;
  readonly #chunks: Buffer[] = [];
  #contentType = '';

  constructor(options: WholeReplyOptions) {
    this.#options = options;
  }

  onHead(headers: HeaderList): void {
    this.#contentType = headerValue(headers, 'content-type') ?? '';
  }

  onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onEnd(): void {
    this.#options.done(this.#read(Buffer.concat(this.#chunks)));
  }

  onFailure(failure: AttemptFailure): void {
    this.#options.done({ ok: false, failure });
  }

  #read(bytes: Buffer): WholeEnd {
    const { reply } = this.#options;
    const isJson = /\bjson\b/i.test(this.#contentType);
    if (reply === 'bytes' && !isJson) return { ok: true, answer: this.#bytes(bytes) };
    if (reply === 'json-or-text' && !isJson)
      return { ok: true, answer: { kind: 'text', text: bytes.toString('utf8') } };
    return this.#json(bytes.toString('utf8'));
  }

  #bytes(bytes: Buffer): WholeAnswer {
    return { kind: 'bytes', bytes, contentType: this.#contentType || 'application/octet-stream' };
  }

  #json(text: string): WholeEnd {
    const { failures } = this.#options;
    let json: JsonValue;
    try {
      json = JSON.parse(text) as JsonValue;
    } catch {
      return { ok: false, failure: failures.malformed('the reply is not valid JSON') };
    }
    if (!isJsonObject(json)) {
      const got = isJsonArray(json) ? 'a list' : 'no object';
      return { ok: false, failure: failures.malformed(`the reply is ${got}, but an object was expected`) };
    }
    const { error } = json;
    if (error !== undefined && json['choices'] === undefined && saysFailure(error))
      return { ok: false, failure: failures.reported(error) };
    return { ok: true, answer: { kind: 'json', json } };
  }
}

/** Providers that always send `error` say null, false or nothing in it when all is well. */
function saysFailure(error: JsonValue): boolean {
  if (typeof error === 'string') return error !== '';
  return typeof error === 'object' && error !== null && Object.keys(error).length > 0;
}
