/**
 * Addresses of OpenAI-compatible providers: what a base URL and a route family become.
 * @throws GatewayError `bad_request` for a base that is not an http(s) URL, with the remedy
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { RouteFamily } from './contract.ts';
import type { ProviderRow } from './catalogue/provider-row.ts';

export interface ProviderUrl {
  /** `scheme://host[:port]`. */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
}

const OPENAI_PATHS: Readonly<Record<RouteFamily, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
  moderations: '/moderations',
  'images.generations': '/images/generations',
  'images.edits': '/images/edits',
  'audio.transcriptions': '/audio/transcriptions',
  'audio.speech': '/audio/speech',
  responses: '/responses',
  rerank: '/rerank',
};

export function openaiPath(family: RouteFamily): string {
  return OPENAI_PATHS[family];
}

export function providerUrl(row: ProviderRow, apiBase: string, family: RouteFamily): ProviderUrl {
  const url = parseBase(apiBase);
  if (family === 'chat' && row.chatUrl === 'verbatim') return { origin: url.origin, path: url.pathname + url.search };
  const base = baseFor(row, url.pathname.replace(/\/+$/, ''));
  const suffix = row.paths.get(family) ?? OPENAI_PATHS[family];
  return { origin: url.origin, path: join(row, base, suffix, family) + url.search };
}

function baseFor(row: ProviderRow, path: string): string {
  if (row.baseRule !== 'ensure-v1' || path.endsWith('/v1') || path.endsWith(OPENAI_PATHS.chat)) return path;
  return `${path}/v1`;
}

/** Adds the suffix, unless it is there already or both name the version. */
function join(row: ProviderRow, base: string, suffix: string, family: RouteFamily): string {
  const alwaysAppends = family === 'chat' && row.chatUrl === 'append';
  if (!alwaysAppends && base.endsWith(suffix)) return base;
  const plain =
    family === 'chat' || !base.endsWith(OPENAI_PATHS.chat) ? base : base.slice(0, -OPENAI_PATHS.chat.length);
  const version = /^(?:\/api)?\/v\d+/.exec(suffix)?.[0];
  return version !== undefined && plain.endsWith(version) ? plain + suffix.slice(version.length) : plain + suffix;
}

/** Parses a base URL; IPv6 hosts and ports are kept, credentials and fragments refused. */
export function parseBase(apiBase: string): URL {
  const url = URL.parse(apiBase);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    throw badBase('is not an http:// or https:// URL');
  if (url.username !== '' || url.password !== '') throw badBase('must not hold a user name or a password');
  return url;
}

function badBase(problem: string): GatewayError {
  // The base itself may hold a secret, so it is not quoted.
  return new GatewayError(
    'bad_request',
    `litellm.BadRequestError: the api_base of this deployment ${problem}. Write it like https://host/v1 in litellm_params.`,
  );
}
