import type { JsonObject } from '../protocol/json.ts';

/** Requests and tokens in a window; null or absent: no limit. */
export interface ScopeLimits {
  readonly requests?: number | null;
  readonly tokens?: number | null;
}

export interface NamedLimits extends ScopeLimits {
  readonly id: string;
}

/** Who calls, with the limits of everyone and everything that the call counts for. Absent: not there. */
export interface CallerLimits {
  /** Hash of the key, never the key. */
  readonly apiKey?: NamedLimits & { readonly parallel?: number | null };
  readonly user?: NamedLimits;
  readonly team?: NamedLimits;
  /** Of `user` in `team`. */
  readonly teamMember?: ScopeLimits;
  readonly endUser?: NamedLimits;
  readonly organization?: NamedLimits;
  readonly projectId?: string;
  /** All sessions of the agent, and each one. */
  readonly agent?: NamedLimits & { readonly session?: ScopeLimits };
  /**
   * `model_rpm_limit`, `model_tpm_limit`, `tag_rpm_limit`, `mcp_rpm_limit`, `rpm_limit_type`, `tpm_limit_type`,
   * `default_estimated_output_tokens`, `default_estimated_output_tokens_per_model`, `priority`.
   */
  readonly keyMetadata?: JsonObject;
  readonly teamMetadata?: JsonObject;
  /** Also `model_itpm_limit`, `model_otpm_limit`. */
  readonly projectMetadata?: JsonObject;
  readonly organizationMetadata?: JsonObject;
  /** The key's `model_max_budget`; its `rpm_limit` and `tpm_limit` count as limits per model. */
  readonly modelMaxBudget?: JsonObject;
  /** Teams that let a caller without a team reach an MCP server: id -> server -> requests in a window. */
  readonly mcpTeams?: JsonObject;
  /** Share of its limits, above 0 and up to 1, that a key keeps while it is over its budget. */
  readonly budgetThrottle?: number | null;
}

/** What about a call decides which limits it counts for. */
export interface GroupDefaults extends ScopeLimits {
  /** Name of the model group, so that its other names (aliases, ids) count together; default: the call's `model`. */
  readonly group?: string;
}

export interface LimitedCall {
  readonly model: string | null;
  readonly tags?: readonly string[];
  readonly sessionId?: string | null;
  /** Name of the MCP server whose tool is called. */
  readonly mcpServer?: string | null;
  /** `default_api_key_rpm_limit` and `…_tpm_limit` of the model's deployments. */
  readonly deploymentDefaults?: GroupDefaults;
  /** Whether the model failed more than once in this minute; asked only for limits of type `dynamic`. */
  readonly modelHasFailures?: () => boolean;
}
