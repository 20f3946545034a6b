/** Golden set `param-mapping`: LiteLLM's `get_optional_params`, its `extra_body` laid flat as it goes over the wire. */
import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts';
import { isTrue } from '../../src/providers/param-policy.ts';
import { parseDropPaths, dropNested } from '../../src/providers/drop-paths.ts';
import { findProvider } from '../../src/providers/catalogue/catalogue.ts';
import { dialectOf } from '../../src/providers/dialects/dialects.ts';
import { placeParams } from '../../src/providers/place-params.ts';
import { difference } from './difference.ts';
import { goldenFacts } from './model-facts.ts';
import type { GoldenContext, GoldenRunner } from './runner.ts';

const ARGUMENTS: ReadonlySet<string> = new Set([
  'model',
  'custom_llm_provider',
  'drop_params',
  'allowed_openai_params',
  'additional_drop_params',
  'api_version',
  'extra_body',
]);

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

async function answer(input: JsonObject, context: GoldenContext): Promise<JsonObject> {
  const provider = input['custom_llm_provider'] as string;
  const model = input['model'] as string;
  const dialect = dialectOf(provider);
  if (findProvider(provider)?.wire === 'foreign') throw new Error(`${provider} has no parameter rules yet`);
  const facts = await goldenFacts(context);
  const apiVersion = (input['api_version'] as string | undefined) ?? '2025-02-01-preview';
  const dropped = texts(input['additional_drop_params']);
  const placed = placeParams(
    dialect,
    { provider, model, facts, apiVersion },
    Object.entries(input).filter(([name]) => !ARGUMENTS.has(name)),
    {
      dropParams: isTrue(input['drop_params']),
      allowed: texts(input['allowed_openai_params']),
      dropped,
      shownModel: model,
    },
  );
  const extraBody = input['extra_body'];
  return dropNested(
    {
      ...Object.fromEntries(placed.params),
      ...(extraBody as JsonObject | undefined),
      ...Object.fromEntries(placed.extra),
    },
    parseDropPaths(dropped),
  );
}

/** `stream: false` and `max_retries` never reach the wire; LiteLLM's own flags steer it and are told apart by name. */
const NOT_SENT: ReadonlySet<string> = new Set(['max_retries', 'json_mode', 'fake_stream']);

function flat(result: JsonObject): JsonObject {
  const { extra_body: extra, ...rest } = result;
  const all = { ...rest, ...(extra as JsonObject | null) };
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => !NOT_SENT.has(name) && !(name === 'stream' && value === false)),
  );
}

/** JSON numbers have no `2.0`; Python's floats do. */
function wantedError(error: JsonObject): JsonObject {
  return { ...error, message: (error['message'] as string).replace(/=(\d+)\.0\b/g, '=$1') };
}

export const runner: GoldenRunner = {
  sets: /^param-mapping$/,
  async run(row, context) {
    const want =
      row['error'] === undefined
        ? { result: flat(row['result'] as JsonObject) }
        : { error: wantedError(row['error'] as JsonObject) };
    try {
      return difference(want, { result: flat(await answer(row['input'] as JsonObject, context)) });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const got = { class: error.name, message: error.message, status_code: error.status };
      return difference(want, { error: got }, { ignore: /^\$\.error\.(?:llm_provider|model)$/ });
    }
  },
};
