/** A real LiteLLM behind the gateway: where it is, how it does, and what may be handed to it. Types only. */
import type { Exchange } from '../../wire/contract.ts';
import type { RouteContext, RouteDefinition } from '../contract.ts';

/** What `--fallback` asks for. */
export type FallbackChoice =
  | { readonly kind: 'url'; readonly origin: string }
  /** The gateway runs LiteLLM itself, with the configuration file of its own. */
  | { readonly kind: 'spawn'; readonly configFile: string };

export type FallbackHealth =
  | 'starting' // it has not answered yet
  | 'up'
  | 'silent' // it takes connections and has not answered for a while: busy, or hanging; still used
  | 'down' // it answered before
  | 'open'; // it asks nobody for a key, which this gateway does: never used

/** What is known of it now; structured-cloneable. */
export interface FallbackState {
  readonly kind: FallbackChoice['kind'];
  /** `http://host:port`; null while there is no process. */
  readonly origin: string | null;
  readonly health: FallbackHealth;
  /** Unix milliseconds of the last change. */
  readonly sinceMs: number;
  /** Why it is not up, for administrators; null when it is. */
  readonly reason: string | null;
  /** Processes that were started in place of one that ended. */
  readonly restarts: number;
}

/** The state as everybody may read it: no address. */
export interface FallbackSummary {
  readonly kind: FallbackChoice['kind'];
  readonly status: FallbackHealth;
  readonly since: string;
}

/** The state as a thread that serves sees it. */
export interface FallbackStates {
  current(): FallbackState;
  /** @returns stops listening */
  subscribe(listener: (state: FallbackState) => void): () => void;
}

/** What a thread that serves is given of it. */
export interface FallbackView {
  readonly states: FallbackStates;
  /** By which a request that this gateway has sent is known when it comes back. */
  readonly pseudonym: string;
}

/** Whoever watches it, and runs it. */
export interface RunningFallback extends FallbackStates {
  stop(): Promise<void>;
}

/** Why a request went to LiteLLM. */
export type HandOverReason =
  | 'route' // not served natively
  | 'credential' // not one that can be judged here
  | 'feature' // a provider, parameter or setting that is not served natively
  | 'model' // not in the configuration
  | 'rollout' // the route's percentage says so
  | 'fault'; // native code failed before anything left

/** An exchange that native code serves and that LiteLLM can still take over. */
export interface OfferedExchange extends Exchange {
  /** The caller is known and the route is served natively. @returns whether LiteLLM answers all the same */
  begin(route: RouteDefinition, context: RouteContext): boolean;
}

/** How requests come to LiteLLM, for one configuration. */
export interface FallbackStage {
  offer(exchange: Exchange): OfferedExchange;
}
