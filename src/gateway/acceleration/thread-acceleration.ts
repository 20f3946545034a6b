import type { Rollout } from '../../rollout/contract.ts';
import { mergeReports } from '../../rollout/merge-reports.ts';
import { sumRelayReports, type RelayReport } from '../fallback/relay-counts.ts';
import type { AccelerationDesk, ModeOrder, ThreadReport } from './contract.ts';

/** The components of one thread, as the others see them. */
export class ThreadAcceleration {
  readonly #rollout: Rollout;
  readonly #relays: (() => RelayReport) | null;

  constructor(rollout: Rollout, relays: (() => RelayReport) | null) {
    this.#rollout = rollout;
    this.#relays = relays;
  }

  report(): ThreadReport {
    return { rollout: this.#rollout.report(), relays: this.#relays?.() ?? null };
  }

  /** @throws RangeError on an unknown component */
  apply({ component, mode }: ModeOrder): void {
    if (mode === null) this.#rollout.clearOverride(component);
    else this.#rollout.override(component, mode);
  }

  /** Another thread's did so: what is wrong with the code is wrong everywhere. */
  rollBack(component: string): void {
    this.#rollout.rollBack(component);
  }

  /** Hears of rollbacks that this thread decided on by itself. @returns stops listening */
  onRolledBack(listener: (component: string) => void): () => void {
    return this.#rollout.subscribe((event) => {
      if (event.type === 'rolled_back' && event.cause !== 'request') listener(event.component);
    });
  }
}

/** The desk of the only thread. */
export function ownDesk(own: ThreadAcceleration): AccelerationDesk {
  return {
    report: () => Promise.resolve(own.report()),
    order: (order) => {
      own.apply(order);
      return Promise.resolve(own.report());
    },
  };
}

/** @param reports at least one */
export function mergeThreadReports(reports: readonly ThreadReport[]): ThreadReport {
  const relays = reports.map((report) => report.relays).filter((relay) => relay !== null);
  return {
    rollout: mergeReports(reports.map(({ rollout }) => rollout)),
    relays: relays.length === 0 ? null : sumRelayReports(relays),
  };
}
