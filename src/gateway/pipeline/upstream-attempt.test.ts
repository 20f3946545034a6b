import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';

const FAULT = 'a planted fault of the gateway';

/** Whatever asks for a cost throws. */
function gatewayWithFault(): AssembledGateway {
  const gateway = new AssembledGateway({ deployments: [openaiDeployment()] });
  Object.assign(gateway.assembly.pipeline, {
    addCostHeaders: () => {
      throw new Error(FAULT);
    },
  });
  return gateway;
}

describe('UpstreamAttempt', () => {
  test.each([
    ['a whole reply', {}, 'application/json', JSON.stringify(COMPLETION)],
    [
      'a stream',
      { stream: true },
      'text/event-stream',
      'data: {"id":"c1","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n',
    ],
  ])('a fault of the gateway while it relays %s ends the exchange and is logged', async (_name, body, type, text) => {
    const to = gatewayWithFault();
    const exchange = to.chat(body);
    const { receiver } = to.upstream.only;
    receiver.onHead(200, ['content-type', type]);
    receiver.onData(Buffer.from(text));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    receiver.onEnd();
    expect([exchange.status, JSON.parse(exchange.text)]).toMatchObject([500, { error: { code: '500' } }]);
    expect(exchange.text).not.toContain(FAULT);
    expect(to.logLines.join('')).toContain(FAULT);
  });
});
