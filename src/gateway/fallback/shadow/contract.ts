/** What is kept of a request and of its answer, for the other side to answer once more. */
import type { HeaderList, RequestHead } from '../../../wire/contract.ts';

export interface RecordedRequest {
  readonly head: RequestHead;
  readonly body: readonly Buffer[];
}

export interface RecordedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

export interface Recorded {
  readonly request: RecordedRequest;
  readonly answer: RecordedAnswer;
}
