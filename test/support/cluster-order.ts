/** What a test tells a member of a cluster in another process. */
export interface Order {
  readonly name: string;
  readonly kind: 'requests' | 'parallel';
  readonly limit: number;
  /** Calls at the same time, each followed by the next. */
  readonly at: number;
  /** Refusals in a row after which a flood is over; 0: one call each. */
  readonly patience: number;
}

/** From one call of a flood to the next. */
export const PACE_MS = 5;
