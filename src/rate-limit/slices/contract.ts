/** What a process and its cluster say to each other about one limit; whole numbers, times as milliseconds left. */

export interface SliceUse {
  readonly limit: number;
  /** Name of the window that the numbers are of; 0: none that the cluster knows. */
  readonly window: number;
  /** Until the window ends here. */
  readonly leftMs: number;
  /** All that was used in the window. */
  readonly used: number;
  /** Kept for what comes next. */
  readonly kept: number;
  /** Asked for since the last report and not there; below `smallest` it is of no use. */
  readonly pending: number;
  /** The smallest of what was asked for. */
  readonly smallest: number;
}

/** As it is collected for a report. */
export interface CollectedUse extends SliceUse {
  /** Used since the last report. */
  readonly fresh: number;
}

/** What the cluster says to a report. */
export interface SliceGrant {
  /** 0: there is no window, and none was begun. */
  readonly window: number;
  readonly leftMs: number;
  /** What counts as used by this process: as reported, or with what it had forgotten. */
  readonly used: number;
  /** More than was used and kept. */
  readonly granted: number;
  /** What nobody holds. */
  readonly free: number;
  /** Most that could still be given: others give back what they do not use. */
  readonly possible: number;
}
