/** Calls without a router over a scripted provider: no variables of this machine, no process behind them. */
import type { CompletionCall } from '../../src/client/calls/contract.ts';
import { DirectCalls } from '../../src/client/calls/direct-calls.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../../src/client/router/answers.ts';
import type { Answered, DirectHiddenParams, Streamed } from '../../src/client/router/contract.ts';
import { FAMILIES } from '../../src/client/router/families.ts';
import type { RouterTools } from '../../src/client/router/tools.ts';
import { testTools } from './library-router.ts';

export class TestCalls {
  readonly direct: DirectCalls;

  constructor(tools: Partial<RouterTools> = {}) {
    this.direct = new DirectCalls(testTools({ random: () => 0, ...tools }));
  }

  completion(call: CompletionCall & { readonly [name: string]: unknown }) {
    return this.direct.start(FAMILIES.completion, call) as Promise<Answered<ChatCompletion, DirectHiddenParams>>;
  }

  stream(call: CompletionCall & { readonly [name: string]: unknown }) {
    const streamed = this.direct.start(FAMILIES.completion, { ...call, stream: true });
    return streamed as Promise<Streamed<ChatCompletionChunk, DirectHiddenParams>>;
  }
}
