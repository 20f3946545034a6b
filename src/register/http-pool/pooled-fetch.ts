/**
 * `fetch` with a pool of our own for the providers' origins. The platform's `fetch` does everything but connect: its
 * answers, errors, redirects, aborts and decompression stay what they are. Calls that bring a dispatcher, all calls while
 * the program has a global one of its own, and bodies that can be read only once go the original way.
 *
 * A call is run again by the original only while nothing of it can have reached the provider.
 */
import type { RolloutCall, RolloutComponent } from '../../rollout/contract.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { Dispatcher, OwnAgent } from './own-agent.ts';
import { SendWatch } from './send-watch.ts';

export type Fetch = typeof globalThis.fetch;
type Input = Parameters<Fetch>[0];
type Init = Parameters<Fetch>[1];

export interface PooledFetchOptions {
  readonly original: Fetch;
  /** Carries a call with the pool: the original, given the pool as its dispatcher. */
  readonly send: Fetch;
  /** Asked for with the first call to a provider. */
  readonly componentOf: () => RolloutComponent;
  readonly hosts: KnownHosts;
  readonly agent: OwnAgent;
  /** A call that could not be sent for so long goes to the original. */
  readonly unsentLimitMs: number;
  /** The pool could not be made. */
  readonly onFailure: (error: unknown) => void;
}

/** What became of a call of the pool; neither: it was not sent in time. */
interface Outcome {
  readonly response?: unknown;
  readonly error?: unknown;
}

export class PooledFetch {
  readonly #options: PooledFetchOptions;
  #component: RolloutComponent | null = null;

  constructor(options: PooledFetchOptions) {
    this.#options = options;
  }

  fetch(input: Input, init: Init): Promise<Response> {
    const { original, componentOf } = this.#options;
    const pool = this.#isForPool(input, init) ? this.#pool() : null;
    if (pool === null) return original(input, init);
    const call = (this.#component ??= componentOf()).begin();
    if (call.side === 'fast') return this.#send(call, pool, [input, init]);
    return original(input, init).then(
      (response) => {
        call.succeed();
        return response;
      },
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  }

  async #send(call: RolloutCall, pool: Dispatcher, [input, init]: [Input, Init]): Promise<Response> {
    const watch = new SendWatch(pool);
    const outcome = await this.#outcomeOf(watch, input, init);
    const { response, error } = outcome;
    if (response instanceof Response) {
      call.succeed();
      return response;
    }
    if (init?.signal?.aborted === true) {
      call.cancel();
      throw error as Error;
    }
    if (watch.isSent) call.commit();
    const problem = 'response' in outcome ? new Error('the pool answered with no response') : error;
    const verdict = 'response' in outcome || 'error' in outcome ? call.fail(problem) : call.hang();
    if (verdict === 'pass_on') throw problem as Error;
    return this.#replay(call, input, init);
  }

  async #replay(call: RolloutCall, input: Input, init: Init): Promise<Response> {
    try {
      const response = await this.#options.original(input, init);
      call.replayed();
      return response;
    } catch (error) {
      call.replayFailed(error);
      throw error;
    }
  }

  #outcomeOf(watch: SendWatch, input: Input, init: Init): Promise<Outcome> {
    const { send, unsentLimitMs } = this.#options;
    return new Promise((resolve) => {
      // It holds the process: the program waits for its answer, which nothing else may be at work on.
      const timer = setTimeout(() => {
        if (watch.isSent) return;
        watch.stop();
        resolve({});
      }, unsentLimitMs);
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      started(() => send(input, { ...init, dispatcher: watch.dispatcher } as Init)).then(
        (response) => settle({ response }),
        (error: unknown) => settle({ error }),
      );
    });
  }

  #pool(): Dispatcher | null {
    try {
      return this.#options.agent.current();
    } catch (error) {
      this.#options.onFailure(error);
      return null;
    }
  }

  /** Requests may hold a dispatcher or a body that is read once, which cannot be seen from outside. */
  #isForPool(input: Input, init: Init): boolean {
    const url = typeof input === 'string' ? URL.parse(input) : input instanceof URL ? input : null;
    if (url === null || !this.#options.hosts.has(url)) return false;
    if (init === undefined || init === null) return true;
    return (init as { readonly dispatcher?: unknown }).dispatcher == null && canBeReadTwice(init.body);
  }
}

/** Throws nothing: what is thrown at once rejects too. */
async function started<Result>(work: () => Promise<Result>): Promise<Result> {
  return work();
}

function canBeReadTwice(body: unknown): boolean {
  if (body == null || typeof body === 'string') return true;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return true;
  return body instanceof FormData || body instanceof URLSearchParams || body instanceof Blob;
}
