import { modelSupports } from '../../src/pricing/model-capabilities.ts';
import { getMaxTokens, getModelInfo } from '../../src/pricing/model-info.ts';
import { textAt } from '../../src/pricing/price-entry.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import { difference } from './difference.ts';
import { pricingContext } from './pricing-context.ts';
import type { GoldenRunner } from './runner.ts';

export const runner: GoldenRunner = {
  sets: /^model-info$/,
  run(row, golden) {
    const context = pricingContext(golden.pricesPath);
    const input = isJsonObject(row['input']) ? row['input'] : {};
    const query = { model: textAt(input, 'model') ?? '', customLlmProvider: textAt(input, 'custom_llm_provider') };
    const wanted = isJsonObject(row['info']) ? row['info'] : undefined;
    const params = wanted?.['supported_openai_params'];
    const got: Record<string, unknown> = {
      ...attempt('info', 'error', () =>
        getModelInfo(query, { ...context, supportedParams: () => (Array.isArray(params) ? params.map(String) : null) }),
      ),
      ...attempt('max_tokens', 'max_tokens_error', () => getMaxTokens(query.model, context)),
    };
    if (isJsonObject(row['supports'])) {
      got['supports'] = Object.fromEntries(
        Object.keys(row['supports']).map((name) => [name, modelSupports(query, name, context)]),
      );
    }
    const { input: _, ...answer } = row;
    return difference(answer, got);
  },
};

/** The recorded exceptions are all plain `Exception`s; what has to agree is the message. */
function attempt(field: string, errorField: string, ask: () => JsonValue): JsonObject {
  try {
    return { [field]: ask() };
  } catch (error) {
    return { [errorField]: { class: 'Exception', message: error instanceof Error ? error.message : String(error) } };
  }
}
