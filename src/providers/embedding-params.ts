/** Parameters of embedding requests: OpenAI's older models have no `dimensions`. */
import type { JsonValue } from '../protocol/json.ts';
import { findProvider } from './catalogue/catalogue.ts';
import type { DialectModel } from './dialects/param-dialect.ts';
import { unsupportedParams } from './unsupported-params.ts';

export interface EmbeddingCheck {
  readonly at: DialectModel;
  readonly dropParams: boolean;
  readonly allowed: readonly string[];
}

/** Deletes or refuses what the model does not take. @throws GatewayError `unsupported_params` */
export function checkEmbeddingParams(params: Record<string, JsonValue>, check: EmbeddingCheck): void {
  if (!('dimensions' in params) || findProvider(check.at.provider)?.ownsCatalogue !== true) return;
  if (check.at.model.includes('text-embedding-3') || check.allowed.includes('dimensions')) return;
  delete params['dimensions'];
  if (check.dropParams) return;
  throw unsupportedParams(
    'Setting dimensions is not supported for OpenAI `text-embedding-3` and later models. To drop it from the call, ' +
      'set `litellm.drop_params = True`.',
  );
}
