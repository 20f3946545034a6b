/**
 * Where a deployment's requests go and with which credential. Keys come from the deployment, else from the row's
 * variables; headers of the deployment replace ours of the same name.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import { azureUrl } from './azure-url.ts';
import type { ProviderRow } from './catalogue/provider-row.ts';
import type { RouteFamily } from './contract.ts';
import { exceptionName } from './exception-names.ts';
import { providerUrl, type ProviderUrl } from './provider-url.ts';
import { firstSet, type Environment, type ResolvedProvider } from './resolve-provider.ts';
import { textOf } from './text-of.ts';

/** What has to be connected. */
export interface Link {
  readonly row: ProviderRow;
  readonly resolved: ResolvedProvider;
  /** Deployment name on Azure. */
  readonly model: string;
  readonly way: RouteFamily;
  readonly request: { readonly params: JsonObject; readonly env: Environment };
}

export interface Connected {
  readonly url: ProviderUrl;
  readonly headers: readonly string[];
  readonly apiBase: string;
}

/** @throws GatewayError for a missing address or key */
export function connect(link: Link): Connected {
  const { row, resolved, request, way } = link;
  const apiBase = resolved.apiBase ?? firstSet(row.apiBaseEnv, request.env) ?? row.apiBase;
  if (apiBase === null)
    throw new GatewayError(
      'bad_request',
      `litellm.BadRequestError: provider ${row.name} has no default address. Set api_base in litellm_params` +
        `${row.apiBaseEnv.length > 0 ? ` or the variable ${row.apiBaseEnv[0]}` : ''}.`,
    );
  const key =
    resolved.apiKey ?? textOf(request.params['api_key']) ?? firstSet(row.apiKeyEnv, request.env) ?? row.placeholderKey;
  const extra = headersOf(request.params);
  if (row.wire === 'azure') return connectAzure(link, { apiBase, key, extra });
  if (key === null && !row.keyless && !hasHeader(extra, 'authorization')) throw missingKey(row);
  return {
    url: providerUrl(row, apiBase, way),
    apiBase: resolved.apiBase ?? apiBase,
    headers: mergeHeaders([...row.headers, ...credential(row, key), ...organization(row, request)], extra),
  };
}

interface AzureConnection {
  readonly apiBase: string;
  readonly key: string | null;
  readonly extra: readonly string[];
}

function connectAzure({ row, model, request, way }: Link, at: AzureConnection): Connected {
  const { apiBase, key, extra } = at;
  const apiVersion = textOf(request.params['api_version']) ?? firstSet(['AZURE_API_VERSION'], request.env);
  const url = azureUrl({ apiBase, apiVersion, model, family: way });
  const token = textOf(request.params['azure_ad_token']) ?? firstSet(['AZURE_AD_TOKEN'], request.env);
  if (key === null && token === null && !hasHeader(extra, 'api-key') && !hasHeader(extra, 'authorization'))
    throw missingKey(row);
  const credential = key === null ? bearer(token) : url.bearer ? bearer(key) : ['api-key', key];
  return { url, apiBase, headers: mergeHeaders(credential, extra) };
}

function bearer(token: string | null): string[] {
  return token === null ? [] : ['authorization', `Bearer ${token}`];
}

function credential(row: ProviderRow, key: string | null): string[] {
  if (key === null || row.keyless) return [];
  return [...bearer(key), ...(row.keyHeader === null ? [] : [row.keyHeader, key])];
}

/** OpenAI's clients take an organisation from the deployment or the environment. */
function organization(row: ProviderRow, request: Link['request']): string[] {
  if (!row.takesOrganization) return [];
  const value = textOf(request.params['organization']) ?? firstSet(['OPENAI_ORGANIZATION'], request.env);
  return value === null ? [] : ['openai-organization', value];
}

/** `headers` and `extra_headers` of the deployment; the latter wins. */
function headersOf(params: JsonObject): string[] {
  const merged = new Map<string, string>();
  for (const name of ['headers', 'extra_headers']) {
    const value = params[name];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const [header, text] of Object.entries(value))
      merged.set(header.toLowerCase(), typeof text === 'string' ? text : JSON.stringify(text));
  }
  return [...merged].flat();
}

function hasHeader(headers: readonly string[], name: string): boolean {
  return headers.some((value, index) => index % 2 === 0 && value === name);
}

/** Headers given by the user replace ours of the same name. */
function mergeHeaders(ours: readonly string[], theirs: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const list of [ours, theirs]) {
    for (let index = 0; index + 1 < list.length; index += 2)
      merged.set(list[index] as string, list[index + 1] as string);
  }
  return [...merged].flat();
}

function missingKey(row: ProviderRow): GatewayError {
  const variable = row.apiKeyEnv[0];
  return new GatewayError(
    'authentication',
    `litellm.AuthenticationError: AuthenticationError: ${exceptionName(row.name)} - Missing credentials. Set api_key in ` +
      `litellm_params${variable === undefined ? '' : ` or the variable ${variable}`}.`,
  );
}
