import type { CallbackOptions, CustomLogger } from './contract.ts';
import { readCallbacks } from './read-callbacks.ts';

/** Loggers that hear of every call, in the order in which they were registered. */
export class CallbackRegistry {
  /** Each with an identity of its own, so that a logger may be registered twice. */
  #registrations: readonly (readonly CustomLogger[])[] = [];
  #loggers: readonly CustomLogger[] = [];

  get loggers(): readonly CustomLogger[] {
    return this.#loggers;
  }

  /** @throws GatewayError `bad_request` for what is no callback */
  register(options: CallbackOptions): () => void {
    const registration = [...readCallbacks('registerCallbacks', options)];
    this.#set([...this.#registrations, registration]);
    return () => this.#set(this.#registrations.filter((other) => other !== registration));
  }

  #set(registrations: readonly (readonly CustomLogger[])[]): void {
    this.#registrations = registrations;
    this.#loggers = registrations.flat();
  }
}

/** Those of the process. */
export const processCallbacks = new CallbackRegistry();

/**
 * Tells callbacks of every call of this process, those of all routers too: LiteLLM's `litellm.success_callback`,
 * `failure_callback` and `callbacks`.
 * @returns ends it
 * @throws GatewayError `bad_request` for what is no callback
 */
export function registerCallbacks(options: CallbackOptions): () => void {
  return processCallbacks.register(options);
}
