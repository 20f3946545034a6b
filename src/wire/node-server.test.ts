import { createNodeServer } from './node-server.ts';
import { describeExchange } from './exchange.contract.ts';
import { describeMalformedRequests } from './malformed-request.contract.ts';
import type { ExchangeHandler } from './contract.ts';

const start = async (handler: ExchangeHandler): Promise<{ port: number; stop: () => Promise<void> }> => {
  const server = createNodeServer({ handler });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    port,
    stop: async () => {
      await server.drain(0);
    },
  };
};

describeExchange('node:http', start);
describeMalformedRequests('node:http', start);
