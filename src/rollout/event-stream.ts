/**
 * Events to listeners and to the log. What happens once per call (fallbacks, mismatches) is logged once per cause until
 * the component is armed again or its mode changes; everything else is rare by itself, since cool-offs double.
 */
import type { RolloutEvent, RolloutLog } from './contract.ts';

type WithoutBase<Event> = Event extends unknown ? Omit<Event, 'component' | 'atMs'> : never;

/** An event before it is known whose and when it is. */
export type EventBody = WithoutBase<RolloutEvent>;

/** Causes that are remembered for each component; further ones are counted, not logged. */
const MOST_CAUSES = 32;

export class EventStream {
  readonly #log: RolloutLog | null;
  readonly #listeners = new Set<(event: RolloutEvent) => void>();
  readonly #logged = new Map<string, Set<string>>();
  #listenerFailures = 0;

  constructor(log: RolloutLog | null) {
    this.#log = log;
  }

  subscribe(listener: (event: RolloutEvent) => void): () => void {
    // Wrapped, so that the same function can listen twice and each goes by itself.
    const entry = (event: RolloutEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  emit(event: RolloutEvent): void {
    this.#write(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        if (this.#listenerFailures++ === 0)
          this.#guarded((log) =>
            log.warn({ event: event.type }, 'a listener of the rollout threw; it is called again'),
          );
      }
    }
  }

  #write(event: RolloutEvent): void {
    if (this.#log === null) return;
    const { component, type, atMs: _at, ...fields } = event;
    switch (event.type) {
      case 'fallback':
      case 'mismatch': {
        if (!this.#isFirst(component, `${type} ${'kind' in event ? event.kind : event.during} ${event.error?.name}`))
          return;
        return this.#guarded((log) => log.warn({ component, ...fields }, `${component}: ${sentenceOf(event)}`));
      }
      case 'rolled_back':
        return this.#guarded((log) => log.warn({ component, ...fields }, `${component}: ${sentenceOf(event)}`));
      case 'mode_changed':
      case 'rearmed':
        this.#logged.delete(component);
        break;
      default:
    }
    this.#guarded((log) => log.info({ component, ...fields }, `${component}: ${sentenceOf(event)}`));
  }

  #isFirst(component: string, cause: string): boolean {
    let causes = this.#logged.get(component);
    if (causes === undefined) this.#logged.set(component, (causes = new Set()));
    if (causes.has(cause) || causes.size >= MOST_CAUSES) return false;
    causes.add(cause);
    return true;
  }

  /** A log that fails must not fail a call. */
  #guarded(write: (log: RolloutLog) => void): void {
    try {
      if (this.#log !== null) write(this.#log);
    } catch {
      // Nowhere to say it.
    }
  }
}

function sentenceOf(event: RolloutEvent): string {
  switch (event.type) {
    case 'mode_changed':
      return `mode ${event.from} -> ${event.to}${event.clearedRollback ? ', its rollback is lifted' : ''}`;
    case 'gradual_step':
      return `step ${event.step} of ${event.steps}: ${event.percent} % go to the fast path`;
    case 'fallback': {
      const problem = event.kind === 'hang' ? 'the fast path did not answer in time' : 'the fast path failed';
      return `${problem}, ${event.replayed ? 'the original answered' : 'the caller saw it'}; logged once for this cause`;
    }
    case 'mismatch':
      return 'the fast path and the original do not agree; logged once for this cause';
    case 'rolled_back':
      return `back to the original (${event.cause.replaceAll('_', ' ')}), tried again in ${Math.round(event.coolOffMs / 1000)} s`;
    case 'trial_started':
      return `tried again with ${event.percent} %`;
    case 'rearmed':
      return `trial passed, ${event.mode} holds again`;
  }
}
