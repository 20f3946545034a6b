/**
 * What the rest of the program knows of the configuration: one frozen, validated, versioned value.
 * A request keeps the snapshot that it began with; a reload makes a new one and swaps it atomically.
 */
import type { JsonObject, JsonValue } from '../protocol/json.ts';

/** One entry of `model_list`, with `os.environ/` references, credentials and organisation lists already resolved. */
export interface Deployment {
  /** `model_info.id`, else LiteLLM's sha256 over group and parameters. */
  readonly id: string;
  /** Public name (`model_name`), may hold `*`. */
  readonly modelName: string;
  /** `litellm_params.model`, `provider/name` or a bare name, may hold `*`. */
  readonly model: string;
  /** `litellm_params` complete; frozen, null-prototype. */
  readonly params: JsonObject;
  /** `model_info` as configured plus `id` and `db_model`; frozen, null-prototype. */
  readonly modelInfo: JsonObject;
}

export interface ModelAlias {
  readonly model: string;
  /** Served, but not listed by `/v1/models`. */
  readonly hidden: boolean;
}

/** What becomes of a configuration key that was found in the file. */
export type KeyTreatment =
  | 'served' // has its full effect here
  | 'fallback' // requests that need it go to the fallback LiteLLM, or get 501
  | 'ignored'; // no effect here and none that could hurt

/** A finding about the file, for the start lines and for `fast-litellm check`. */
export interface ConfigFinding {
  readonly kind: 'key' | 'warning';
  /** Dotted path, e.g. `general_settings.allowed_ips` or `model_list[3].litellm_params.tags`. */
  readonly key: string;
  readonly treatment: KeyTreatment;
  /** One sentence: what it means for the user and what to do. */
  readonly note: string;
}

/**
 * A restricting setting that is present and not enforced natively. Every request that it would govern goes to the
 * fallback or gets 501 naming `key`: never fail open.
 */
export interface Restriction {
  /** Dotted path of the configuration key. */
  readonly key: string;
  /** Which requests: all of them, the LLM routes, or the routes of one deployment group. */
  readonly scope: 'all' | 'llm' | { readonly modelName: string };
  /** A Python `custom_auth` without fallback lets the master key alone pass. */
  readonly masterKeyPasses: boolean;
}

export interface GeneralSettings {
  /** null: open mode, nobody is asked for a key. */
  readonly masterKey: string | null;
  /** `litellm_key_header_name`, lower case; then no other header is read. */
  readonly keyHeaderName: string | null;
  readonly enforceUserParam: boolean;
  /** Bytes; from `max_request_size_mb`, default 100 MB. */
  readonly maxRequestBytes: number;
  readonly alwaysIncludeStreamUsage: boolean;
  readonly forwardClientHeaders: boolean;
  readonly allowClientSideCredentials: boolean;
  readonly allowMockTestingParams: boolean;
  readonly completionModel: string | null;
  readonly raw: JsonObject;
}

export interface LitellmSettings {
  readonly dropParams: boolean;
  readonly modifyParams: boolean;
  /** Seconds. LiteLLM's default is 6000. */
  readonly requestTimeoutSeconds: number;
  readonly numRetries: number | null;
  /** False only for `ssl_verify: false`. */
  readonly sslVerify: boolean;
  readonly raw: JsonObject;
}

export interface RouterSettings {
  readonly numRetries: number | null;
  /** Seconds; null: `litellm_settings.request_timeout`. */
  readonly timeoutSeconds: number | null;
  readonly streamTimeoutSeconds: number | null;
  readonly raw: JsonObject;
}

export interface ConfigSnapshot {
  /** 1 for the first configuration, one more for each accepted reload. */
  readonly version: number;
  /** Path of the file; null when started without one. */
  readonly source: string | null;
  readonly deployments: readonly Deployment[];
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly router: RouterSettings;
  readonly litellm: LitellmSettings;
  readonly general: GeneralSettings;
  /** The process environment with `environment_variables` laid over it; the only view of it outside `config/`. */
  readonly environment: ReadonlyMap<string, string>;
  readonly restrictions: readonly Restriction[];
  readonly findings: readonly ConfigFinding[];
  /** The whole document after includes and environment references; for settings that have no typed field. */
  readonly raw: JsonObject;
}

export type { JsonObject, JsonValue };
