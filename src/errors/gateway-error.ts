import { ERROR_CODES, type ErrorCode } from './codes.ts';

const BRAND = Symbol.for('fast-litellm.error');

export interface GatewayErrorOptions {
  /** Overrides the table's status (provider errors keep the provider's own). */
  readonly status?: number;
  /** Overrides the table's `type`; LiteLLM answers null or the text "None" in a few places. */
  readonly type?: string | null;
  /** Value of `error.param`; default null. */
  readonly param?: string | null;
  /** Overrides the table's retryability. */
  readonly retryable?: boolean;
  /** Whole seconds for the `retry-after` header. */
  readonly retryAfterSeconds?: number;
  /** Value of `error.code`; default the status as text. Provider codes such as `context_length_exceeded` are kept here. */
  readonly wireCode?: string;
  /** Copied to `error.provider_specific_fields`. */
  readonly providerSpecificFields?: Readonly<Record<string, unknown>>;
  /** Response headers to add, names in lower case, flat pairs. */
  readonly headers?: readonly string[];
  /** FastAPI's `{"detail": …}` body where LiteLLM answers in that shape; any JSON value. */
  readonly detail?: unknown;
  readonly cause?: unknown;
}

/**
 * Every error that a client may see. Thrown early, with a code and the remedy in the message; never with a secret.
 * `instanceof` works across two copies of the package.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: string | null;
  readonly param: string | null;
  readonly retryable: boolean;
  readonly options: GatewayErrorOptions;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const row = ERROR_CODES[code];
    this.name = row.className;
    this.code = code;
    this.status = options.status ?? row.status;
    this.type = options.type === undefined ? row.type : options.type;
    this.param = options.param ?? null;
    this.retryable = options.retryable ?? row.retryable;
    this.options = options;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The same error with another text or other options; everything else is kept. */
  with(changes: { readonly message?: string } & GatewayErrorOptions): GatewayError {
    const { message = this.message, ...options } = changes;
    const copy = new GatewayError(this.code, message, { ...this.options, ...options });
    if (this.cause !== undefined && copy.cause === undefined)
      Object.defineProperty(copy, 'cause', { value: this.cause, configurable: true, writable: true });
    return copy;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
