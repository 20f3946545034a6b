/**
 * Headers of LLM replies: LiteLLM's own, the provider's under `llm_provider-`, and the rate-limit headers that clients
 * read unprefixed. Header names of providers repeat, so their prefixed forms are kept in a bounded cache.
 */
import { LruMap } from '../../primitives/lru-map.ts';
import type { HeaderList } from '../../wire/contract.ts';
import type { CompiledTarget } from './compiled-deployments.ts';

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

/** LiteLLM's headers of a successful reply, up to the provider's own. */
export function successHeaders(target: CompiledTarget, group: string, callId: string, times: ReplyTimes): string[] {
  return [
    ...target.replyHeaders,
    'x-litellm-model-group',
    group,
    'x-litellm-call-id',
    callId,
    'x-litellm-response-duration-ms',
    times.totalMs.toFixed(3),
    'x-litellm-overhead-duration-ms',
    Math.max(0, times.totalMs - times.providerMs).toFixed(3),
  ];
}

/** Longer values of clients are cut: some HTTP clients refuse heads beyond a few KB. */
const LONGEST_HEADER_VALUE = 1024;

/** Characters that may stand in a header value; anything else a client sent is replaced. */
export function headerSafe(text: string): string {
  return text.slice(0, LONGEST_HEADER_VALUE).replace(/[^\t\x20-\x7e]/g, '?');
}
