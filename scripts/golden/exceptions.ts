/** Golden set `exceptions`: what becomes of error answers, network failures and exceptions of providers. */
import type { GatewayError } from '../../src/errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts';
import { findProvider } from '../../src/providers/catalogue/catalogue.ts';
import { mapProviderFailure, mapProviderText, mapProviderUnreachable } from '../../src/providers/map-failure.ts';
import { difference } from './difference.ts';
import type { GoldenRunner } from './runner.ts';

/** Python's `json.dumps` with its blanks, as the recorder sent bodies. */
function pythonJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

const text = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : pythonJson(value);

function wireError(row: JsonObject): GatewayError {
  const provider = row['provider'] as string;
  const model = row['model'] as string;
  const upstream = row['upstream'] as JsonObject;
  if (typeof upstream['network_error'] === 'string') {
    const timedOut = upstream['network_error'].endsWith('Timeout');
    const digested = findProvider(provider)?.digestsErrors === true;
    return mapProviderUnreachable({
      provider,
      model,
      kind: timedOut ? 'timeout' : 'connection',
      message: text(upstream['text']),
      ...(timedOut && !digested ? { timeoutSeconds: 600 } : {}),
    });
  }
  const headers = Object.entries((upstream['headers'] as JsonObject | null) ?? {}).flatMap(([name, value]) => [
    name.toLowerCase(),
    text(value),
  ]);
  return mapProviderFailure({
    provider,
    model,
    status: upstream['status'] as number,
    body: text(upstream['body']),
    headers,
  });
}

/** An exception object that a provider's handler raised: its text is the body. */
function raisedError(row: JsonObject): GatewayError {
  const provider = row['provider'] as string;
  const original = row['original'] as JsonObject;
  const status = original['status_code'];
  if (typeof status !== 'number') return mapProviderText(provider, text(original['message']));
  return mapProviderFailure({
    provider,
    model: row['model'] as string,
    status,
    body: text(original['message']),
    headers: [],
  });
}

/** A Python traceback in the text is a fault that is not copied. */
const withoutTraceback = (message: JsonValue | undefined): string =>
  text(message).replace(/\n(?:<python traceback>|NoneType: None)\n?$/, '');

const DOES_NOT_COUNT =
  /^\$\.(?:llm_provider|model|body|param|type|code|provider_specific_fields|litellm_debug_info|max_retries|num_retries)/;

export const runner: GoldenRunner = {
  sets: /^exceptions$/,
  run(row) {
    const provider = row['provider'] as string;
    const known = findProvider(provider);
    if (known === null || known.wire === 'foreign') throw new Error(`${provider} is not served natively yet`);
    const error = row['via'] === 'wire' ? wireError(row) : raisedError(row);
    const got = { class: error.name, message: error.message, status_code: error.status };
    const want = row['error'] as JsonObject;
    return difference({ ...want, message: withoutTraceback(want['message']) }, got, { ignore: DOES_NOT_COUNT });
  },
};
