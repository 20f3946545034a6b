/** What every `Exchange` and the server under it must do. Each implementation's test calls `describeExchange`. */
import { describe } from 'vitest';
import { exchangeBench, type StartExchangeServer } from './exchange-bench.contract.ts';
import { describeEnds } from './exchange-end.contract.ts';
import { describeReplies } from './exchange-replies.contract.ts';
import { describeRequests } from './exchange-requests.contract.ts';

export function describeExchange(name: string, start: StartExchangeServer): void {
  describe(`${name}: Exchange`, () => {
    const bench = exchangeBench(start);
    describeReplies(bench);
    describeRequests(bench);
    describeEnds(bench);
  });
}
