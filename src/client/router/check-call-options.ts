/** Options of one call, held to their kinds: one of another kind would be as if it had not been given. Pure. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { priceFault } from '../../pricing/price-fault.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { checkedSetting } from './read-settings.ts';

const COUNTS = ['num_retries', 'timeout', 'request_timeout', 'stream_timeout', 'max_fallbacks', 'mock_delay'];
const TEXTS = ['custom_llm_provider', 'api_key', 'api_base', 'base_url', 'api_version', 'organization'];
const SWITCHES = ['stream', 'drop_params', 'mock_timeout'];

/** @param method for messages @param body under LiteLLM's names; null counts as absent @throws GatewayError `bad_request` */
export function checkCallOptions(method: string, body: JsonObject): void {
  for (const name of COUNTS) {
    const value = body[name] ?? null;
    if (value !== null && (typeof value !== 'number' || !(value >= 0)))
      throw wrongOption(method, name, 'a number, 0 or more', value);
  }
  for (const name of TEXTS) {
    const value = body[name] ?? null;
    if (value !== null && typeof value !== 'string') throw wrongOption(method, name, 'text', value);
  }
  for (const name of SWITCHES) {
    const value = body[name] ?? null;
    if (value !== null && typeof value !== 'boolean') throw wrongOption(method, name, 'true or false', value);
  }
  const policy = body['retry_policy'] ?? null;
  if (policy !== null) checkedSetting('retry_policy', policy, 'retry_policy', method);
  for (const name in body) {
    const fault = priceFault(name, body[name]);
    if (fault !== null) throw new GatewayError('bad_request', `${method}: ${fault}`, { param: name });
  }
}

/** `completion: \`timeout\` has to be …; got …`, which never shows the value: it may be a key. */
export function wrongOption(method: string, name: string, wanted: string, got: unknown): GatewayError {
  const found = typeof got === 'number' && got < 0 ? 'a negative number' : kindOfValue(got);
  const text = `${method}: \`${name}\` has to be ${wanted}; got ${found}.`;
  return new GatewayError('bad_request', text, { param: name });
}
