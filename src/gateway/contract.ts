/**
 * What a route handler gets. The table of routes is data; stages are put together once per configuration, and a
 * handler sees one immutable `GatewayState`.
 */
import type { ConfigSnapshot } from '../config/snapshot.ts';
import type { Exchange } from '../wire/contract.ts';
import type { Logger } from 'pino';
import type { CallerLimits } from '../rate-limit/caller-limits.ts';

export type Access =
  | 'public' // nobody is asked for a key
  | 'key'; // any valid key

export interface CallerIdentity {
  /** `master`: the master key was shown; `open`: no master key is configured. */
  readonly kind: 'master' | 'open' | 'none';
  /** Left out where nobody is limited by who they are; the key's id is its SHA-256 in hexadecimal, never the key. */
  readonly limits?: CallerLimits;
}

export interface GatewayState {
  readonly snapshot: ConfigSnapshot;
  readonly log: Logger;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Milliseconds of the monotonic clock. */
  monotonicMs(): number;
}

export interface RouteContext {
  readonly state: GatewayState;
  /** Percent-decoded path parameters by name. */
  readonly pathParams: ReadonlyMap<string, string>;
  readonly caller: CallerIdentity;
  /** The route's template, e.g. `/v1/models/{model_id}`. */
  readonly route: string;
}

/** Throws or rejects with a GatewayError to answer with its body; anything else is answered 500 and logged. */
export type RouteHandler = (exchange: Exchange, context: RouteContext) => void | Promise<void>;

export interface RouteDefinition {
  readonly methods: readonly string[];
  /** Template with `{name}` for one path segment and `{name:path}` for the rest. */
  readonly path: string;
  /** Rollout and fallback family, e.g. `chat`, `models`, `health`. */
  readonly family: string;
  readonly access: Access;
  /** `google`: the key is read from `?key=` and `x-goog-api-key` only, as Google's clients send it. */
  readonly keyFrom?: 'google';
  /** Answered here in every case, whatever stands behind the gateway. */
  readonly neverHandedOver?: true;
  readonly handler: RouteHandler;
}
