/** Environment variables of the hook; those of the components' modes are the rollout's. */
export const VARIABLES = {
  /** `off`: nothing is hooked at all. */
  everything: 'FAST_LITELLM',
  /** The `acceleration:` block of a configuration, as JSON. */
  acceleration: 'FAST_LITELLM_ACCELERATION',
  /** More origins whose calls `http_pool` carries, separated by commas. */
  origins: 'FAST_LITELLM_ORIGINS',
  /** `exit`: the status table at the end of the process; `json`: the same as JSON. */
  status: 'FAST_LITELLM_STATUS',
} as const;

/** They begin like the variable of a component and are none; `FAST_LITELLM_PRICES` is the price table's. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  VARIABLES.acceleration,
  VARIABLES.origins,
  VARIABLES.status,
  'FAST_LITELLM_PRICES',
]);
