/**
 * `node src/pricing/completion-cost.bench.ts`: the cost of a chat answer, whole and by its parts. LiteLLM's
 * `completion_cost` takes 110 µs for the first row (Python 3.11, the machine of docs/prices.md).
 */
import { bench, do_not_optimize, group, run, summary } from 'mitata';
import { testContext } from '../../test/support/prices.ts';
import type { JsonObject } from '../protocol/json.ts';
import { compilePrice } from './compile-price.ts';
import { completionCost, completionCostBreakdown } from './completion-cost.ts';
import { NO_ADJUSTMENTS } from './cost-adjustments.ts';
import { addCostHeaders } from './cost-headers.ts';
import { costPerToken } from './cost-per-token.ts';
import { pythonFloat } from './python-float.ts';
import { readUsage } from './usage.ts';

const context = testContext();
const at = Date.parse('2026-11-02T12:00:00Z');
const usageObject: JsonObject = {
  prompt_tokens: 120,
  completion_tokens: 40,
  total_tokens: 160,
  prompt_tokens_details: { cached_tokens: 20, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 10, audio_tokens: 0, accepted_prediction_tokens: 0 },
};
const response: JsonObject = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'gpt-4o',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello!', annotations: [] } }],
  usage: usageObject,
};
const usage = readUsage(usageObject);
const priced = compilePrice({ id: 'one', model: 'openai/gpt-4o', params: {}, modelInfo: {} }, context, {
  adjustments: NO_ADJUSTMENTS,
});
const call = { callType: 'completion', usage, responseModel: 'gpt-4o', serviceTier: null, at };
const cost = completionCostBreakdown({ response, responseKind: 'chat', at }, context);

group('a chat answer', () => {
  summary(() => {
    bench('completionCost, from the answer', () =>
      do_not_optimize(completionCost({ response, responseKind: 'chat', at }, context)),
    ).baseline();
    bench('completionCost, model and provider named', () =>
      do_not_optimize(
        completionCost({ response, responseKind: 'chat', model: 'gpt-4o', customLlmProvider: 'openai', at }, context),
      ),
    );
    bench('costPerToken, usage read before', () =>
      do_not_optimize(costPerToken({ model: 'gpt-4o', customLlmProvider: 'openai', usage, at }, context)),
    );
    bench('compilePrice, the gateway per request', () => do_not_optimize(priced(call)));
  });
});

group('parts', () => {
  bench('readUsage', () => do_not_optimize(readUsage(usageObject)));
  bench('addCostHeaders', () => {
    const headers: string[] = [];
    addCostHeaders(headers, cost, pythonFloat(cost.total));
    do_not_optimize(headers);
  });
  let number = 0;
  bench('pythonFloat, another number each time', () => {
    number += 1.37e-8;
    do_not_optimize(pythonFloat(number));
  });
});

await run();
