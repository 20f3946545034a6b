/** The calls of a router that have begun and not ended, for whoever closes it. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { CallScope } from './call-scope.ts';

export class RunningCalls {
  readonly #scopes = new Set<CallScope>();
  #onIdle: (() => void)[] = [];

  add(scope: CallScope): void {
    this.#scopes.add(scope);
  }

  remove(scope: CallScope): void {
    if (!this.#scopes.delete(scope) || this.#scopes.size > 0) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  abort(reason: unknown): void {
    for (const scope of this.#scopes) scope.abort(reason);
  }

  /** Resolves when none runs. */
  idle(): Promise<void> {
    if (this.#scopes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }
}

export function closedError(): GatewayError {
  return new GatewayError('service_unavailable', 'This router was closed. Make a new one.', { retryable: false });
}
