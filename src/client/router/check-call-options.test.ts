import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../protocol/json.ts';
import { checkCallOptions } from './check-call-options.ts';

const check = (body: object) => (): void => checkCallOptions('completion', body as JsonObject);

describe('an option of a call', () => {
  it.each<[object, string]>([
    [{ timeout: 'x' }, 'completion: `timeout` has to be a number, 0 or more; got a string.'],
    [{ mock_delay: 'x' }, '`mock_delay` has to be a number, 0 or more; got a string.'],
    [{ mock_delay: -1 }, '`mock_delay` has to be a number, 0 or more; got a negative number.'],
    [{ custom_llm_provider: 5 }, '`custom_llm_provider` has to be text; got a number.'],
    [{ api_key: { secret: 'sk' } }, '`api_key` has to be text; got an object.'],
    [{ api_base: new URL('http://a.test') }, '`api_base` has to be text; got an object.'],
    [{ drop_params: 'yes' }, '`drop_params` has to be true or false; got a string.'],
    [{ stream: 'yes' }, '`stream` has to be true or false; got a string.'],
    [{ retry_policy: 5 }, 'retry_policy has to be a mapping of kinds of errors to whole numbers; got a number.'],
    [{ retry_policy: { RateLimitErrorRetrys: 1 } }, 'RateLimitErrorRetrys. Did you mean RateLimitErrorRetries?'],
    [{ input_cost_per_token: 'x' }, 'completion: `input_cost_per_token` has to be a price in USD'],
    [{ output_cost_per_token: -1 }, '`output_cost_per_token` has to be a price in USD'],
  ])('of another kind is refused: %j', (body, text) => {
    expect(check(body)).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(text) }),
    );
  });

  it.each<object>([
    { timeout: 0, mock_delay: 0.5, max_fallbacks: null },
    { custom_llm_provider: 'openai', api_key: null, api_base: 'http://a.test/v1' },
    { drop_params: true, mock_timeout: false },
    { retry_policy: { rateLimitErrorRetries: 3 } },
    { input_cost_per_token: '3e-7', output_cost_per_token: 0, cache_read_input_token_cost: null },
    { cost: 'low', temperature: 'x', provider_option: -1 },
  ])('of its kind passes, and so does a parameter of a provider: %j', (body) => {
    expect(check(body)).not.toThrow();
  });
});
