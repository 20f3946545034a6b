/** Golden set `supported-params`: LiteLLM's `get_supported_openai_params`. */
import type { JsonObject } from '../../src/protocol/json.ts';
import { supportedOpenaiParams, type ParamRequestType } from '../../src/providers/supported-params.ts';
import { difference } from './difference.ts';
import { goldenFacts } from './model-facts.ts';
import type { GoldenRunner } from './runner.ts';

export const runner: GoldenRunner = {
  sets: /^supported-params$/,
  async run(row, context) {
    const input = row['input'] as JsonObject;
    const got = supportedOpenaiParams({
      provider: input['custom_llm_provider'] as string,
      model: input['model'] as string,
      requestType: input['request_type'] as ParamRequestType,
      facts: await goldenFacts(context),
    });
    return difference(row['params'], got);
  },
};
