/**
 * Stands in for the global `fetch`, which `openai`, `@anthropic-ai/sdk`, `ai` and most others call. Loads nothing before
 * the first call.
 */
import type { Environment } from '../../config/environment.ts';
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { Disturb } from '../disturb.ts';
import type { HookLimits } from '../limits.ts';
import { loadBeside } from '../load-beside.ts';
import type { Replacements } from '../replacements.ts';
import { UnexpectedShape } from '../unexpected-shape.ts';
import { VARIABLES } from '../variables.ts';
import type * as OpenModule from './open-pooled-fetch.ts';
import type { OpenedFetch } from './open-pooled-fetch.ts';
import type { Fetch } from './pooled-fetch.ts';

export interface FetchHookOptions {
  readonly environment: Environment;
  readonly componentOf: () => RolloutComponent;
  readonly disturb: Disturb;
  readonly limits: Partial<HookLimits>;
  readonly replacements: Replacements;
  readonly onFailure: (error: unknown) => void;
  /** Told with the first call. */
  readonly onUnusableOrigins: (entries: readonly string[]) => void;
}

export class FetchHook {
  readonly #options: FetchHookOptions;
  #opened: OpenedFetch | null = null;
  #isInstalled = false;

  constructor(options: FetchHookOptions) {
    this.#options = options;
  }

  /** @throws UnexpectedShape when the program has another `fetch` than the platform's already */
  install(): void {
    const original = globalThis.fetch;
    if (typeof original !== 'function' || !/\bundici\b/.test(String(original)))
      throw new UnexpectedShape('the global fetch is not the one of the platform');
    this.#isInstalled = true;
    const carry = (...args: Parameters<Fetch>): Promise<Response> => this.#fetch(original, args);
    const fetch: Fetch = function fetch(input) {
      // As the platform's: one argument that counts, and one more.
      return carry(input, arguments[1] as Parameters<Fetch>[1]);
    };
    this.#options.replacements.replace(globalThis, 'fetch', fetch);
  }

  /** The global is restored by whoever holds the replacements; what the program kept of it goes the original way. */
  uninstall(): void {
    this.#isInstalled = false;
    this.#opened?.close();
    this.#opened = null;
  }

  #fetch(original: Fetch, [input, init]: Parameters<Fetch>): Promise<Response> {
    if (!this.#isInstalled) return original(input, init);
    try {
      this.#opened ??= this.#open(original);
    } catch (error) {
      this.#isInstalled = false;
      this.#options.onFailure(error);
      return original(input, init);
    }
    return this.#opened.fetch(input, init);
  }

  #open(original: Fetch): OpenedFetch {
    const { environment, componentOf, disturb, limits, onFailure, onUnusableOrigins } = this.#options;
    return loadBeside<typeof OpenModule>('http-pool/open-pooled-fetch').openPooledFetch({
      original,
      componentOf,
      limits,
      send: disturb('http_pool', original),
      origins: environment.get(VARIABLES.origins) ?? '',
      onFailure,
      onUnusableOrigins,
    });
  }
}
