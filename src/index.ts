/** The library door: what `import … from 'fast-litellm'` gives. Loads no server, no database and no optional package. */
export {
  createModelLibrary,
  type ModelLibrary,
  type ModelQuestion,
  type ParamsQuestion,
  type ProviderQuestion,
} from './client/model-library.ts';
export { ERROR_CODES, type ErrorCode, type ErrorCodeRow } from './errors/codes.ts';
export { GatewayError, type GatewayErrorOptions } from './errors/gateway-error.ts';
export type { JsonObject, JsonValue } from './protocol/json.ts';
export type { ResolvedProvider } from './providers/resolve-provider.ts';
