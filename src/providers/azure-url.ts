/**
 * Azure OpenAI's addresses: `/openai/deployments/{deployment}/…?api-version=` for dated versions, `/openai/v1/…` for
 * the versions `v1`, `latest` and `preview`, and bases that already name a deployment.
 */
import type { RouteFamily } from './contract.ts';
import { openaiPath, parseBase, type ProviderUrl } from './provider-url.ts';

/** LiteLLM's default. */
const DEFAULT_AZURE_API_VERSION = '2025-02-01-preview';
const UNDATED: ReadonlySet<string> = new Set(['v1', 'latest', 'preview']);
const GATEWAY_HOST = 'gateway.ai.cloudflare.com';

export interface AzureAddress {
  readonly apiBase: string;
  /** null: not configured. */
  readonly apiVersion: string | null;
  /** Deployment name. */
  readonly model: string;
  readonly family: RouteFamily;
}

export interface AzureUrl extends ProviderUrl {
  /** The v1 API takes the key as a bearer token like OpenAI. */
  readonly bearer: boolean;
}

export function azureUrl(address: AzureAddress): AzureUrl {
  const url = parseBase(address.apiBase);
  const base = url.pathname.replace(/\/+$/, '');
  if (address.family === 'responses') return { ...responsesUrl(address, url, base), bearer: false };
  if (UNDATED.has(address.apiVersion ?? '')) return v1Url(address, url, base);
  const version = `?api-version=${encodeURIComponent(address.apiVersion ?? DEFAULT_AZURE_API_VERSION)}`;
  return { origin: url.origin, path: deploymentPath(address, url, base) + version, bearer: false };
}

function deploymentPath(address: AzureAddress, url: URL, base: string): string {
  const suffix = openaiPath(address.family);
  const inBase = /^.*\/openai\/deployments\/[^/]+/.exec(base);
  if (inBase !== null) return inBase[0] + suffix;
  const name = address.model.split('/').map(encodeURIComponent).join('/');
  return url.hostname === GATEWAY_HOST ? `${base}/${name}${suffix}` : `${base}/openai/deployments/${name}${suffix}`;
}

function v1Url(address: AzureAddress, url: URL, base: string): AzureUrl {
  const root = base.endsWith('/openai/v1') ? base : `${base}/openai/v1`;
  return { origin: url.origin, path: root + openaiPath(address.family), bearer: true };
}

/** LiteLLM-compat: without a version, responses go to the v1 address with `api-version=preview`. */
function responsesUrl(address: AzureAddress, url: URL, base: string): ProviderUrl {
  const version = address.apiVersion ?? 'preview';
  const root = base.replace(/\/openai(?:\/v1)?(?:\/responses)?$/, '');
  const path = UNDATED.has(version) ? '/openai/v1/responses' : '/openai/responses';
  return { origin: url.origin, path: `${root}${path}?api-version=${encodeURIComponent(version)}` };
}
