/** Golden set `provider-resolution`: LiteLLM's `get_llm_provider` with every key variable of the file set. */
import { readText } from './prices.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { resolveProvider, type Environment } from '../../src/providers/resolve-provider.ts';
import { difference } from './difference.ts';
import type { GoldenRunner } from './runner.ts';

const environments = new Map<string, Environment>();

/** Each variable that some row names holds its own name. */
function environmentOf(file: string): Environment {
  let known = environments.get(file);
  if (known === undefined) {
    const names = [...readText(file).matchAll(/\{"env": ?"([A-Z0-9_]+)"\}/g)].map((match) => match[1] as string);
    environments.set(file, (known = new Map(names.map((name) => [name, name]))));
  }
  return known;
}

function answer(input: JsonObject, env: Environment): JsonObject {
  const text = (key: string): string | null => (typeof input[key] === 'string' ? input[key] : null);
  try {
    const found = resolveProvider(
      {
        model: input['model'] as string,
        customLlmProvider: text('custom_llm_provider'),
        apiBase: text('api_base'),
        apiKey: text('api_key'),
      },
      env,
    );
    const key = found.apiKey;
    const shown = key === null ? null : env.has(key) ? { env: key } : { value: key };
    return { model: found.model, provider: found.provider, api_base: found.apiBase, key: shown };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { error: { class: error.name, message: error.message, status_code: error.status } };
  }
}

export const runner: GoldenRunner = {
  sets: /^provider-resolution$/,
  run(row, context) {
    const { input, ...want } = row;
    const got = answer(input as JsonObject, environmentOf(context.file));
    return difference(want, got, { ignore: /^\$\.error\.(?:llm_provider|model)$/ });
  },
};
