import type { PooledCall, PooledReceiver } from '../../src/pool/contract.ts';
import type { Deadlines } from '../../src/pool/deadlines.ts';
import type { HeaderList, UpstreamRequest } from '../../src/wire/contract.ts';

/** One request that reached the provider, and what the provider does about it. */
export class FakeUpstreamCall implements PooledCall {
  readonly request: UpstreamRequest;
  readonly deadlines: Deadlines;
  readonly receiver: PooledReceiver;
  aborted = false;
  paused = 0;
  resumed = 0;
  contentEvents = 0;

  constructor(request: UpstreamRequest, deadlines: Deadlines, receiver: PooledReceiver) {
    this.request = request;
    this.deadlines = deadlines;
    this.receiver = receiver;
  }

  /** The body as it was sent. */
  get text(): string {
    return Buffer.concat(this.request.body ?? []).toString();
  }

  get json(): Record<string, unknown> {
    return JSON.parse(this.text) as Record<string, unknown>;
  }

  header(name: string): string | undefined {
    const { headers } = this.request;
    const at = headers.findIndex((value, index) => index % 2 === 0 && value === name);
    return at < 0 ? undefined : headers[at + 1];
  }

  head(status: number, headers: HeaderList): void {
    this.receiver.onHead(status, headers);
  }

  data(bytes: Buffer | string, size = Number.POSITIVE_INFINITY): void {
    const whole = Buffer.from(bytes as string);
    for (let at = 0; at < whole.length; at += size) this.receiver.onData(whole.subarray(at, at + size));
  }

  /** A whole reply; `size` cuts its body into chunks. */
  answer(status: number, body: unknown, size = Number.POSITIVE_INFINITY): void {
    this.head(status, ['content-type', 'application/json']);
    this.data(typeof body === 'string' ? body : JSON.stringify(body), size);
    this.receiver.onEnd();
  }

  /** A whole event stream. */
  stream(events: readonly string[]): void {
    this.head(200, ['content-type', 'text/event-stream']);
    this.data(events.map((event) => `data: ${event}\n\n`).join(''));
    this.receiver.onEnd();
  }

  abort(): void {
    this.aborted = true;
  }

  pause(): void {
    this.paused += 1;
  }

  resume(): void {
    this.resumed += 1;
  }

  contentSeen(): void {
    this.contentEvents += 1;
  }
}

/** The pools without a network: keeps what is sent, answers when a test says so. */
export class FakeUpstream {
  readonly calls: FakeUpstreamCall[] = [];

  send(request: UpstreamRequest, deadlines: Deadlines, receiver: PooledReceiver): PooledCall {
    const call = new FakeUpstreamCall(request, deadlines, receiver);
    this.calls.push(call);
    return call;
  }

  /** The only request that was sent. */
  get only(): FakeUpstreamCall {
    const [call, ...others] = this.calls;
    if (call === undefined || others.length > 0) throw new Error(`${this.calls.length} requests were sent, not one`);
    return call;
  }
}
