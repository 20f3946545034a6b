/**
 * A reply that is one JSON object: kept until it is whole and checked, so that a truncated answer is never passed on
 * as success; then sent with the client's model name spliced in. Nothing is re-serialised unless the deployment needs
 * a conversion. Memory: the reply's own chunks; they are not joined beyond 64 KB.
 */
import { ByteSegments, type SpliceEdit } from '../../primitives/byte-segments.ts';
import { InvalidJsonError } from '../../protocol/invalid-json-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import {
  fieldOf,
  scanShallow,
  ShallowJsonScanner,
  type ShallowScan,
  type TopLevelField,
} from '../../protocol/shallow-json-scanner.ts';
import { contentFilteredError } from '../../router/router-failures.ts';
import type { AnswerFacts } from '../costing.ts';
import { withUsage, type EmptyUsage } from './made-up-usage.ts';
import type { ReplyMode, ReplyPort } from './reply-mode.ts';

export interface JsonReplyOptions {
  /** JSON text of the model name that the client sees; null leaves the provider's. */
  readonly clientModel: Buffer | null;
  /** Replaces the top-level `id`; null leaves the provider's. */
  readonly stampId: ((id: string) => string) | null;
  /** Rewrites the whole reply where the route needs another shape than the provider gives. */
  readonly convert: ((reply: JsonObject) => JsonObject) | null;
  /** What an answer without usage says; null leaves it out. */
  readonly emptyUsage: EmptyUsage | null;
  readonly status: number;
}

export class JsonReply implements ReplyMode {
  readonly #port: ReplyPort;
  readonly #options: JsonReplyOptions;
  #bytes = new ByteSegments();
  readonly #scanner = new ShallowJsonScanner();
  #invalid: InvalidJsonError | null = null;

  constructor(port: ReplyPort, options: JsonReplyOptions) {
    this.#port = port;
    this.#options = options;
  }

