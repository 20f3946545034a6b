/**
 * What the threads of a gateway tell and ask each other of their components. All of it is structured-cloneable; types
 * only.
 */
import type { ModeSetting } from '../../rollout/contract.ts';
import type { RolloutReport } from '../../rollout/report.ts';
import type { RelayReport } from '../fallback/relay-counts.ts';

/** A mode that is set by hand; null: what is configured holds again. */
export interface ModeOrder {
  readonly component: string;
  readonly mode: ModeSetting | null;
}

/** How it stands: with one thread, or with all of them together. */
export interface ThreadReport {
  readonly rollout: RolloutReport;
  /** null: no LiteLLM stands behind the gateway. */
  readonly relays: RelayReport | null;
}

/** Where a route asks for all threads, however many there are. */
export interface AccelerationDesk {
  report(): Promise<ThreadReport>;
  /** Resolves when every thread follows the order. @throws RangeError on an unknown component, listing the known */
  order(order: ModeOrder): Promise<ThreadReport>;
}
