/**
 * Headers of LLM replies: LiteLLM's own, the provider's under `llm_provider-`, and the rate-limit headers that clients
 * read unprefixed. Header names of providers repeat, so their prefixed forms are kept in a bounded cache.
 */
import { errorFields } from '../../errors/error-body.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { HeaderList } from '../../wire/contract.ts';
import type { RoutingFailure } from '../../router/contract.ts';
import type { RoutedRequest } from './route-attempt.ts';

/** About the connection or the framing between us and the provider, or meant for one browser: not for the client. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'date',
  'set-cookie',
  'upgrade',
  'trailer',
  'te',
]);

const UNPREFIXED: ReadonlySet<string> = new Set([
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
]);

const RESET = 'x-ratelimit-reset-requests';

const prefixed = (name: string): string => `llm_provider-${name}`;

export class ReplyHeaderWriter {
  readonly #names = new LruMap<string, string>(512);

  /**
   * Adds what the provider's headers become.
   * @param withReset LiteLLM-compat: streams and Responses also get `x-ratelimit-reset-requests` unprefixed
   */
  addProviderHeaders(out: string[], provider: HeaderList, withReset: boolean): void {
    for (let index = 0; index + 1 < provider.length; index += 2) {
      const name = provider[index] as string;
      if (NOT_FORWARDED.has(name)) continue;
      const value = provider[index + 1] as string;
      let long = this.#names.get(name);
      if (long === undefined) this.#names.set(name, (long = prefixed(name)));
      out.push(long, value);
      if (UNPREFIXED.has(name) || (withReset && name === RESET)) out.push(name, value);
    }
  }
}

export interface ReplyTimes {
  /** Milliseconds from the request's first byte until now. */
  readonly totalMs: number;
  /** Of these, milliseconds spent waiting for the provider. */
  readonly providerMs: number;
}

/** What the call as a whole says in its reply. */
export interface CallFacts {
  readonly callId: string;
  readonly earlierFailures: readonly RoutingFailure[];
}

/** LiteLLM's headers of a successful reply, up to the provider's own. */
export function successHeaders(request: RoutedRequest, call: CallFacts, times: ReplyTimes): string[] {
  return [
    ...request.target.replyHeaders,
    ...attemptHeaders(request, call),
    'x-litellm-model-group',
    headerSafe(request.group),
    'x-litellm-call-id',
    call.callId,
    'x-litellm-response-duration-ms',
    times.totalMs.toFixed(3),
    'x-litellm-overhead-duration-ms',
    Math.max(0, times.totalMs - times.providerMs).toFixed(3),
  ];
}

const FIRST_ATTEMPT: HeaderList = ['x-litellm-attempted-retries', '0', 'x-litellm-attempted-fallbacks', '0'];

/** How often was tried before; LiteLLM's names. */
export function attemptHeaders({ attempt, tellsFailures }: RoutedRequest, { earlierFailures }: CallFacts): HeaderList {
  const { retries, maxRetries, fallbacks, panic } = attempt;
  if (retries === 0 && fallbacks === 0 && !panic) return FIRST_ATTEMPT;
  const out = ['x-litellm-attempted-retries', String(retries), 'x-litellm-attempted-fallbacks', String(fallbacks)];
  if (maxRetries !== null) out.push('x-litellm-max-retries', String(maxRetries));
  if (panic) out.push('x-fast-litellm-panic', 'true');
  if (tellsFailures && earlierFailures.length > 0)
    out.push('x-litellm-fallback-errors', asciiJson(earlierFailures.map(({ error }) => errorFields(error))));
  return out;
}

/** JSON that a header can hold. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function headerValue(headers: HeaderList, name: string): string {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1] as string;
  return '';
}

/** Longer values of clients are cut: some HTTP clients refuse heads beyond a few KB. */
const LONGEST_HEADER_VALUE = 1024;

/** Characters that may stand in a header value; anything else a client sent is replaced. */
export function headerSafe(text: string): string {
  return text.slice(0, LONGEST_HEADER_VALUE).replace(/[^\t\x20-\x7e]/g, '?');
}