  onData(chunk: Buffer): void {
    this.#bytes.append(chunk);
    if (this.#invalid !== null) return;
    try {
      this.#scanner.push(chunk);
    } catch (error) {
      if (!(error instanceof InvalidJsonError)) throw error;
      this.#invalid = error;
    }
  }

  onBroken(error: Parameters<ReplyPort['fail']>[0]): void {
    this.#port.fail(error);
  }

  onEnd(): void {
    try {
      const scan = this.#finishScan();
      if (scan !== null) this.#answer(scan);
    } catch (error) {
      // The scanner lets a few control characters pass that a parser refuses.
      if (!(error instanceof SyntaxError)) throw error;
      this.#port.fail(this.#port.malformed('the reply is not valid JSON'));
    }
  }

  #answer(scan: ShallowScan): void {
    const failure = fieldOf(scan, 'error');
    if (failure !== undefined && failure.kind !== 'null' && fieldOf(scan, 'choices') === undefined) {
      const text = this.#bytes.text(failure.valueStart, failure.valueEnd);
      if (isFailure(JSON.parse(text) as JsonValue)) {
        this.#port.fail(this.#port.reported(text));
        return;
      }
    }
    if (this.#port.contentFilterFails && this.#isFiltered(scan)) {
      this.#port.fail(contentFilteredError());
      return;
    }
    const usage = this.#usage(scan);
    const body = this.#options.convert === null ? this.#stamped(scan) : this.#converted(this.#options.convert);
    this.#port.exchange.reply(
      this.#options.status,
      this.#port.replyHeaders('application/json', this.#facts(scan, usage)),
      body,
    );
    this.#port.succeed(usage);
  }

  #isFiltered(scan: ShallowScan): boolean {
    const field = fieldOf(scan, 'choices');
    if (field?.kind !== 'array') return false;
    const text = this.#bytes.text(field.valueStart, field.valueEnd);
    if (!text.includes('content_filter')) return false;
    const choices = JSON.parse(text) as readonly JsonValue[];
    return choices.some((choice) => isJsonObject(choice) && choice['finish_reason'] === 'content_filter');
  }

  #finishScan(): ShallowScan | null {
    try {
      if (this.#invalid !== null) throw this.#invalid;
      const scan = this.#scanner.finish();
      if (scan.slow === 'not-object') throw new TypeError('the reply is not a JSON object');
      return scan.slow === null ? scan : this.#writtenAnew();
    } catch (error) {
      if (!(error instanceof InvalidJsonError) && !(error instanceof TypeError)) throw error;
      this.#port.fail(this.#port.malformed(error.message));
      return null;
    }
  }

  /** slow path: of two equal keys the last one counts, for what is read here as for the client. */
  #writtenAnew(): ShallowScan {
    const buffer = Buffer.from(JSON.stringify(JSON.parse(this.#bytes.text())));
    this.#bytes = new ByteSegments();
    this.#bytes.append(buffer);
    return scanShallow(buffer);
  }

  #facts(scan: ShallowScan, usage: JsonObject | null): AnswerFacts {
    return {
      usage,
      model: this.#text(scan, 'model'),
      serviceTier: this.#text(scan, 'service_tier'),
      body: () => JSON.parse(this.#bytes.text()) as JsonObject,
    };
  }

  #text(scan: ShallowScan, key: string): string | null {
    const field = fieldOf(scan, key);
    if (field?.kind !== 'string') return null;
    return JSON.parse(this.#bytes.text(field.valueStart, field.valueEnd)) as string;
  }

  #usage(scan: ShallowScan): JsonObject | null {
    const field = fieldOf(scan, 'usage');
    if (field?.kind !== 'object') return null;
    return JSON.parse(this.#bytes.text(field.valueStart, field.valueEnd)) as JsonObject;
  }

  #stamped(scan: ShallowScan): readonly Buffer[] {
    const edits: SpliceEdit[] = [];
    const model = fieldOf(scan, 'model');
    if (model !== undefined && this.#options.clientModel !== null)
      edits.push({ ...range(model), bytes: this.#options.clientModel });
    const id = this.#options.stampId === null ? undefined : fieldOf(scan, 'id');
    if (id?.kind === 'string' && this.#options.stampId !== null) {
      const own = JSON.parse(this.#bytes.text(id.valueStart, id.valueEnd)) as string;
      edits.push({ ...range(id), bytes: Buffer.from(JSON.stringify(this.#options.stampId(own))) });
    }
    if (this.#options.emptyUsage !== null) edits.push(...usageEdits(scan, this.#options.emptyUsage));
    return this.#bytes.splice(edits.sort((left, right) => left.start - right.start));
  }

  /** slow path: only for routes whose reply has another shape. */
  #converted(convert: (reply: JsonObject) => JsonObject): string {
    const reply = convert(JSON.parse(this.#bytes.text()) as JsonObject);
    const { clientModel } = this.#options;
    const model = clientModel === null ? {} : { model: JSON.parse(clientModel.toString()) as string };
    const { emptyUsage } = this.#options;
    const told = emptyUsage === null ? reply : withUsage(reply, emptyUsage);
    return JSON.stringify('model' in told ? { ...told, ...model } : told);
  }
}

function usageEdits(scan: ShallowScan, { text, member }: EmptyUsage): readonly SpliceEdit[] {
  const usage = fieldOf(scan, 'usage');
  if (usage?.kind === 'null') return [{ ...range(usage), bytes: text }];
  if (usage !== undefined || scan.fields.length === 0) return [];
  return [{ start: scan.closeOffset, end: scan.closeOffset, bytes: member }];
}

function range(field: TopLevelField): { readonly start: number; readonly end: number } {
  return { start: field.valueStart, end: field.valueEnd };
}

/** Providers that always send `error` say null, false or nothing in it when all is well. */
function isFailure(error: JsonValue): boolean {
  if (typeof error === 'string') return error !== '';
  return typeof error === 'object' && error !== null && Object.keys(error).length > 0;
}
