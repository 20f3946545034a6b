import type { ComponentSettings } from './contract.ts';

/** What holds for a component that nothing says anything about. */
export const DEFAULT_SETTINGS: ComponentSettings = Object.freeze({
  mode: null,
  modeFrom: null,
  stickyBy: null,
  errorBudget: Object.freeze({ percent: 1, minFaults: 5, mismatches: 0, halfLifeMs: 60_000 }),
  latencyBudget: Object.freeze({ factor: 1.5, tailFactor: 3, minSamples: 100, halfLifeMs: 60_000 }),
  coolOff: Object.freeze({ firstMs: 30_000, maxMs: 3_600_000, percent: 5, calls: 100 }),
  shadow: Object.freeze({ percent: 10, queueLimit: 16, timePercent: 5 }),
  verify: Object.freeze({ firstCalls: 3, percent: 0.1 }),
  timeLimitMs: 30_000,
});
