/** How a model's capacity is shared among priorities (`litellm_settings.priority_reservation`). */
export interface PrioritySettings {
  /** Priority -> its share. */
  readonly reservation: ReadonlyMap<string, PriorityShare>;
  /** Share of all callers without a listed priority together; default 0.25. */
  readonly defaultShare?: number;
  /** From this part of the capacity in use on, shares are enforced; default 0.5. */
  readonly saturationThreshold?: number;
}

/** A part of 1, or so many requests or tokens in a window. */
export type PriorityShare = number | { readonly type: 'percent' | 'rpm' | 'tpm'; readonly value: number };

/** What a model's deployments take in a window; null: not limited. */
export interface ModelCapacity {
  readonly requests: number | null;
  readonly tokens: number | null;
}

export interface PriorityPool {
  /** `model:priority`, or the pool of all others. */
  readonly name: string;
  /** Part of the capacity. */
  readonly share: number;
}

/** Null when nothing is reserved. Shares that add up to more than 1 are scaled down to 1. */
export function priorityPool(
  settings: PrioritySettings,
  model: string,
  priority: string | null,
  capacity: ModelCapacity,
): PriorityPool | null {
  if (settings.reservation.size === 0) return null;
  const own = priority === null ? undefined : settings.reservation.get(priority);
  if (own === undefined) return { name: `${model}:default_pool`, share: settings.defaultShare ?? 0.25 };
  let sum = 0;
  for (const share of settings.reservation.values()) sum += partOf(share, capacity);
  return { name: `${model}:${priority}`, share: partOf(own, capacity) / Math.max(1, sum) };
}

function partOf(share: PriorityShare, capacity: ModelCapacity): number {
  if (typeof share === 'number') return share;
  const whole = share.type === 'rpm' ? capacity.requests : share.type === 'tpm' ? capacity.tokens : null;
  return whole !== null && whole > 0 ? share.value / whole : share.value;
}
