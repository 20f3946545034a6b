/**
 * Golden sets `transform-…` of OpenAI-compatible providers and Azure: the request that goes upstream for a whole call,
 * address, credential and body. Replies pass through untouched in the gateway, so their rows are the library's.
 */
import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { compileTarget } from '../../src/providers/target.ts';
import { difference } from './difference.ts';
import { goldenFacts } from './model-facts.ts';
import type { GoldenContext, GoldenRunner } from './runner.ts';

/** Arguments of a call that belong to the deployment; everything else is the client's request. */
const DEPLOYMENT: ReadonlySet<string> = new Set(['model', 'api_key', 'api_base', 'api_version', 'modify_params']);
const FAMILY = 'chat';

async function requestOf(input: JsonObject, context: GoldenContext): Promise<JsonObject> {
  const params = Object.fromEntries(Object.entries(input).filter(([name]) => DEPLOYMENT.has(name)));
  const { extra_headers: extraHeaders, ...body } = Object.fromEntries(
    Object.entries(input).filter(([name]) => !DEPLOYMENT.has(name)),
  );
  const target = compileTarget({
    model: input['model'] as string,
    params: { ...params, ...(extraHeaders === undefined ? {} : { extra_headers: extraHeaders }) },
    family: FAMILY,
    env: new Map(),
    settings: { dropParams: false, modifyParams: input['modify_params'] === true },
    modelFacts: await goldenFacts(context),
  });
  if ('notNative' in target) throw new Error(target.notNative);
  const stream = body['stream'] === true;
  const sent = target.params.rewrite(body, {
    stream,
    dropParams: (body['drop_params'] as boolean | undefined) ?? null,
  });
  return {
    method: 'POST',
    url: target.origin + target.path,
    headers: Object.fromEntries([...pairs(target.headers), ['content-type', 'application/json']]),
    body: sent,
  };
}

function* pairs(headers: readonly string[]): Iterable<[string, string]> {
  for (let index = 0; index + 1 < headers.length; index += 2) yield [headers[index] ?? '', headers[index + 1] ?? ''];
}

/** What the proxy adds or leaves out where the bare library does otherwise: stream switches. */
function withoutStreamSwitches(request: JsonObject): JsonObject {
  const { stream_options: _options, ...body } = request['body'] as JsonObject;
  return {
    ...request,
    body: Object.fromEntries(Object.entries(body).filter(([key, value]) => key !== 'stream' || value !== false)),
  };
}

export async function runRequest(row: JsonObject, context: GoldenContext): Promise<string | null> {
  if (row['kind'] !== 'request') throw new Error('replies are not rewritten by the gateway; library rows');
  const want = row['error'] as JsonObject | undefined;
  try {
    const got = await requestOf(row['input'] as JsonObject, context);
    if (want !== undefined) return `$.error: want ${JSON.stringify(want).slice(0, 160)} got a request`;
    return difference(withoutStreamSwitches(row['request'] as JsonObject), withoutStreamSwitches(got));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const got = { class: error.name, status_code: error.status };
    if (want === undefined) return `$.error: want a request got ${JSON.stringify({ ...got, message: error.message })}`;
    return difference({ class: want['class'] ?? null, status_code: want['status_code'] ?? null }, got);
  }
}

export const runner: GoldenRunner = { sets: /^transform-(?:openai|mistral|others)$/, run: runRequest };
