/** What every `Transport` must do. Each implementation's test calls `describeTransport`. */
import { describe } from 'vitest';
import { transportBench } from './transport-bench.contract.ts';
import { describeAborts, describeBackpressure } from './transport-aborts.contract.ts';
import { describeBodyStreams } from './transport-body-streams.contract.ts';
import { describeConnections } from './transport-connections.contract.ts';
import { describeReplies } from './transport-replies.contract.ts';
import { describeRequests } from './transport-requests.contract.ts';
import type { TransportFactory } from './contract.ts';

export function describeTransport(name: string, create: TransportFactory): void {
  describe(`${name}: Transport`, () => {
    const bench = transportBench(create);
    describeRequests(bench);
    describeBodyStreams(bench);
    describeReplies(bench);
    describeConnections(bench);
    describeAborts(bench);
    describeBackpressure(bench);
  });
}
