/**
 * One request to a provider. An answer that is a success goes to the sink as it comes; anything else becomes one failure.
 * The sink hears exactly one of `onEnd`, `onFailure`, last; after `abort` it hears nothing.
 */
import type { DeadlineKind, PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { UpstreamPools } from '../../pool/upstream-pools.ts';
import type { AttemptFailure } from '../../router/contract.ts';
import type { HeaderList, TransportError, UpstreamRequest } from '../../wire/contract.ts';
import { type AttemptFailures, headerValue } from './attempt-failures.ts';

export interface ReplySink {
  onHead(headers: HeaderList): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: AttemptFailure): void;
}

/** How whoever reads the reply steers it. */
export interface ReplyControl {
  abort(): void;
  pause(): void;
  resume(): void;
}

/** More of an error's text than this is not read. */
const MAX_FAILURE_BYTES = 64 * 1024;
const PLAIN_CODINGS: ReadonlySet<string | null> = new Set([null, '', 'identity']);

export class ProviderCall implements PooledReceiver, ReplyControl {
  readonly #failures: AttemptFailures;
  readonly #sink: ReplySink;
  #call: PooledCall | null = null;
  #head: { readonly status: number; readonly headers: HeaderList } | null = null;
  #refusal: Buffer[] | null = null;
  #refusalBytes = 0;
  #over = false;

  constructor(failures: AttemptFailures, sink: ReplySink) {
    this.#failures = failures;
    this.#sink = sink;
  }

  send(pools: UpstreamPools, request: UpstreamRequest, deadlines: Deadlines): void {
    this.#call = pools.send(request, deadlines, this);
  }

  abort(): void {
    this.#over = true;
    this.#call?.abort();
  }

  pause(): void {
    this.#call?.pause();
  }

  resume(): void {
    this.#call?.resume();
  }

  onHead(status: number, headers: HeaderList): void {
    if (this.#over) return;
    this.#head = { status, headers };
    if (status < 200 || status >= 300) {
      this.#refusal = [];
      return;
    }
    const coding = headerValue(headers, 'content-encoding');
    if (PLAIN_CODINGS.has(coding)) this.#sink.onHead(headers);
    else this.#drop(this.#failures.malformed(`the reply is compressed (${coding}), which was not asked for`));
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#refusal === null) {
      this.#sink.onData(chunk);
      return;
    }
    this.#refusal.push(chunk.subarray(0, MAX_FAILURE_BYTES - this.#refusalBytes));
    this.#refusalBytes += chunk.length;
    if (this.#refusalBytes >= MAX_FAILURE_BYTES) this.#drop(this.#refused(this.#refusal));
  }

  onEnd(): void {
    if (this.#over) return;
    if (this.#refusal !== null) this.#fail(this.#refused(this.#refusal));
    else {
      this.#over = true;
      this.#sink.onEnd();
    }
  }

  onError(error: TransportError): void {
    // The status is known; what came of the text is enough.
    if (this.#refusal !== null) this.#fail(this.#refused(this.#refusal));
    else this.#fail(this.#failures.transport(error, this.#head !== null));
  }

  onDeadline(_kind: DeadlineKind, limitMs: number, elapsedMs: number): void {
    if (this.#refusal !== null) this.#fail(this.#refused(this.#refusal));
    else this.#fail(this.#failures.timedOut(limitMs, elapsedMs));
  }

  #refused(chunks: readonly Buffer[]): AttemptFailure {
    const { status = 0, headers = [] } = this.#head ?? {};
    return this.#failures.provider(status, Buffer.concat(chunks).toString('utf8'), headers);
  }

  #drop(failure: AttemptFailure): void {
    this.#call?.abort();
    this.#fail(failure);
  }

  #fail(failure: AttemptFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.onFailure(failure);
  }
}
