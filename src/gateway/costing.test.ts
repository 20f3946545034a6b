import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../test/support/fake-exchange.ts';
import type { SnapshotParts } from '../../test/support/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';

function gateway(params: JsonObject = {}, parts: SnapshotParts = {}): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment(params)], ...parts });
}

function answered(to: AssembledGateway): FakeExchange {
  const exchange = to.chat();
  to.upstream.only.answer(200, COMPLETION);
  return exchange;
}

function costOf(exchange: FakeExchange): readonly string[] {
  return exchange.replied('x-litellm-response-cost');
}

describe('costs in the headers of a reply', () => {
  test('are those of its usage', () => {
    // Three tokens in at 2e-6, two out at 1e-5.
    const exchange = answered(gateway());
    expect(Number(costOf(exchange)[0])).toBeCloseTo(2.6e-5, 12);
    expect(Number(exchange.replied('x-litellm-response-cost-input')[0])).toBeCloseTo(6e-6, 12);
    expect(Number(exchange.replied('x-litellm-response-cost-output')[0])).toBeCloseTo(2e-5, 12);
    expect(exchange.replied('x-litellm-key-spend')).toEqual(costOf(exchange));
  });

  test("are at the deployment's own prices where it has some", () => {
    const exchange = answered(gateway({ input_cost_per_token: 1, output_cost_per_token: 10 }));
    expect(costOf(exchange)).toEqual(['23.0']);
  });

  test('a stream has cost nothing yet when its head goes out', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    to.upstream.only.stream(['{"model":"x","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}', '[DONE]']);
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.replied('x-litellm-key-spend')).toEqual(['0.0']);
    expect(costOf(exchange)).toEqual([]);
  });

  test('a model without a price costs nothing and is answered all the same', () => {
    const exchange = answered(gateway({ model: 'openai/unheard-of' }));
    expect([exchange.status, exchange.replied('x-litellm-key-spend')]).toEqual([200, ['0.0']]);
  });

  test('an answer without usage is answered all the same', () => {
    const to = gateway();
    const exchange = to.chat();
    to.upstream.only.answer(200, { id: 'c', choices: [] });
    expect(exchange.status).toBe(200);
    expect(exchange.replied('x-litellm-key-spend')).toHaveLength(1);
  });

  test('a discount is taken off', () => {
    const to = gateway({}, { litellmRaw: { cost_discount_config: { openai: 0.5 } } });
    expect(Number(costOf(answered(to))[0])).toBeCloseTo(1.3e-5, 12);
  });

  test('two deployments of a group do not share a price', () => {
    const to = new AssembledGateway({
      deployments: [
        openaiDeployment({ input_cost_per_token: 1, output_cost_per_token: 0 }, 'a'),
        openaiDeployment({}, 'b'),
      ],
    });
    const costs = ['a', 'b', 'a'].map((model, index) => {
      const exchange = to.chat({ model });
      to.upstream.calls[index]?.answer(200, COMPLETION);
      return Number(costOf(exchange)[0]);
    });
    expect(costs).toEqual([3, expect.closeTo(2.6e-5, 12), 3]);
  });
});
