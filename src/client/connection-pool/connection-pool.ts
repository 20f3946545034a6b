/**
 * HTTP/1.1 connections as the gateway keeps them, for programs: kept alive per origin, bounded, under four deadlines.
 * Everything of the network is loaded at the first call; idle connections do not hold the process open.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ConnectionPoolOptions, OriginStats, PoolAnswer, PoolFetchInit, PoolRequestInit } from './contract.ts';
import type { PoolEngine } from './pool-engine.ts';
import type { poolFetch } from './pool-fetch.ts';
import type { poolRequest } from './pool-request.ts';
import { checkedPoolOptions } from './read-pool-options.ts';

/** What the first call loads. */
interface Loaded {
  readonly engine: PoolEngine;
  readonly poolFetch: typeof poolFetch;
  readonly poolRequest: typeof poolRequest;
  readonly closedPool: () => GatewayError;
}

export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  #loading: Promise<Loaded> | null = null;
  #loaded: Loaded | null = null;
  #closed = false;

  /** @throws GatewayError `bad_request` for a wrong option */
  constructor(options: ConnectionPoolOptions = {}) {
    this.#options = checkedPoolOptions(options);
  }

  /**
   * The platform's `fetch` over this pool, for any client that takes one: `new OpenAI({ fetch: pool.fetch })`. Bodies of
   * requests are read whole before they are sent; redirects are followed; compressed answers are decoded.
   * @throws TypeError `fetch failed`, with the GatewayError as its cause (`Timeout` behind a deadline); the signal's reason
   */
  readonly fetch = async (input: string | URL | Request, init: PoolFetchInit = {}): Promise<Response> => {
    try {
      const { engine, poolFetch: fetchOver } = this.#open() ?? (await this.#opened());
      return await fetchOver(engine, input, init);
    } catch (error) {
      // What clients of the platform's `fetch` look for; the signal's own reason is the caller's.
      throw error instanceof GatewayError ? new TypeError('fetch failed', { cause: error }) : error;
    }
  };

  /**
   * One request, as undici's `request`: the answer as it comes, not decoded, redirects not followed.
   * @throws GatewayError `timeout` behind a deadline, `api_connection`, `service_unavailable` when too many wait or the
   *   pool is closed, `bad_request`; the signal's reason
   */
  async request(url: string | URL, init: PoolRequestInit = {}): Promise<PoolAnswer> {
    const { engine, poolRequest: requestOver } = this.#open() ?? (await this.#opened());
    return await requestOver(engine, url, init);
  }

  /** Every origin that has connections, or had some and is not forgotten. */
  stats(): readonly OriginStats[] {
    return this.#loaded?.engine.stats() ?? [];
  }

  /** Refuses new calls, waits for those that run, and closes every connection; with `abort` those that run fail now. */
  async close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    this.#closed = true;
    await (await this.#loading)?.engine.close(abort);
  }

  /** `close({ abort: true })`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ abort: true });
  }

  /** null: not loaded yet */
  #open(): Loaded | null {
    if (this.#closed && this.#loaded !== null) throw this.#loaded.closedPool();
    return this.#loaded;
  }

  async #opened(): Promise<Loaded> {
    this.#loading ??= this.#load();
    const loaded = await this.#loading;
    if (this.#closed) throw loaded.closedPool();
    return loaded;
  }

  async #load(): Promise<Loaded> {
    const [{ PoolEngine: Engine, closedPool }, forRequest, forFetch] = await Promise.all([
      import('./pool-engine.ts'),
      import('./pool-request.ts'),
      import('./pool-fetch.ts'),
    ]);
    const { poolRequest: request } = forRequest;
    const { poolFetch: fetch } = forFetch;
    this.#loaded = { engine: new Engine(this.#options), poolRequest: request, poolFetch: fetch, closedPool };
    return this.#loaded;
  }
}
