/** What a child of this benchmark prints: one JSON object. */
export interface LimiterAnswer {
  /** Nanoseconds of CPU time a decision, resident bytes of the process, or the speed-up of a second thread. */
  readonly value: number;
  /** Nanoseconds on the clock a decision. */
  readonly wall?: number;
  /** Of {@link PROBE_CALLS} calls on one key under a limit of {@link PROBE_LIMIT}: any other number is wrong. */
  readonly admitted: number;
}

export const PROBE_LIMIT = 1000;
export const PROBE_CALLS = 1100;
