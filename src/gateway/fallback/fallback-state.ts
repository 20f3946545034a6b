import type { FallbackChoice, FallbackState, FallbackStates } from './contract.ts';

/** The state of LiteLLM, where it is found out or comes in from another thread. */
export class HeldState implements FallbackStates {
  readonly #listeners = new Set<(state: FallbackState) => void>();
  readonly #now: () => number;
  #current: FallbackState;

  /** @param now Unix milliseconds */
  constructor(first: FallbackState, now: () => number) {
    this.#current = first;
    this.#now = now;
  }

  current(): FallbackState {
    return this.#current;
  }

  subscribe(listener: (state: FallbackState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is left out stays. Nobody is told of a state that is the same. */
  change(changes: Partial<Omit<FallbackState, 'kind' | 'sinceMs'>>): void {
    const current = this.#current;
    const next = { ...current, ...changes };
    if (
      next.origin === current.origin &&
      next.health === current.health &&
      next.reason === current.reason &&
      next.restarts === current.restarts
    )
      return;
    this.receive(next.health === current.health ? next : { ...next, sinceMs: this.#now() });
  }

  /** The whole state, from another thread. */
  receive(state: FallbackState): void {
    this.#current = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Where requests go; null: nowhere at the moment. */
export function usableOrigin({ origin, health }: FallbackState): string | null {
  return health === 'up' || health === 'silent' ? origin : null;
}

export function firstState(choice: FallbackChoice, nowMs: number): FallbackState {
  const origin = choice.kind === 'url' ? choice.origin : null;
  return { kind: choice.kind, origin, health: 'starting', sinceMs: nowMs, reason: 'it was not asked yet', restarts: 0 };
}
