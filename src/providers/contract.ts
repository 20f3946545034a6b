/**
 * What a provider is to the rest of the program: where requests go, what becomes of each parameter, and how its
 * errors read. Shared code never asks for a provider's name; it reads these properties.
 */
import type { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { JsonKind } from '../protocol/shallow-json-scanner.ts';
import type { HeaderList } from '../wire/contract.ts';

/** The LLM route families that have an upstream of their own. */
export type RouteFamily =
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'moderations'
  | 'images.generations'
  | 'images.edits'
  | 'audio.transcriptions'
  | 'audio.speech'
  | 'responses'
  | 'rerank';

/** What becomes of one top-level key of a request body. `slow`: only `rewrite` can tell. */
export type ParamVerdict = 'keep' | 'drop' | 'slow';

export interface ParamPolicy {
  /** True when the body must always be rewritten (deployment defaults, message changes…). */
  readonly alwaysSlow: boolean;
  /** Cost: one map look-up. Called once per top-level key; `model`, `stream` and `stream_options` are not asked about. */
  verdict(key: string, kind: JsonKind): ParamVerdict;
  /**
   * Asked about values of kept keys that are objects or lists: true sends the body to the slow path (a message that the
   * provider must get in another form). Looks for byte patterns, parses nothing; absent: no.
   */
  needsRewrite?(key: string, bytes: readonly Buffer[]): boolean;
  /**
   * Slow path: the client's parsed body in, the provider's body out (a new object; `model`, `stream` and
   * `stream_options` included and final).
   * @throws GatewayError `unsupported_params`, `bad_request`
   */
  rewrite(body: JsonObject, context: RewriteContext): JsonObject;
}

export interface RewriteContext {
  readonly stream: boolean;
  /** `drop_params` of the request, when it has one. */
  readonly dropParams: boolean | null;
}

/** A deployment and a route family, compiled once per configuration. */
export interface UpstreamTarget {
  /** LiteLLM's provider name, e.g. `openai`, `azure`, `hosted_vllm`. */
  readonly provider: string;
  /** Model name that the provider gets. */
  readonly model: string;
  /** `scheme://host:port` without path. */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  /** Credential and fixed headers, without content-type and content-length. */
  readonly headers: HeaderList;
  /** Value of `x-litellm-model-api-base`. */
  readonly apiBase: string;
  /** The upstream body carries the model name under `model`. */
  readonly sendsModel: boolean;
  /** A non-streaming body says `"stream": false` (Azure) instead of leaving the key out. */
  readonly sendsStreamFalse: boolean;
  /** Streams are asked for usage with `stream_options.include_usage`. */
  readonly asksForStreamUsage: boolean;
  /** False (absent: true): `stream_options` of the client must not reach the provider, which tells usage by itself or not at all. */
  readonly takesStreamOptions?: boolean;
  readonly params: ParamPolicy;
  /** slow path: rewrites a whole reply, where the route's shape is not the provider's (text completion over chat). */
  readonly convertReply?: (reply: JsonObject) => JsonObject;
  /** slow path: makes a converter for one stream's events (it may keep state); null from it leaves the event out. */
  readonly convertEvent?: () => (event: JsonObject) => JsonObject | null;
  /** Which `llm_provider-*` headers its error answers carry (LiteLLM-compat: none for most). */
  readonly errorHeaders: 'none' | 'all';
}

/** A deployment that cannot be served natively, and why (one sentence for the 501 body). */
export interface NotNative {
  readonly notNative: string;
}

/** A reply of a provider that is not a success, or an `error` event inside a stream. */
export interface ProviderFailure {
  readonly provider: string;
  readonly model: string;
  readonly status: number;
  /** At most 64 KB. */
  readonly body: string;
  readonly headers: HeaderList;
  /** The credential that was sent, so that it can be masked when the provider quotes it. */
  readonly secret?: string;
}

/** A failure without an HTTP answer. */
export interface ProviderUnreachable {
  readonly provider: string;
  readonly model: string;
  /** `unsendable`: a key, header or path holds what HTTP does not allow, and nothing was sent. */
  readonly kind: 'connection' | 'timeout' | 'malformed' | 'cut' | 'unsendable';
  readonly message: string;
  /** Seconds; for `timeout`: the limit that was hit, and the time taken. */
  readonly timeoutSeconds?: number;
  readonly elapsedSeconds?: number;
}

export type MapProviderFailure = (failure: ProviderFailure) => GatewayError;
export type MapProviderUnreachable = (failure: ProviderUnreachable) => GatewayError;
